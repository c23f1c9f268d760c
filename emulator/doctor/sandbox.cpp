#include "emulator/doctor/sandbox.h"

#include <exception>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <boost/asio/io_context.hpp>

#include "emulator/app/engine_settings.h"
#include "emulator/app/tier_choice.h"
#include "emulator/base/clock.h"
#include "emulator/base/spawn.h"
#include "emulator/cures/cures.h"
#include "emulator/doctor/limits.h"
#include "emulator/execution/launcher_client.h"
#include "emulator/execution/sandboxed_workspace.h"
#include "sandbox/kernel/namespaces/namespaces.h"

namespace dynsessions::doctor {
namespace asio = boost::asio;

using config::SandboxMode;
using sandbox::Tier;

namespace {

/// Whether a server with this `mode` can use the tier.
bool may_use(SandboxMode mode, Tier tier) {
  switch (mode) {
    case SandboxMode::automatic:
      return tier != Tier::insecure;
    case SandboxMode::full:
      return tier == Tier::full;
    case SandboxMode::restricted:
      return tier == Tier::restricted;
    case SandboxMode::insecure:
      return tier == Tier::insecure;
  }
  return false;
}

Check check_of(const TierTrial& trial) {
  Check check{"sandbox", "tier " + name_of(trial.tier), Verdict::good, "works here", {}};
  if (trial.tier == Tier::insecure) {
    check.finding += "; used only with --sandbox insecure; always has the host's network";
  }
  if (trial.works()) return check;
  // Sessions can run nevertheless, in another tier.
  check.verdict = Verdict::warning;
  check.finding = trial.failure->message;
  check.cure = cure_of(*trial.failure);
  return check;
}

/// `missing` are the capabilities that a root server lacks to give sessions separate users. Without
/// them the full tier only counts kernel objects differently (limits.h).
Check check_of_use(Tier used, const std::string& missing) {
  Check check{"sandbox", "tier", Verdict::good, "sessions get " + name_of(used), {}};
  if (used == Tier::full || missing.empty()) return check;
  check.verdict = Verdict::warning;
  check.finding += "; " + root_sessions_without(missing);
  check.cure =
      "give the server these capabilities (in a container, with --cap-add), or run it as "
      "an ordinary user";
  return check;
}

/// The objects that a check needs.
class Examination {
 public:
  Examination(asio::io_context& loop, execution::LauncherClient& launcher,
              sandbox::SandboxProfile profile)
      : launcher_(launcher),
        clock_(loop.get_executor()),
        real_time_(loop.get_executor()),
        first_programs_(loop.get_executor(), real_time_, 1, {}),
        workspaces_(
            {loop.get_executor(), launcher, clock_, real_time_, spool_, first_programs_, {}},
            std::move(profile)) {}

  /// Runs a whole session, up to the agent's answer.
  asio::awaitable<void> run(SessionUserFacts users) {
    auto ready = co_await launcher_.ready();
    if (ready) limits_ = check_limits(launcher_.limits(), launcher_.obstacle_to_limits(), users);
    auto workspace = co_await workspaces_.create();
    if (!workspace) {
      note("run 6 * 7", {}, workspace);
      co_return;
    }
    execution::ExecutionRequest request{.code = "6 * 7"};
    auto result = co_await (*workspace)->execute(std::move(request));
    note_answer(result);
    co_await (*workspace)->stop();
    co_await workspaces_.stop();
  }

  [[nodiscard]] Checks take_checks() {
    std::move(limits_.begin(), limits_.end(), std::back_inserter(checks_));
    return std::move(checks_);
  }

 private:
  template <typename Value>
  bool note(const char* name, std::string finding, const Result<Value>& result) {
    if (result) {
      checks_.push_back({"sandbox", name, Verdict::good, std::move(finding), {}});
    } else {
      const Error& error = result.error();
      checks_.push_back({"sandbox", name, Verdict::bad, error.message, cure_of(error)});
    }
    return result.has_value();
  }

  void note_answer(const Result<execution::ExecutionResult>& result) {
    if (!result) {
      note("run 6 * 7", {}, result);
      return;
    }
    const auto* text = std::get_if<execution::TextValue>(&result->value);
    if (text != nullptr && text->text == "42") {
      const std::string time = std::to_string(result->duration.count());
      note("run 6 * 7", "gives 42 in " + time + " ms", result);
    } else {
      checks_.push_back(
          {"sandbox", "run 6 * 7", Verdict::bad,
           "does not give 42: " + result->stderr_text.in_memory() + result->traceback.in_memory(),
           "see the section environment"});
    }
  }

  execution::LauncherClient& launcher_;
  SystemClock clock_;
  SteadyClock real_time_;
  asio::thread_pool file_pool_{1};
  const execution::Spool spool_{file_pool_};
  execution::TimedSemaphore first_programs_;
  execution::SandboxedWorkspaceFactory workspaces_;
  Checks checks_;
  Checks limits_;  ///< the section *limits*
};

asio::awaitable<void> examine(Examination& examination, execution::LauncherClient& launcher,
                              SessionUserFacts users) {
  std::exception_ptr failure;
  try {
    co_await examination.run(std::move(users));
  } catch (...) {
    failure = std::current_exception();
  }
  co_await launcher.stop();
  if (failure) std::rethrow_exception(failure);
}

Checks run_session(const std::string& launcher, const sandbox::LauncherSpec& spec,
                   sandbox::SandboxProfile profile, SessionUserFacts users) {
  asio::io_context loop(1);
  SteadyClock real_time(loop.get_executor());
  execution::LauncherClient client(loop.get_executor(), real_time);
  client.start(launcher, spec);
  Examination examination(loop, client, std::move(profile));
  run_to_end(loop, examine(examination, client, std::move(users)));
  return examination.take_checks();
}

}  // namespace

Checks check_sandbox(const config::Config& config, const runtimes::Installation& installation) {
  const std::string launcher = installation.launcher.string();
  const auto profile_in = [&](Tier tier) {
    return runtimes::PythonRuntime(python_settings(config.host), installation, tier)
        .profile_for(config.pool)
        .value();  // doctor.cpp has checked the requirements of egress
  };
  Checks checks;
  std::optional<Tier> used;
  for (const Tier tier : {Tier::full, Tier::restricted, Tier::insecure}) {
    const TierTrial trial = try_tier(launcher, launcher_spec(config.host, tier), profile_in(tier));
    checks.push_back(check_of(trial));
    if (trial.works() && !used && may_use(config.host.sandbox, tier)) used = tier;
  }
  if (!used) {
    checks.push_back(
        {"sandbox", "tier", Verdict::bad, "no tier that --sandbox allows works here", "see above"});
    return checks;
  }
  const bool is_full = *used == Tier::full;
  SessionUserFacts users{sandbox::missing_for_separate_users(is_full),
                         is_full && sandbox::has_real_root()};
  checks.push_back(check_of_use(*used, users.missing));
  Checks session =
      run_session(launcher, launcher_spec(config.host, *used), profile_in(*used), std::move(users));
  std::move(session.begin(), session.end(), std::back_inserter(checks));
  return checks;
}

}  // namespace dynsessions::doctor
