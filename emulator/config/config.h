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

#include "emulator/auth/token_check.h"
#include "emulator/auth/token_issuer.h"
#include "emulator/contract/contract_options.h"
#include "emulator/pools/pool_definition.h"
#include "emulator/pools/undeclared_pools.h"
#include "emulator/tls/name.h"

namespace dynsessions::config {

using auth::MissingRole;
enum class SandboxMode {
  automatic,   ///< the strongest that this machine allows
  full,        ///< refuse to start with anything less than all namespaces
  restricted,  ///< Landlock and seccomp, even if namespaces are available
  insecure,    ///< limits only; never chosen by itself
};
/// How programs are answered.
enum class Engine {
  python,   ///< sandboxed interpreters; scripts answer the programs that their rules match
  scripts,  ///< scripts alone: neither sandbox nor Python
};
enum class LogLevel { error, warning, info, debug };
[[nodiscard]] std::string name_of(LogLevel level);
enum class LogFormat { text, json };
[[nodiscard]] std::string name_of(LogFormat format);

/// Which requests to Azure Resource Manager are answered by an operation that clients poll.
enum class ArmOperations {
  as_azure,      ///< the ones that the service answers in this way
  long_running,  ///< all that change or delete a session pool
};

/// The token that the admin API demands.
struct AdminToken {
  enum class Rule {
    automatic,  ///< none on loopback, otherwise a random one
    off,        ///< none
    fixed,      ///< `text`
  };
  Rule rule = Rule::automatic;
  std::string text = {};
};

/// Options of the server as a whole: its ports, its log, its answers.
struct ServerOptions {
  std::uint16_t port = 7070;                       ///< data plane; 0 picks a free one
  std::optional<std::uint16_t> https_port = 7443;  ///< the same over TLS; nullopt: off
  std::uint16_t admin_port = 7071;                 ///< admin API; 0 picks a free one
  AdminToken admin_token;
  std::string listen = "127.0.0.1";        ///< address of all ports
  std::vector<std::string> allowed_hosts;  ///< accepted in Host besides those of RequestGuard
  std::vector<tls::Name> tls_names;        ///< in the certificate besides tls::standard_names()
  std::string state_dir;                   ///< empty: the user's own (https_setup.h)
  std::string ready_file;                  ///< empty: none
  std::string pools_file;                  ///< pools in Azure's words; empty: none
  bool unlisted = false;                   ///< not in the user's list of servers (server_list/)
  bool quiet = false;                      ///< without the banner on stderr
  std::chrono::seconds drain_period{10};
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::text;
  std::vector<std::string> executors;  ///< principals that have the role whatever their token says
  MissingRole role_missing = MissingRole::permission_denied;
  std::uint32_t journal_mb = 32;  ///< memory of the journal of requests, in MiB
  bool journal_bodies = true;     ///< the journal has bodies, and with them code and output
  std::string seed;               ///< snapshot to begin with: a directory or archive; empty: none
  std::string script;             ///< file of scripted answers for all pools; empty: none
  bool exact = false;             ///< answers contain nothing that is not in the service's
  /// Whether a request can name a pool that was not declared.
  pools::UndeclaredPools undeclared_pools = pools::UndeclaredPools::made;
  ArmOperations arm_operations = ArmOperations::as_azure;
};

/// Options of the machine that sessions run on.
struct HostOptions {
  Engine engine = Engine::python;
  /// Seed of ids and of hash() in sessions, with clocks that stand still; nullopt: real time, and
  /// all is random.
  std::optional<std::uint32_t> deterministic;
  std::string python;        ///< empty: the environment that `make run` built
  std::string requirements;  ///< file of additional packages; empty: the one in the state directory
  bool no_zygote = false;
  std::vector<std::string> preload{"numpy", "pandas", "matplotlib.pyplot"};
  std::vector<std::string> fonts;  ///< directories whose font files sessions see
  SandboxMode sandbox = SandboxMode::automatic;
  bool cgroups = true;  ///< used if the machine has cgroups
};

/// Everything that can be set, with its default. One table (options.cpp) drives flag, environment
/// variable, config key and help of each scalar member.
struct Config {
  ServerOptions server;
  HostOptions host;
  auth::IdentitySettings identity;
  contract::ContractOptions contract;
  /// The default pool: the one on the bare root, and the template of undeclared pools.
  pools::PoolDefinition pool;
  /// Pools of the config file. One of them can redefine the default pool.
  std::vector<pools::PoolDefinition> pools;
};

/// A flag, variable or key that cannot be used; the message names it and what would be accepted.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads the environment; a parameter so that tests need not touch the real one.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] std::optional<std::string> process_environment(const std::string& name);

}  // namespace dynsessions::config
