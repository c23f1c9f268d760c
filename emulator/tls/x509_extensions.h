#pragma once

#include <set>
#include <string>
#include <vector>

#include "emulator/tls/name.h"
#include "emulator/tls/openssl.h"

namespace dynsessions::tls {

/// What an authority needs: it may sign for `domains`, which are texts of Name::domain().
void add_authority_extensions(X509* certificate, const std::set<std::string>& domains);

/// What a server's certificate needs.
void add_server_extensions(X509* certificate, const std::vector<Name>& names);

/// Whose key this is, and whose key has signed it; `issuer` may be the certificate itself.
void add_key_identifiers(X509* certificate, X509* issuer);

[[nodiscard]] std::set<std::string> names_of(const X509* certificate);
[[nodiscard]] std::set<std::string> domains_of(const X509* certificate);

/// Eight hexadecimal digits that differ from key to key.
[[nodiscard]] std::string short_identifier(const EVP_PKEY* key);

}  // namespace dynsessions::tls
