#include "emulator/client_environment/trust_bundle.h"

#include <filesystem>

#include "emulator/base/read_text.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions::client_environment {
namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "trust-bundle.pem";

/// The authorities of the client. A bundle that this program wrote has more: `dynsessions env` can
/// run inside `dynsessions exec`.
std::string trusted_before(const fs::path& bundle, const config::Environment& inherited) {
  for (const char* name : {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const std::string path = inherited(name).value_or("");
    if (!path.empty() && path != bundle.string()) return read_text(path);
  }
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/cert.pem"}) {
    if (std::error_code ignored; fs::exists(path, ignored)) return read_text(path);
  }
  return {};
}

}  // namespace

std::string trust_bundle(const std::string& authority, const config::Environment& inherited) {
  const fs::path directory = fs::path(authority).parent_path();
  const fs::path bundle = directory / kName;
  const std::string others = trusted_before(bundle, inherited);
  if (others.empty()) return authority;
  try {
    const auto state = tls::StateDirectory::at(directory);
    const UniqueFd turn = state.lock();
    state.write(kName, others + "\n" + read_text(authority));
    return bundle.string();
  } catch (const tls::StateError&) {
    return authority;
  }
}

}  // namespace dynsessions::client_environment
