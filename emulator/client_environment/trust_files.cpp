#include "emulator/client_environment/trust_files.h"

#include <filesystem>

#include "emulator/base/read_text.h"
#include "emulator/tls/java_trust_store.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions::client_environment {
namespace fs = std::filesystem;

namespace {

constexpr const char* kBundle = "trust-bundle.pem";
constexpr const char* kJavaStore = "trust-store.p12";

/// The authorities that the client trusts. Ignores a bundle that this program wrote, because
/// `dynsessions env` can run inside `dynsessions exec`.
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

TrustFiles trust_files(const std::string& authority, const config::Environment& inherited) {
  const fs::path directory = fs::path(authority).parent_path();
  const fs::path bundle = directory / kBundle;
  const std::string all = trusted_before(bundle, inherited) + "\n" + read_text(authority);
  try {
    const auto state = tls::StateDirectory::at(directory);
    const UniqueFd turn = state.lock();
    const auto keep = [&](const char* name, const std::string& content) {
      if (read_text(directory / name) != content) state.write(name, content);
    };
    keep(kBundle, all);
    keep(kJavaStore, tls::java_trust_store(all));
    return {bundle.string(), (directory / kJavaStore).string()};
  } catch (const tls::StateError&) {
    return {authority, {}};
  }
}

}  // namespace dynsessions::client_environment
