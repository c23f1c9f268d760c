#include "tests/unit/tls/chain.h"

#include <chrono>
#include <ctime>

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

std::string text_in(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const OwnedExtension extension(
      require(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), value.c_str()));
  require(X509_add_ext(certificate, extension.get(), -1), value.c_str());
}

}  // namespace

ForeignAuthority make_foreign_authority(const std::string& constraints, Clock::TimePoint now) {
  const OwnedKey key(require(EVP_EC_gen("P-256"), "key"));
  const OwnedCertificate certificate(require(X509_new(), "certificate"));
  require(X509_set_version(certificate.get(), X509_VERSION_3), "version");
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  constexpr std::time_t kYear = 365 * 86'400;
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), seconds - kYear);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), seconds + 5 * kYear);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  const auto* const text = reinterpret_cast<const unsigned char*>("Authority of a team");
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0), "name");
  require(X509_set_issuer_name(certificate.get(), name), "issuer");
  require(X509_set_pubkey(certificate.get(), key.get()), "public key");
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate.get(), NID_key_usage, "critical,keyCertSign");
  add_extension(certificate.get(), NID_subject_key_identifier, "hash");
  if (!constraints.empty()) add_extension(certificate.get(), NID_name_constraints, constraints);
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) throw OpensslError("sign");
  const OwnedBio pem(require(BIO_new(BIO_s_mem()), "memory"));
  const OwnedBio key_pem(require(BIO_new(BIO_s_mem()), "memory"));
  require(PEM_write_bio_X509(pem.get(), certificate.get()), "PEM");
  require(PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                        nullptr),
          "PEM");
  return {text_in(pem.get()), text_in(key_pem.get())};
}

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
