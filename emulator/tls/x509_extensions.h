#pragma once

#include <set>
#include <string>
#include <vector>

#include "emulator/tls/name.h"
#include "emulator/tls/openssl.h"

namespace dynsessions::tls {

/// Adds the extensions of an authority that can sign for `domains`, which are texts of
/// Name::domain().
void add_authority_extensions(X509* certificate, const std::set<std::string>& domains);

/// Adds the extensions of a server certificate.
void add_server_extensions(X509* certificate, const std::vector<Name>& names);

/// Adds the identifiers of the certificate's own key and of the key that signs it; `issuer` can be
/// the certificate itself.
void add_key_identifiers(X509* certificate, X509* issuer);

[[nodiscard]] std::set<std::string> names_of(const X509* certificate);
[[nodiscard]] std::set<std::string> domains_of(const X509* certificate);

/// Returns eight hexadecimal digits that differ between keys.
[[nodiscard]] std::string short_identifier(const EVP_PKEY* key);

}  // namespace dynsessions::tls
