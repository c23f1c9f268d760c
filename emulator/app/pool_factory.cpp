#include "emulator/app/pool_factory.h"

#include <thread>
#include <utility>

#include "emulator/execution/sandboxed_workspace.h"
#include "emulator/execution/scripted_workspace.h"
#include "emulator/pools/session_errors.h"
#include "emulator/test_double/scripts/scripting_workspaces.h"

namespace dynsessions {
namespace asio = boost::asio;

using pools::PoolCatalog;
using pools::PoolDefinition;

namespace {

/// Most first programs take a millisecond or two.
constexpr std::chrono::milliseconds kLongestFirstTurn{10};

/// Enough to keep the processors busy.
std::size_t first_programs_at_once() { return std::thread::hardware_concurrency() + 1; }

/// The workspaces of another pool; this pool must not stop their reserve.
class SharedWorkspaces final : public execution::WorkspaceFactory {
 public:
  explicit SharedWorkspaces(std::shared_ptr<execution::WorkspaceFactory> owner)
      : owner_(std::move(owner)) {}
  asio::awaitable<Result<std::unique_ptr<execution::Workspace>>> create() override {
    return owner_->create();
  }
  asio::awaitable<void> first_attempt() override { return owner_->first_attempt(); }
  [[nodiscard]] execution::Readiness readiness() const override { return owner_->readiness(); }

 private:
  const std::shared_ptr<execution::WorkspaceFactory> owner_;
};

/// The workspaces of a pool whose container type cannot run here: there are none.
class NoWorkspaces final : public execution::WorkspaceFactory {
 public:
  explicit NoWorkspaces(Error why) : why_(std::move(why)) {}
  asio::awaitable<Result<std::unique_ptr<execution::Workspace>>> create() override {
    co_return why_;
  }

 private:
  const Error why_;
};

/// Returns the error of the first pool that could have no sessions with this runtime.
Result<void> check_runtime(const runtimes::Runtime& python, const PoolCatalog& pools) {
  for (const pools::Pool* pool : pools.all()) {
    if (!pool->definition().can_run()) continue;
    const auto profile = python.profile_for(pool->definition());
    if (!profile) return profile.error();
  }
  return {};
}

}  // namespace

PoolFactory::PoolFactory(Machine machine, PoolDefinition default_pool)
    : machine_(std::move(machine)),
      default_pool_(std::move(default_pool)),
      first_programs_(machine_.executor, machine_.real_time, first_programs_at_once(),
                      kLongestFirstTurn) {}

Result<PoolFactory::Workspaces> PoolFactory::make_workspaces(
    const PoolDefinition& definition, Proof proof,
    const std::shared_ptr<const runtimes::Runtime>& python) {
  if (!definition.can_run()) {
    return Workspaces(std::make_shared<NoWorkspaces>(pools::sessions_cannot_run(definition)));
  }
  if (!python) {
    return Workspaces(std::make_shared<execution::ScriptedWorkspaceFactory>(
        test_double::refuse_unscripted, &machine_.spool.file_pool()));
  }
  Result<sandbox::SandboxProfile> profile = python->profile_for(definition);
  if (!profile) return profile.error();
  execution::SandboxServices services{machine_.executor,
                                      machine_.launcher,
                                      machine_.clock,
                                      machine_.real_time,
                                      machine_.spool,
                                      first_programs_,
                                      {}};
  services.python = python;
  auto sandboxed = std::make_unique<execution::SandboxedWorkspaceFactory>(std::move(services),
                                                                          *std::move(profile));
  auto workspaces = std::make_shared<execution::ReadyWorkspaces>(
      machine_.executor, std::move(sandboxed), machine_.real_time, definition.ready_sessions,
      proof);
  workspaces->start();
  std::erase_if(made_, [](const auto& one) { return one.expired(); });
  made_.push_back(workspaces);
  return Workspaces(std::move(workspaces));
}

PoolFactory::Workspaces PoolFactory::with_scripts(const pools::PoolName& pool,
                                                  Workspaces inner) const {
  test_double::ScriptServices services{machine_.executor, machine_.scripts, machine_.real_time,
                                       machine_.spool.file_pool()};
  return std::make_shared<test_double::ScriptingWorkspaces>(std::move(services), pool,
                                                            std::move(inner));
}

Result<PoolFactory::Workspaces> PoolFactory::shared_workspaces() {
  if (shared_) return shared_;
  Result<Workspaces> made = make_workspaces(default_pool_, Proof::needed, machine_.python);
  if (made) shared_ = *made;
  return made;
}

Result<pools::Pool::Parts> PoolFactory::make_parts(const PoolDefinition& definition,
                                                   PoolCatalog::Origin origin) {
  const bool shares = origin == PoolCatalog::Origin::first_use || definition == default_pool_;
  // The default pool proves that sandboxes work here. Any other pool without ready sessions costs
  // nothing until it is used.
  const Proof proof = definition.ready_sessions > 0 ? Proof::needed : Proof::not_needed;
  Result<Workspaces> workspaces =
      shares ? shared_workspaces() : make_workspaces(definition, proof, machine_.python);
  if (!workspaces) return workspaces.error();
  Workspaces source = *workspaces;
  if (shares) source = std::make_shared<SharedWorkspaces>(std::move(source));
  if (definition.can_run()) source = with_scripts(definition.id, std::move(source));
  std::unique_ptr<AdjustableClock> clock = machine_.clock.copy();
  auto events = make_events(definition.id, *clock);
  return pools::Pool::Parts{machine_.executor, machine_.ids, std::move(clock), std::move(source),
                            std::move(events)};
}

/// The new ready sessions exist before the former ones are ended, so no client waits for them.
asio::awaitable<Result<void>> PoolFactory::change_python(
    std::shared_ptr<const runtimes::Runtime> python, PoolCatalog& pools) {
  if (const Result<void> usable = check_runtime(*python, pools); !usable) co_return usable.error();
  const Result<Workspaces> made = make_workspaces(default_pool_, Proof::needed, python);
  if (!made) co_return made.error();
  const Workspaces next = *made;
  co_await next->first_attempt();
  if (const auto failure = next->readiness().failure) {
    co_await next->stop();
    co_return *failure;
  }
  machine_.python = std::move(python);
  const Workspaces former = std::exchange(shared_, next);
  const Result<void> renewed = pools.renew();
  if (former) co_await former->stop();
  co_return renewed;
}

std::unique_ptr<pools::SessionEvents> PoolFactory::make_events(const pools::PoolName& pool,
                                                               const Clock& clock) const {
  std::vector<std::unique_ptr<pools::SessionEvents>> listeners;
  for (const MakeListener& make : machine_.listeners) listeners.push_back(make(pool, clock));
  return std::make_unique<pools::SessionEventsList>(std::move(listeners));
}

std::size_t PoolFactory::ready_sessions() const {
  std::size_t count = 0;
  for (const auto& one : made_) {
    if (const auto workspaces = one.lock()) count += workspaces->readiness().in_reserve;
  }
  return count;
}

asio::awaitable<void> PoolFactory::stop() {
  if (shared_) co_await shared_->stop();
}

}  // namespace dynsessions
