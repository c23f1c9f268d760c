#include "emulator/execution/ready_workspaces.h"

#include <algorithm>
#include <utility>

#include "emulator/base/spawn.h"

namespace dynsessions::execution {
namespace asio = boost::asio;

namespace {
constexpr auto kPauseAfterFailure = std::chrono::seconds(5);
/// Leaves the cores to the first program of a session that has just received its workspace.
constexpr auto kPauseBeforeRefill = std::chrono::milliseconds(20);
/// While workspaces are taken continuously, the reserve grows slowly instead of not at all.
constexpr auto kLongestPauseBeforeRefill = 10 * kPauseBeforeRefill;
}  // namespace

ReadyWorkspaces::ReadyWorkspaces(asio::any_io_executor executor,
                                 std::unique_ptr<WorkspaceFactory> inner, Clock& real_time,
                                 std::size_t count, Proof proof)
    : executor_(executor),
      inner_(std::move(inner)),
      real_time_(real_time),
      count_(count),
      proven_(proof == Proof::not_needed),
      wanted_(executor),
      fill_ended_(executor),
      attempt_ended_(executor) {}

ReadyWorkspaces::~ReadyWorkspaces() = default;

void ReadyWorkspaces::start() {
  filling_ = true;
  spawn(executor_, keep_filled(), [this](const std::exception_ptr& exception) {
    filling_ = false;
    fill_ended_.notify();
    if (exception) std::rethrow_exception(exception);  // a bug: it leaves run()
  });
}

asio::awaitable<void> ReadyWorkspaces::keep_filled() {
  while (!stopping_) {
    if (needs_no_more()) {
      co_await wanted_.wait();
      // An attempt of a session has failed. The cause might be gone without any further request.
      if (is_full() && last_failure_) co_await rest(kPauseAfterFailure);
      continue;
    }
    co_await await_quiet();
    if (stopping_) co_return;
    if (proven_ && callers_ > 0) {  // their sessions have priority
      co_await wanted_.wait();
      continue;
    }
    auto made = co_await make_one();
    if (made && waiting_.size() < count_) {
      waiting_.push_back(std::move(*made));
      continue;
    }
    if (made) {  // not needed: it was the proof
      co_await (*made)->stop();
      continue;
    }
    co_await rest(kPauseAfterFailure);
  }
}

asio::awaitable<void> ReadyWorkspaces::await_quiet() {
  if (!taken_at_) co_return;
  const auto latest = real_time_.now() + kLongestPauseBeforeRefill;
  while (!stopping_) {
    const auto quiet_at = std::min(*taken_at_ + kPauseBeforeRefill, latest);
    if (real_time_.now() >= quiet_at) co_return;
    co_await rest(quiet_at - real_time_.now());
  }
}

asio::awaitable<void> ReadyWorkspaces::rest(Clock::Duration time) {
  bool over = false;
  auto end = [this, &over] {
    over = true;
    wanted_.notify();
  };
  const ScopedTimer timer(real_time_, real_time_.now() + time, end);
  while (!over && !stopping_) co_await wanted_.wait();
}

asio::awaitable<Result<std::unique_ptr<Workspace>>> ReadyWorkspaces::make_one() {
  auto made = co_await inner_->create();
  if (made) {
    proven_ = true;
    last_failure_.reset();
  } else {
    last_failure_ = made.error();
    wanted_.notify();
  }
  attempt_ended_.notify();
  co_return made;
}

asio::awaitable<void> ReadyWorkspaces::first_attempt() {
  while (!proven_ && !last_failure_) co_await attempt_ended_.wait();
}

asio::awaitable<Result<std::unique_ptr<Workspace>>> ReadyWorkspaces::create() {
  while (!waiting_.empty()) {
    std::unique_ptr<Workspace> workspace = std::move(waiting_.front());
    waiting_.pop_front();
    taken_at_ = real_time_.now();
    wanted_.notify();
    if (workspace->is_alive()) co_return workspace;
  }
  // The destructor also runs when a cancelled caller unwinds.
  struct Caller {
    explicit Caller(ReadyWorkspaces& owner) : ready(owner) { ++ready.callers_; }
    ~Caller() {
      if (--ready.callers_ == 0) ready.wanted_.notify();
    }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    ReadyWorkspaces& ready;
  };
  const Caller caller(*this);
  co_return co_await make_one();
}

asio::awaitable<void> ReadyWorkspaces::stop() {
  stopping_ = true;
  wanted_.notify();
  while (filling_) co_await fill_ended_.wait();
  while (!waiting_.empty()) {
    std::unique_ptr<Workspace> workspace = std::move(waiting_.front());
    waiting_.pop_front();
    co_await workspace->stop();
  }
  co_await inner_->stop();
}

}  // namespace dynsessions::execution
