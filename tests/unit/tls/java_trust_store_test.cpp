#include "emulator/tls/java_trust_store.h"

#include <openssl/pkcs12.h>

#include "emulator/tls/identity.h"
#include "tests/support/catch.h"

namespace dynsessions::tls {
namespace {

using OwnedKeyStore = Owned<PKCS12, PKCS12_free>;

std::string authority_pem() {
  const auto now = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1);
  return Identity::make_authority({"localhost"}, now).certificate_pem();
}

/// Returns how many certificates the store marks as trusted by Java's rule.
int trusted_in(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const OwnedKeyStore store(d2i_PKCS12(nullptr, &bytes, static_cast<long>(der.size())));
  REQUIRE(store);
  STACK_OF(PKCS7)* const safes = PKCS12_unpack_authsafes(store.get());
  STACK_OF(PKCS12_SAFEBAG)* const bags = PKCS12_unpack_p7data(sk_PKCS7_value(safes, 0));
  ASN1_OBJECT* const usage = OBJ_txt2obj("2.16.840.1.113894.746875.1.1", 1);
  int trusted = 0;
  for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
    const auto* attributes = PKCS12_SAFEBAG_get0_attrs(sk_PKCS12_SAFEBAG_value(bags, i));
    trusted += X509at_get_attr_by_OBJ(attributes, usage, -1) >= 0 ? 1 : 0;
  }
  ASN1_OBJECT_free(usage);
  sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
  sk_PKCS7_pop_free(safes, PKCS7_free);
  return trusted;
}

TEST_CASE("every certificate of a bundle is trusted in the store for Java", "[tls][java]") {
  const std::string one = authority_pem();
  CHECK(trusted_in(java_trust_store(one)) == 1);
  CHECK(trusted_in(java_trust_store("# a comment\n" + one + "\n" + authority_pem())) == 2);
}

TEST_CASE("text that is no certificate is left out of the store for Java", "[tls][java]") {
  const std::string broken =
      "-----BEGIN CERTIFICATE-----\nof the company\n-----END CERTIFICATE-----\n";
  CHECK(trusted_in(java_trust_store(broken + authority_pem())) == 1);
  CHECK(trusted_in(java_trust_store("")) == 0);
  CHECK(trusted_in(java_trust_store("-----BEGIN CERTIFICATE-----\n")) == 0);
}

}  // namespace
}  // namespace dynsessions::tls
