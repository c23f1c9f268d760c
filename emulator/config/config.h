#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/auth/test_token.h"
#include "emulator/auth/token_check.h"
#include "emulator/contract/contract_options.h"
#include "emulator/tls/name.h"

namespace dynsessions::config {

using AuthMode = auth::TokenRule;
using auth::MissingRole;
enum class SandboxMode {
  automatic,   ///< the strongest that this machine allows
  full,        ///< refuse to start with anything less than all namespaces
  restricted,  ///< Landlock and seccomp, even where there is more
  insecure,    ///< limits only; never chosen by itself
};
enum class NetworkStatus { egress_disabled, egress_enabled };
[[nodiscard]] std::string name_of(NetworkStatus status);
enum class LogLevel { error, warning, info, debug };
[[nodiscard]] std::string name_of(LogLevel level);
enum class LogFormat { text, json };
[[nodiscard]] std::string name_of(LogFormat format);

/// Everything that can be set, with its default. One table (options.cpp) drives flag, environment
/// variable, config key and help of each member.
struct Config {
  std::uint16_t port = 7070;                       ///< emulated surface; 0 picks a free one
  std::optional<std::uint16_t> https_port = 7443;  ///< the same over TLS; nothing: off
  std::uint16_t admin_port = 7071;                 ///< emulator's own API; 0 picks a free one
  std::string listen = "127.0.0.1";                ///< address of all ports
  std::vector<std::string> allowed_hosts;  ///< names in Host besides those that are always good
  std::vector<tls::Name> tls_names;        ///< in the certificate besides tls::standard_names()
  std::string state_dir;                   ///< empty: the user's own (https_setup.h)
  std::string ready_file;                  ///< empty: none
  std::chrono::seconds drain_period{10};
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::text;

  std::string name = "default";
  std::string resource_group = "local";
  std::string subscription = "00000000-0000-0000-0000-000000000000";
  std::string location = "local";
  std::string container_type = "PythonLTS";
  std::uint32_t max_sessions = 100;
  std::uint32_t ready_sessions = 1;
  std::chrono::seconds cooldown_period{300};
  NetworkStatus network_status = NetworkStatus::egress_disabled;

  std::string python;  ///< empty: the environment that `make run` built
  bool no_zygote = false;
  std::vector<std::string> preload{"numpy", "pandas", "matplotlib.pyplot"};
  SandboxMode sandbox = SandboxMode::automatic;
  std::uint32_t data_quota_mb = 1024;
  std::uint32_t max_files = 65'536;
  std::uint32_t tmp_quota_mb = 256;
  std::uint32_t shm_quota_mb = 64;
  std::uint32_t memory_limit_mb = 2048;
  std::uint32_t max_processes = 256;
  std::uint32_t max_open_files = 1024;
  std::uint32_t cpu_hundredths = 200;  ///< CPU time per time that passes
  bool control_groups = true;          ///< where there are some

  AuthMode auth = AuthMode::any;
  std::vector<std::string> executors;  ///< principals that have the role whatever their token says
  MissingRole role_missing = MissingRole::permission_denied;
  bool exact = false;
  contract::ContractOptions choices;
};

/// A flag, variable or key that cannot be used; the message names it and what would be accepted.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class Command {
  serve,
  healthcheck,
  wait,
  cert,
  token,
  doctor,
  conform,
  options,
  version,
  help
};

struct CommandLine {
  Command command = Command::serve;
  Config config;
  std::string help;                    ///< the text to print for Command::help and ::options
  std::vector<std::string> arguments;  ///< of Command::conform, which reads them itself
  auth::TestToken token;               ///< what to print for Command::token
  bool as_json = false;                ///< how Command::doctor answers
  std::chrono::seconds timeout{60};    ///< of Command::wait
};

/// Reads the environment; a parameter so that tests need not touch the real one.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

/// Flags first, then environment, then the file named by --config, then defaults. Throws
/// ConfigError.
[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv,
                                             const Environment& environment);

}  // namespace dynsessions::config
