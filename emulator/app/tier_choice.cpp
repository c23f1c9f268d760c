#include "emulator/app/tier_choice.h"

#include <array>
#include <exception>
#include <string_view>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "emulator/app/engine_settings.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/pools/pool_members.h"
#include "emulator/runtimes/python_runtime.h"

namespace dynsessions {
namespace asio = boost::asio;

using sandbox::RequestKind;
using sandbox::Tier;

namespace {

struct Cure {
  std::string_view step;  ///< its beginning
  const char* cure;
};

constexpr const char* kNamespaces =
    "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
    "user.max_user_namespaces above 0; Ubuntu: kernel.apparmor_restrict_unprivileged_userns=0), "
    "or run as root; in Docker: --cap-add SYS_ADMIN --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined";
constexpr const char* kBelow =
    "look at the directories of --python: each must be there for all users";

/// By the names in sandbox/; the last row is for all that nobody met yet.
constexpr std::array kCures = {
    Cure{"mount /proc of the launcher",
         "this container masks /proc: podman run --security-opt unmask=ALL, docker run "
         "--security-opt systempaths=unconfined; or run as root with --cap-add SYS_ADMIN"},
    Cure{"unshare", kNamespaces},
    Cure{"clone", kNamespaces},
    Cure{"map ids", kNamespaces},
    Cure{"isolate mounts", kNamespaces},
    Cure{"mount tmpfs", "--data-quota-mb must fit into memory"},
    Cure{"mount", kNamespaces},
    Cure{"new root", kNamespaces},
    Cure{"change root", kNamespaces},
    Cure{"enter", kNamespaces},
    Cure{
        "bind target",
        "sessions have a /tmp, /proc, /dev and /mnt/data of their own: --python must be elsewhere"},
    Cure{"open tree", kBelow},
    Cure{"lay out", kBelow},
    Cure{"egress: tun device",
         "load the module (modprobe tun) and let all users open it (chmod 666 /dev/net/tun); in "
         "Docker: --device /dev/net/tun"},
    Cure{"egress: only a network namespace", "use EgressDisabled, or make the full tier possible"},
    Cure{"egress", "slirp4netns must run here; see what it said, or use EgressDisabled"},
    Cure{"execute", "--python must name a program that all users may read and execute"},
    Cure{"verify alive", "--python must name a Python; what it names ended at once"},
    Cure{"verify control groups",
         "if --python names a Python that starts here: --control-groups off"},
    Cure{"keyring", "end other sessions of this user, or raise sysctl kernel.keys.maxkeys"},
    Cure{"limits", "raise the limits that this shell has: ulimit -aH"},
    Cure{"landlock: ABI",
         "use Linux 6.12 or later; or start as root, so that each session gets its own user; or "
         "make the full tier possible"},
    Cure{"landlock: /", kBelow},
    Cure{"landlock",
         "use a kernel with Landlock (CONFIG_SECURITY_LANDLOCK, best 6.12 or later, and landlock "
         "among its lsm=) in a container that does not hide it; or make the full tier possible"},
    Cure{"session directory",
         "TMPDIR (or /tmp) must have room, and all users must be able to reach it"},
    Cure{"temporary directory", "TMPDIR (or /tmp) must be a directory that can be written"},
    Cure{"session users", "end some sessions, or lower --max-sessions"},
    Cure{"seccomp", "use a kernel with CONFIG_SECCOMP_FILTER; in Docker: seccomp=unconfined"},
    Cure{"",
         "this kernel or container forbids the step: run as root, or in Docker with --privileged"},
};

/// "clone" of "The sandbox could not be set up: clone: Operation not permitted".
std::string_view step_in(std::string_view message) {
  constexpr std::string_view kBefore = ": ";
  const std::size_t found = message.find(kBefore);
  return found == std::string_view::npos ? "" : message.substr(found + kBefore.size());
}

/// Nothing when all went well.
asio::awaitable<std::optional<Error>> set_up_once(execution::LauncherClient& launcher,
                                                  sandbox::SandboxProfile definition) {
  auto ready = co_await launcher.ready();
  if (!ready) co_return ready.error();
  auto profile = co_await launcher.define_profile(std::move(definition));
  if (!profile) co_return profile.error();
  const std::uint64_t id = launcher.new_sandbox_id();
  auto created = co_await launcher.create_sandbox(*profile, id);
  if (!created) co_return created.error();
  for (const RequestKind kind : {RequestKind::start_interpreter, RequestKind::destroy_sandbox}) {
    auto done = co_await launcher.request(kind, id);
    if (!done) co_return done.error();
  }
  co_return std::nullopt;
}

asio::awaitable<void> run_trial(execution::LauncherClient& launcher,
                                sandbox::SandboxProfile profile, TierTrial& trial) {
  std::exception_ptr failure;
  try {
    trial.failure = co_await set_up_once(launcher, std::move(profile));
  } catch (...) {
    failure = std::current_exception();
  }
  co_await launcher.stop();
  if (failure) std::rethrow_exception(failure);
}

std::vector<Tier> tiers_of(config::SandboxMode mode) {
  switch (mode) {
    case config::SandboxMode::automatic:
      return {Tier::full, Tier::restricted};
    case config::SandboxMode::full:
      return {Tier::full};
    case config::SandboxMode::restricted:
      return {Tier::restricted};
    case config::SandboxMode::insecure:
      return {Tier::insecure};
  }
  return {};
}

const char* layers_of(Tier tier) {
  switch (tier) {
    case Tier::full:
      return "namespaces, own root, seccomp";
    case Tier::restricted:
      return "Landlock and seccomp, no namespaces";
    case Tier::insecure:
      return "limits only: sessions can do what their user can, with the host's network "
             "whatever --network-status says";
  }
  return "";
}

}  // namespace

TierTrial try_tier(const std::string& launcher, const sandbox::LauncherSpec& spec,
                   sandbox::SandboxProfile profile) {
  profile.zygote.clear();  // the trial forks no interpreter
  TierTrial trial{spec.tier, std::nullopt};
  asio::io_context loop(1);
  execution::LauncherClient client(loop.get_executor());
  client.start(launcher, spec);
  std::exception_ptr failure;
  asio::co_spawn(loop, run_trial(client, std::move(profile), trial),
                 [&failure](std::exception_ptr exception) { failure = std::move(exception); });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  return trial;
}

namespace {

/// The trial of a pool's sessions. What its runtime refuses is a failure like one of the launcher.
TierTrial try_pool(const config::Config& config, const runtimes::Installation& installation,
                   Tier tier, const pools::PoolDefinition& pool) {
  const runtimes::PythonRuntime python(python_settings(config.host), installation, tier);
  Result<sandbox::SandboxProfile> profile = python.profile_for(pool);
  if (!profile) return {tier, profile.error()};
  return try_tier(installation.launcher.string(), launcher_spec(config.host, tier),
                  *std::move(profile));
}

}  // namespace

void require_pools(const config::Config& config, const runtimes::Installation& installation,
                   Tier tier) {
  for (const pools::PoolDefinition& pool : config.pools) {
    const TierTrial trial = try_pool(config, installation, tier, pool);
    if (trial.works()) continue;
    const Error& failure = *trial.failure;
    // Of all members, egress alone takes something that other pools of the machine do not need.
    const bool is_egress = step_in(failure.message).starts_with("egress");
    const std::string member =
        is_egress ? std::string(pools::members::kNetworkStatus.name) + ": " : std::string();
    throw config::ConfigError("pool `" + pool.id.name + "`, " + member + failure.message +
                              " Cure: " + cure_of(failure));
  }
}

TierChoice choose_tier(const config::Config& config, const runtimes::Installation& installation) {
  TierChoice choice{};
  std::string accounts;
  for (const Tier tier : tiers_of(config.host.sandbox)) {
    choice.tier = tier;
    TierTrial trial = try_pool(config, installation, tier, config.pool);
    if (trial.works()) return choice;
    accounts += "\n  " + account_of(trial);
    choice.better.push_back(std::move(trial));
  }
  throw runtimes::EngineUnavailable("sessions cannot be isolated here as --sandbox asks:" +
                                    accounts + "\n  `dynsessions doctor` says more");
}

std::string description_of(const TierChoice& choice) {
  std::string text = name_of(choice.tier) + ": " + layers_of(choice.tier);
  for (const TierTrial& trial : choice.better) text += "; " + account_of(trial);
  return text;
}

std::string warning_of(const TierChoice& choice) {
  return choice.tier == Tier::insecure ? "--sandbox insecure: sessions are not isolated" : "";
}

std::string account_of(const TierTrial& trial) {
  if (trial.works()) return "tier " + name_of(trial.tier) + " works";
  return "tier " + name_of(trial.tier) + ": " + trial.failure->message +
         " Cure: " + cure_of(*trial.failure);
}

std::string cure_of(const Error& error) {
  const std::string_view step = step_in(error.message);
  const bool from_runtime = error.code == ErrorCode::invalid_request;
  if (step.empty() || from_runtime) return error.reason;
  for (const Cure& row : kCures) {
    if (step.starts_with(row.step)) return row.cure;
  }
  return error.reason;
}

}  // namespace dynsessions
