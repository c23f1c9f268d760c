#include "emulator/base/output.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include <climits>

namespace dynsessions {
namespace {

constexpr int kMostTimeouts = 5;
constexpr std::chrono::milliseconds kLastTimeout{1000};

/// Returns the first bytes of `text` for one write: whole lines that a pipe takes at once, so that
/// lines of other processes do not come in between.
std::string_view first_piece(std::string_view text) {
  text = text.substr(0, PIPE_BUF);
  const std::size_t end = text.rfind('\n');
  return end == std::string_view::npos ? text : text.substr(0, end + 1);
}

/// Waits for the reader. With 0 it only checks, with -1 it waits without a limit.
bool wait_until_writable(int descriptor, int timeout_ms) {
  pollfd state{descriptor, POLLOUT, 0};
  return ::poll(&state, 1, timeout_ms) > 0 && (state.revents & POLLOUT) != 0;
}

/// Calls `written` with the size of each piece.
template <typename Written>
void write_all(int descriptor, std::string_view text, Written written) {
  while (!text.empty()) {
    const std::string_view piece = first_piece(text);
    const ssize_t count = ::write(descriptor, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN && wait_until_writable(descriptor, -1)) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
    written(static_cast<std::size_t>(count));
  }
}

/// Lines that arrive within this time after a write are written together.
constexpr std::chrono::milliseconds kGather{3};

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Only the other threads handle signals.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

struct Output::State {
  State(int fd, std::size_t most) : descriptor(fd), most_waiting(most) {}

  [[nodiscard]] bool is_written() const { return waiting.empty() && dropped == 0 && !writing; }

  /// Returns false if there is no room for the text.
  bool keep(std::string_view text) {
    if (dropped > 0 || waiting.size() + text.size() > most_waiting) return false;
    waiting += text;
    return true;
  }

  std::string take_waiting() {
    std::string text = std::exchange(waiting, {});
    const std::uint64_t lines = std::exchange(dropped, 0);
    if (lines > 0 && notice) text += notice(lines);
    return text;
  }

  /// Writes without a thread: a writable descriptor takes a piece without blocking.
  void write_what_is_taken() {
    while (!waiting.empty() && wait_until_writable(descriptor, 0)) {
      const ssize_t count = ::write(descriptor, waiting.data(), first_piece(waiting).size());
      if (count <= 0) return;
      waiting.erase(0, static_cast<std::size_t>(count));
    }
  }

  void run() {
    std::chrono::steady_clock::time_point next_write;  // the first line is written at once
    std::unique_lock lock(mutex);
    for (;;) {
      while (!closed && is_written()) {
        idle = true;
        changed.wait(lock);
      }
      idle = false;
      if (is_written()) return;
      // A wake-up per line would take more time than the line.
      changed.wait_until(lock, next_write, [this] { return closed || hurried; });
      const std::string text = take_waiting();
      writing = true;
      lock.unlock();
      write_all(descriptor, text, [this](std::size_t count) { tell_written(count); });
      next_write = std::chrono::steady_clock::now() + kGather;
      lock.lock();
      writing = false;
      changed.notify_all();
    }
  }

  void tell_written(std::size_t count) {
    const std::lock_guard lock(mutex);
    written += count;
    changed.notify_all();
  }

  const int descriptor;
  const std::size_t most_waiting;

  std::mutex mutex;
  std::condition_variable changed;
  Notice notice;
  std::string waiting;         ///< not yet taken by the thread
  std::uint64_t dropped = 0;   ///< lines after `waiting`
  std::uint64_t written = 0;   ///< bytes that the thread has written
  bool writing = false;        ///< the thread is writing
  bool in_background = false;  ///< a thread writes
  bool idle = false;           ///< the thread must be woken for the next line
  bool closed = false;         ///< the thread must end
  bool hurried = false;        ///< lines are written at once
};

Output::Output(int descriptor, std::size_t most_waiting)
    : state_(std::make_shared<State>(descriptor, most_waiting)) {}

Output::~Output() {
  const std::lock_guard lock(state_->mutex);
  state_->closed = true;
  state_->changed.notify_all();
}

void Output::use(Notice notice) {
  const std::lock_guard lock(state_->mutex);
  state_->notice = std::move(notice);
}

void Output::write(std::string_view text) {
  std::unique_lock lock(state_->mutex);
  if (!state_->keep(text)) state_->dropped += lines_in(text);
  if (!state_->in_background) return state_->write_what_is_taken();
  const bool is_idle = std::exchange(state_->idle, false);
  lock.unlock();  // otherwise the thread would wake up and wait for the lock
  if (is_idle) state_->changed.notify_all();
}

void Output::write_in_background() {
  const std::lock_guard lock(state_->mutex);
  if (std::exchange(state_->in_background, true)) return;
  // Detached: a thread that is blocked by its reader cannot be joined, and must not keep the
  // process from exiting.
  std::thread([state = state_] {
    block_signals();
    state->run();
  }).detach();
}

bool Output::is_written() const {
  const std::lock_guard lock(state_->mutex);
  return state_->is_written();
}

bool Output::finish(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + kMostTimeouts * timeout;
  std::unique_lock lock(state_->mutex);
  state_->hurried = true;
  state_->changed.notify_all();
  while (!state_->is_written()) {
    const std::uint64_t before = state_->written;
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + timeout);
    const bool moved = state_->changed.wait_until(
        lock, until, [this, before] { return state_->is_written() || state_->written != before; });
    if (!moved) return false;
  }
  return true;
}

Outputs::Outputs()
    : out(std::make_shared<Output>(STDOUT_FILENO)),
      error(std::make_shared<Output>(STDERR_FILENO)) {}

Outputs::~Outputs() {
  out->finish();
  error->finish();
}

void write_final_message(std::string_view text) {
  if (!wait_until_writable(STDERR_FILENO, static_cast<int>(kLastTimeout.count()))) return;
  const std::string_view piece = first_piece(text);  // a writable pipe takes it without blocking
  static_cast<void>(!::write(STDERR_FILENO, piece.data(), piece.size()));
}

}  // namespace dynsessions
