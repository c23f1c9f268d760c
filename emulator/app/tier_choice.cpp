#include "emulator/app/tier_choice.h"

#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include "emulator/app/engine_settings.h"
#include "emulator/base/spawn.h"
#include "emulator/cures/cures.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/pools/pool_members.h"
#include "emulator/runtimes/python_runtime.h"
#include "sandbox/kernel/namespaces/namespaces.h"

namespace dynsessions {
namespace asio = boost::asio;
namespace fs = std::filesystem;

using sandbox::RequestKind;
using sandbox::Tier;

namespace {

constexpr const char* kEnterDirectories = "enter directories";  // has a cure in cures.cpp

/// Sets up one throw-away sandbox. Returns the error of the step that failed, or nullopt.
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

/// Returns the topmost directory above the files of `profile` that other users cannot enter.
std::optional<fs::path> closed_directory(const sandbox::SandboxProfile& profile) {
  for (const sandbox::ReadOnlyBind& bind : profile.binds) {
    fs::path path;
    for (const fs::path& name : fs::path(bind.source)) {
      path /= name;
      std::error_code error;
      const fs::perms mode = fs::status(path, error).permissions();
      if (!error && (mode & fs::perms::others_exec) == fs::perms::none) return path;
    }
  }
  return std::nullopt;
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

std::optional<Error> closed_to_users(Tier tier, const sandbox::SandboxProfile& profile) {
  if (tier == Tier::full || ::geteuid() != 0) return std::nullopt;
  const auto closed = closed_directory(profile);
  if (!closed) return std::nullopt;
  return Error{ErrorCode::sandbox_unavailable,
               "The sandbox could not be set up: the users of sessions cannot enter " +
                   closed->string() + ", which has this program, its Python or its packages.",
               {},
               "step `enter directories` failed on this machine",
               kEnterDirectories};
}

TierTrial try_tier(const std::string& launcher, const sandbox::LauncherSpec& spec,
                   sandbox::SandboxProfile profile) {
  profile.zygote.clear();  // the trial needs no zygote, because it forks no interpreter
  TierTrial trial{spec.tier, closed_to_users(spec.tier, profile)};
  if (trial.failure) return trial;
  asio::io_context loop(1);
  SteadyClock real_time(loop.get_executor());
  execution::LauncherClient client(loop.get_executor(), real_time);
  client.start(launcher, spec);
  run_to_end(loop, run_trial(client, std::move(profile), trial));
  return trial;
}

namespace {

/// Tries to set up a session of the pool. A definition that the runtime refuses counts as a
/// failure, like an error of the launcher.
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
    // Only the member `egress` needs something of the machine that other pools do not need.
    const bool is_egress = failure.step.starts_with("egress");
    const std::string member =
        is_egress ? std::string(pools::members::kNetworkStatus.name) + ": " : std::string();
    throw config::ConfigError("pool `" + pool.id.name + "`, " + member + failure.message +
                              " Cure: " + cure_of(failure));
  }
}

TierChoice choose_tier(const config::Config& config, const runtimes::Installation& installation) {
  TierChoice choice{};
  std::string failures;
  for (const Tier tier : tiers_of(config.host.sandbox)) {
    choice.tier = tier;
    if (tier != Tier::full) choice.missing = sandbox::missing_for_separate_users(false);
    TierTrial trial = try_pool(config, installation, tier, config.pool);
    if (trial.works()) return choice;
    failures += "\n  " + failure_text(trial);
    choice.better.push_back(std::move(trial));
  }
  throw runtimes::EngineUnavailable("sessions cannot be isolated here as --sandbox asks:" +
                                    failures + "\n  `dynsessions doctor` shows details");
}

std::string description_of(const TierChoice& choice) {
  std::string text = name_of(choice.tier) + ": " + layers_of(choice.tier);
  if (!choice.missing.empty()) text += "; " + root_sessions_without(choice.missing);
  for (const TierTrial& trial : choice.better) text += "; " + failure_text(trial);
  return text;
}

std::string root_sessions_without(const std::string& capabilities) {
  return "sessions have root's user id (without its capabilities), because the server lacks " +
         capabilities;
}

std::string warning_of(const TierChoice& choice) {
  return choice.tier == Tier::insecure ? "--sandbox insecure: sessions are not isolated" : "";
}

std::string failure_text(const TierTrial& trial) {
  if (trial.works()) return "tier " + name_of(trial.tier) + " works";
  return "tier " + name_of(trial.tier) + ": " + trial.failure->message +
         " Cure: " + cure_of(*trial.failure);
}

}  // namespace dynsessions
