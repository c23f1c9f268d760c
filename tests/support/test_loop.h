#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace dynsessions::test {

/// A coroutine that was started on a TestLoop, and its outcome.
template <typename T>
class Task {
 public:
  [[nodiscard]] bool done() const { return outcome_->value.has_value() || outcome_->failure; }

  /// Returns the coroutine's result or throws its exception. Call at most once, when done.
  T result() {
    if (outcome_->failure) std::rethrow_exception(outcome_->failure);
    if (!outcome_->value) throw std::logic_error("the coroutine has not ended");
    if constexpr (!std::is_void_v<T>) return std::move(*outcome_->value);
  }

  /// Cancels what the coroutine waits for, as the server does when its grace period is over.
  void cancel() { outcome_->signal.emit(boost::asio::cancellation_type::terminal); }

 private:
  friend class TestLoop;
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
  struct Outcome {
    std::optional<Value> value;
    std::exception_ptr failure;
    boost::asio::cancellation_signal signal;
  };
  std::shared_ptr<Outcome> outcome_ = std::make_shared<Outcome>();
};

/// An event loop for tests of coroutines. Never sleeps: it runs what is ready, or waits for an
/// event that must come, and throws if it does not come.
class TestLoop {
 public:
  [[nodiscard]] boost::asio::any_io_executor executor() { return loop_.get_executor(); }

  /// Runs everything that is ready.
  void settle() {
    loop_.restart();
    loop_.poll();
  }

  /// Starts a coroutine and runs it until it waits.
  template <typename T>
  Task<T> start(boost::asio::awaitable<T> coroutine) {
    Task<T> task;
    auto outcome = task.outcome_;
    auto ended = [outcome](std::exception_ptr failure) { outcome->failure = std::move(failure); };
    boost::asio::co_spawn(
        loop_, keep<T>(std::move(coroutine), outcome),
        boost::asio::bind_cancellation_slot(outcome->signal.slot(), std::move(ended)));
    settle();
    return task;
  }

  /// Runs a coroutine to its end and returns its result.
  template <typename T>
  T run(boost::asio::awaitable<T> coroutine) {
    return finish(start(std::move(coroutine)));
  }

  /// Runs the loop until the task has ended.
  template <typename T>
  T finish(Task<T> task) {
    run_until([&task] { return task.done(); });
    return task.result();
  }

  template <typename Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + kTimeout;
    while (!condition()) {
      loop_.restart();
      loop_.run_one_until(deadline);
      if (std::chrono::steady_clock::now() >= deadline) {
        throw std::runtime_error("what the test waits for does not happen");
      }
    }
  }

 private:
  // Long enough for a fork storm on a busy machine.
  static constexpr std::chrono::seconds kTimeout{120};

  template <typename T>
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<T> coroutine,
                                           std::shared_ptr<typename Task<T>::Outcome> outcome) {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(coroutine);
      outcome->value.emplace();
    } else {
      outcome->value.emplace(co_await std::move(coroutine));
    }
  }

  boost::asio::io_context loop_{1};
};

}  // namespace dynsessions::test
