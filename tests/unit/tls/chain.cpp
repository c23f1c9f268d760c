#include "tests/unit/tls/chain.h"

#include <chrono>

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "emulator/tls/openssl.h"

namespace dynsessions::tls {
namespace {

using OwnedStore = Owned<X509_STORE, X509_STORE_free>;
using OwnedCheck = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

OwnedCertificate read(const std::string& pem) {
  const OwnedBio memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return OwnedCertificate(
      require(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr), "a test's PEM"));
}

}  // namespace

std::string verdict(const std::string& authority_pem, const std::string& certificate_pem,
                    const std::string& name, Clock::TimePoint time) {
  const OwnedCertificate authority = read(authority_pem);
  const OwnedCertificate certificate = read(certificate_pem);
  const OwnedStore store(X509_STORE_new());
  require(X509_STORE_add_cert(store.get(), authority.get()), "trust");
  const OwnedCheck check(X509_STORE_CTX_new());
  require(X509_STORE_CTX_init(check.get(), store.get(), certificate.get(), nullptr), "check");
  X509_VERIFY_PARAM* const rules = X509_STORE_CTX_get0_param(check.get());
  require(X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER), "purpose");
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_X509_STRICT);
  X509_VERIFY_PARAM_set_time(rules, std::chrono::system_clock::to_time_t(time));
  if (X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) != 1) {
    require(X509_VERIFY_PARAM_set1_host(rules, name.data(), name.size()), "host");
  }
  if (X509_verify_cert(check.get()) == 1) return "ok";
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get()));
}

}  // namespace dynsessions::tls
