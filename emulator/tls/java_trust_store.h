#pragma once

#include <string>
#include <string_view>

namespace dynsessions::tls {

/// A PKCS #12 key store that Java 8 and later read as their trust store
/// (`-Djavax.net.ssl.trustStore`), with the certificates of a PEM bundle; other contents of the
/// bundle are left out. It has no password, because it contains neither a secret nor a checksum.
/// Throws OpensslError.
[[nodiscard]] std::string java_trust_store(std::string_view pem_bundle);

}  // namespace dynsessions::tls
