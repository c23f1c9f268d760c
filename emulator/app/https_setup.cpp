#include "emulator/app/https_setup.h"

#include <algorithm>
#include <utility>

#include "emulator/base/spdlog.h"

namespace dynsessions {
namespace fs = std::filesystem;

namespace {

std::vector<tls::Name> certificate_names(const config::Config& config) {
  std::vector<tls::Name> names = tls::standard_names();
  names.insert(names.end(), config.server.tls_names.begin(), config.server.tls_names.end());
  // The address in the printed URL; no client connects to 0.0.0.0 or ::.
  const Result<tls::Name> address = tls::Name::parse(config.server.listen);
  if (address && address->text() != "0.0.0.0" && address->text() != "::") {
    names.push_back(*address);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

HttpsSetup set_up_in(tls::StateDirectory state, const config::Config& config,
                     Clock::TimePoint now) {
  tls::Credentials made = tls::prepare_credentials(state, certificate_names(config), now);
  const std::string how_to_trust = "it has to trust " + made.authority_file.string() +
                                   "; `dynsessions env` prints the variables for that, and "
                                   "`dynsessions cert` a line for each kind of client";
  return {std::move(state), std::move(made.authority_file),
          net::TlsContext(made.certificate_pem, made.key_pem, how_to_trust)};
}

config::ConfigError unusable(const tls::StateError& error) {
  return config::ConfigError("--state-dir: " + std::string(error.what()) +
                             "; name another directory, or switch HTTPS off with --https-port off");
}

HttpsSetup set_up_in_temporary(const std::string& why, const config::Config& config,
                               Clock::TimePoint now) {
  HttpsSetup setup = set_up_in(tls::StateDirectory::temporary(), config, now);
  spdlog::warn("{}: this run uses a temporary certificate authority, {}; --state-dir keeps one",
               why, setup.authority_file.string());
  return setup;
}

}  // namespace

std::optional<HttpsSetup> set_up_https(const config::Config& config,
                                       const config::Environment& environment,
                                       Clock::TimePoint now) {
  if (!config.server.https_port) return std::nullopt;
  if (!config.server.state_dir.empty()) {
    try {
      return set_up_in(tls::StateDirectory::at(config.server.state_dir), config, now);
    } catch (const tls::StateError& error) {
      throw unusable(error);
    }
  }
  const auto path = tls::state_path_of_user(environment);
  if (!path) return set_up_in_temporary("there is no home directory", config, now);
  try {
    return set_up_in(tls::StateDirectory::at(*path), config, now);
  } catch (const tls::StateError& error) {
    return set_up_in_temporary(error.what(), config, now);
  }
}

std::optional<fs::path> state_directory(const config::Config& config,
                                        const config::Environment& environment) {
  if (!config.server.state_dir.empty()) return config.server.state_dir;
  return tls::state_path_of_user(environment);
}

fs::path kept_authority(const config::Config& config, const config::Environment& environment,
                        Clock::TimePoint now) {
  const auto path = state_directory(config, environment);
  if (!path)
    throw config::ConfigError(
        "there is no home directory to keep a certificate "
        "authority in; name a directory with --state-dir");
  try {
    const auto state = tls::StateDirectory::at(*path);
    return tls::prepare_credentials(state, certificate_names(config), now).authority_file;
  } catch (const tls::StateError& error) {
    throw unusable(error);
  }
}

}  // namespace dynsessions
