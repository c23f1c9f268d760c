#include "emulator/tls/java_trust_store.h"

#include <vector>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>

#include "emulator/tls/openssl.h"

namespace dynsessions::tls {
namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

/// Java trusts a certificate without a key only if it has this attribute (trustedKeyUsage of
/// Oracle). The attribute's value names the purpose of the trust: any purpose.
constexpr const char* kTrustedKeyUsage = "2.16.840.1.113894.746875.1.1";

using OwnedObject = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;
using OwnedStore = Owned<PKCS12, PKCS12_free>;

void free_bags(STACK_OF(PKCS12_SAFEBAG) * bags) {
  sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}
void free_safes(STACK_OF(PKCS7) * safes) { sk_PKCS7_pop_free(safes, PKCS7_free); }

using OwnedBags = Owned<STACK_OF(PKCS12_SAFEBAG), free_bags>;
using OwnedSafes = Owned<STACK_OF(PKCS7), free_safes>;

/// Returns null if the text is not a certificate.
OwnedCertificate certificate_of(std::string_view pem) {
  const OwnedBio bio(
      require(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), "BIO_new_mem_buf"));
  OwnedCertificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) ERR_clear_error();
  return certificate;
}

std::vector<OwnedCertificate> certificates_of(std::string_view bundle) {
  std::vector<OwnedCertificate> certificates;
  for (std::size_t begin = 0; (begin = bundle.find(kBegin, begin)) != std::string_view::npos;) {
    const std::size_t end = bundle.find(kEnd, begin);
    if (end == std::string_view::npos) break;
    const std::size_t size = end + kEnd.size() - begin;
    if (auto one = certificate_of(bundle.substr(begin, size))) {
      certificates.push_back(std::move(one));
    }
    begin += size;
  }
  return certificates;
}

/// Makes the bag of a trusted certificate; `bags` then owns it.
void append(STACK_OF(PKCS12_SAFEBAG) * bags, X509* certificate) {
  Owned<PKCS12_SAFEBAG, PKCS12_SAFEBAG_free> bag(
      require(PKCS12_SAFEBAG_create_cert(certificate), "PKCS12_SAFEBAG_create_cert"));
  ASN1_OBJECT* const any_purpose = OBJ_nid2obj(NID_anyExtendedKeyUsage);
  require(PKCS12_add1_attr_by_txt(bag.get(), kTrustedKeyUsage, V_ASN1_OBJECT,
                                  reinterpret_cast<const unsigned char*>(any_purpose), -1),
          "PKCS12_add1_attr_by_txt");
  require(sk_PKCS12_SAFEBAG_push(bags, bag.get()) > 0 ? 1 : 0, "sk_PKCS12_SAFEBAG_push");
  static_cast<void>(bag.release());
}

std::string der_of(PKCS12* store) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PKCS12(store, &bytes);
  if (size <= 0) throw OpensslError("i2d_PKCS12");
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

}  // namespace

std::string java_trust_store(std::string_view pem_bundle) {
  const OwnedBags bags(require(sk_PKCS12_SAFEBAG_new_null(), "sk_PKCS12_SAFEBAG_new_null"));
  for (const OwnedCertificate& one : certificates_of(pem_bundle)) append(bags.get(), one.get());
  const OwnedSafes safes(require(sk_PKCS7_new_null(), "sk_PKCS7_new_null"));
  PKCS7* const safe = require(PKCS12_pack_p7data(bags.get()), "PKCS12_pack_p7data");
  require(sk_PKCS7_push(safes.get(), safe) > 0 ? 1 : 0, "sk_PKCS7_push");
  const OwnedStore store(require(PKCS12_add_safes(safes.get(), 0), "PKCS12_add_safes"));
  return der_of(store.get());
}

}  // namespace dynsessions::tls
