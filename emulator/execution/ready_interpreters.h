#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

#include "emulator/core/clock.h"
#include "emulator/core/event.h"
#include "emulator/execution/interpreter.h"

namespace dynsessions::execution {

/// Keeps a number of interpreters started in advance, so that a new session need not wait for
/// Python to import: the service's *ready session instances*. An interpreter is handed out once and
/// never comes back. Lives on the event-loop thread.
class ReadyInterpreters final : public InterpreterFactory {
 public:
  /// `inner` makes them; `real_time` paces the retries after a failure.
  ReadyInterpreters(boost::asio::any_io_executor executor, InterpreterFactory& inner,
                    Clock& real_time, std::size_t count);
  ~ReadyInterpreters() override;

  /// Begins to fill up, in the background, one at a time.
  void start();
  /// Stops filling and ends those that wait.
  boost::asio::awaitable<void> stop();

  /// One that waits, or a new one.
  boost::asio::awaitable<Result<std::unique_ptr<Interpreter>>> create() override;

  [[nodiscard]] std::size_t ready() const noexcept { return waiting_.size(); }
  /// Why the last attempt to make one failed; nothing after a success.
  [[nodiscard]] const std::optional<Error>& last_failure() const noexcept { return last_failure_; }
  /// True once an interpreter was made successfully.
  [[nodiscard]] bool proven() const noexcept { return proven_; }

 private:
  boost::asio::awaitable<void> keep_filled();
  boost::asio::awaitable<Result<std::unique_ptr<Interpreter>>> make_one();

  boost::asio::any_io_executor executor_;
  InterpreterFactory& inner_;
  Clock& real_time_;
  const std::size_t count_;
  std::deque<std::unique_ptr<Interpreter>> waiting_;
  std::optional<Error> last_failure_;
  bool proven_ = false;
  bool filling_ = false;
  bool stopping_ = false;
  Event wanted_;
  Event fill_ended_;
};

}  // namespace dynsessions::execution
