#pragma once

#include <string>

#include "emulator/config/config.h"

namespace dynsessions::client_environment {

/// Files with the emulator's authority and those that the client trusted before. Both are needed
/// because a variable that names such a file replaces the public authorities (api-spec/CLIENTS.md
/// quirk 42).
struct TrustFiles {
  std::string bundle;      ///< PEM, for REQUESTS_CA_BUNDLE and SSL_CERT_FILE
  std::string java_store;  ///< PKCS #12, for javax.net.ssl.trustStore; empty: it was not written
};

/// Writes the files next to the emulator's authority. If that is not possible, `bundle` is the
/// authority itself, and Java has no file.
[[nodiscard]] TrustFiles trust_files(const std::string& authority,
                                     const config::Environment& inherited);

}  // namespace dynsessions::client_environment
