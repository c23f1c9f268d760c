#include "tests/unit/pools/pool_fixture.h"

#include <utility>

namespace dynsessions::pools {
namespace asio = boost::asio;

using execution::ExecutionOutcome;
using execution::ExecutionRequest;
using execution::ExecutionResult;
using execution::ScriptedWorkspace;

namespace {

std::string name_of(EndReason reason) {
  switch (reason) {
    case EndReason::cooldown_passed:
      return "cooldown";
    case EndReason::deleted:
      return "deleted";
    case EndReason::interpreter_lost:
      return "interpreter lost";
    case EndReason::evicted:
      return "evicted";
    case EndReason::pool_stopped:
      return "pool stopped";
  }
  return {};
}

}  // namespace

void RecordedEvents::kernel_ended(const Session&, execution::Kernel,
                                  const execution::KernelEnd& end) {
  if (end.limit) {
    record.emplace_back(end.limit == execution::SessionLimit::memory ? "memory" : "files");
  } else {
    record.emplace_back(end.timed_out ? "kernel timed out" : "kernel died");
  }
}

void RecordedEvents::session_ended(const Session&, EndReason reason) {
  record.push_back("ended: " + name_of(reason));
}

/// A scripted workspace that is counted.
class FakeWorkspaces::Workspace final : public execution::Workspace {
 public:
  explicit Workspace(FakeWorkspaces& factory)
      : factory_(factory),
        scripted_([this](ExecutionRequest request) { return factory_.run(std::move(request)); }) {
    ++factory_.living;
  }
  ~Workspace() override { --factory_.living; }

  asio::awaitable<Result<ExecutionResult>> execute(ExecutionRequest request) override {
    return scripted_.execute(std::move(request));
  }
  asio::awaitable<void> kill_kernel(execution::Kernel kernel) override {
    factory_.killed.push_back(kernel);
    co_return;
  }
  [[nodiscard]] int data_directory() const override { return scripted_.data_directory(); }
  [[nodiscard]] bool is_alive() const override { return scripted_.is_alive(); }
  asio::awaitable<void> stop() override {
    ++factory_.stopped;
    factory_.let_programs_end();
    while (factory_.holding_endings_) co_await factory_.held_endings_.wait();
    co_await scripted_.stop();
  }

 private:
  FakeWorkspaces& factory_;
  ScriptedWorkspace scripted_;
};

FakeWorkspaces::FakeWorkspaces(asio::any_io_executor executor)
    : held_(executor),
      held_endings_(executor),
      programs_waiting_{Event(executor), Event(executor), Event(executor)} {}

asio::awaitable<Result<std::unique_ptr<execution::Workspace>>> FakeWorkspaces::create() {
  ++attempts;
  while (holding_) co_await held_.wait();
  if (next_failure_) {
    co_return Error{ErrorCode::sandbox_unavailable, *std::exchange(next_failure_, {}), {}, {}};
  }
  std::unique_ptr<execution::Workspace> workspace = std::make_unique<Workspace>(*this);
  co_return workspace;
}

asio::awaitable<void> FakeWorkspaces::stop() {
  reserve_stopped = true;
  co_return;
}

void FakeWorkspaces::release() {
  holding_ = false;
  held_.notify();
}

void FakeWorkspaces::release_endings() {
  holding_endings_ = false;
  held_endings_.notify();
}

void FakeWorkspaces::let_programs_end() {
  for (Event& waiting : programs_waiting_) waiting.notify();
}

void FakeWorkspaces::let_programs_end(execution::Kernel kernel) {
  programs_waiting_[index_of(kernel)].notify();
}

asio::awaitable<Result<ExecutionResult>> FakeWorkspaces::run(ExecutionRequest request) {
  programs.push_back(request.code);
  if (request.code.starts_with("wait")) co_await programs_waiting_[index_of(request.kernel)].wait();
  if (request.code.ends_with("lose")) {
    co_return Error{ErrorCode::sandbox_unavailable, "The interpreter is lost.", {}, {}};
  }
  if (request.code == "refuse") {
    co_return Error{ErrorCode::program_not_scripted, "No rule matches.", {}, {}};
  }
  ExecutionResult result;
  result.stdout_text = request.code;
  if (request.code.ends_with("time out")) result.outcome = ExecutionOutcome::timed_out;
  const auto kernel_ends = [&](ExecutionOutcome outcome, const execution::KernelEnd& end) {
    result.outcome = outcome;
    result.kernel_ends = {end};
  };
  if (request.code.ends_with("restart")) {
    kernel_ends(ExecutionOutcome::timed_out_restarted, {.timed_out = true});
  }
  if (request.code.ends_with("burst")) {
    kernel_ends(ExecutionOutcome::out_of_memory, {.limit = execution::SessionLimit::memory});
  }
  if (request.code.ends_with("overflow")) {
    kernel_ends(ExecutionOutcome::out_of_storage, {.limit = execution::SessionLimit::files});
  }
  if (request.code.ends_with("die")) kernel_ends(ExecutionOutcome::interpreter_died, {});
  co_return result;
}

namespace {

asio::awaitable<Result<ExecutionResult>> one_call(SessionPool& pool, SessionIdentifier identifier,
                                                  std::string code, execution::Kernel kernel) {
  auto session = co_await pool.acquire(std::move(identifier));
  if (!session) co_return session.error();
  ExecutionRequest request{.code = std::move(code), .kernel = kernel};
  co_return co_await (*session)->execute(std::move(request));
}

}  // namespace

PoolFixture::PoolFixture(PoolDefinition definition)
    : pool(loop.executor(), clock, ids, workspaces_owner, events, std::move(definition)) {}

PoolFixture::~PoolFixture() {
  workspaces.release();
  workspaces.release_endings();
  loop.run(pool.stop());
  loop.settle();  // calls whose session has ended return
}

test::Task<PoolFixture::ExecuteResult> PoolFixture::start(const std::string& name,
                                                          const std::string& code,
                                                          execution::Kernel kernel) {
  return loop.start(one_call(pool, identifier(name), code, kernel));
}

PoolFixture::ExecuteResult PoolFixture::execute(const std::string& name, const std::string& code) {
  return loop.finish(start(name, code));
}

Result<SessionLease> PoolFixture::acquire(const std::string& name) {
  return loop.run(pool.acquire(identifier(name)));
}

void PoolFixture::advance(Clock::Duration by) {
  clock.advance(by);
  loop.settle();
}

SessionIdentifier identifier(const std::string& text) {
  return SessionIdentifier::parse(text, IdentifierRule::one_to_256).value();
}

}  // namespace dynsessions::pools
