#pragma once

#include <string>
#include <string_view>

namespace dynsessions::tls {

/// A PKCS #12 key store that Java 8 and later read as their trust store
/// (`-Djavax.net.ssl.trustStore`), with the certificates of a PEM bundle; what the bundle has
/// besides is left out. It has no password: neither a secret nor a checksum is in it. Throws
/// OpensslError.
[[nodiscard]] std::string java_trust_store(std::string_view pem_bundle);

}  // namespace dynsessions::tls
