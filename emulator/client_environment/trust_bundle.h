#pragma once

#include <string>

#include "emulator/config/config.h"

namespace dynsessions::client_environment {

/// A file with the authorities that the client trusted before and the emulator's:
/// REQUESTS_CA_BUNDLE and SSL_CERT_FILE replace the public ones (api-spec/CLIENTS.md quirk 42).
/// Written next to the emulator's authority; where that is not possible, or nothing was trusted
/// before, the path of the authority itself.
[[nodiscard]] std::string trust_bundle(const std::string& authority,
                                       const config::Environment& inherited);

}  // namespace dynsessions::client_environment
