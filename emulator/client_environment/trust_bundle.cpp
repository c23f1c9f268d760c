#include "emulator/client_environment/trust_bundle.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "emulator/tls/state_directory.h"

namespace dynsessions::client_environment {
namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "trust-bundle.pem";

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A bundle of ours is not one of the client's: `dynsessions env` may run inside `exec`.
std::string trusted_before(const fs::path& bundle, const config::Environment& inherited) {
  for (const char* name : {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const std::string path = inherited(name).value_or("");
    if (!path.empty() && path != bundle.string()) return content_of(path);
  }
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/cert.pem"}) {
    if (std::error_code ignored; fs::exists(path, ignored)) return content_of(path);
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
    state.write(kName, others + "\n" + content_of(authority));
    return bundle.string();
  } catch (const tls::StateError&) {
    return authority;
  }
}

}  // namespace dynsessions::client_environment
