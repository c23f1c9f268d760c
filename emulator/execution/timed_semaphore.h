#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "emulator/base/clock.h"
#include "emulator/base/fifo_semaphore.h"

namespace dynsessions::execution {

/// A semaphore whose permits expire, so that work begins a few pieces at a time, in order of
/// arrival, and a piece that takes long does not delay the others. Event-loop thread only.
class TimedSemaphore {
 public:
  /// A permit expires after `longest`, by `clock`, which outlives the permits.
  TimedSemaphore(boost::asio::any_io_executor executor, Clock& clock, std::size_t at_once,
                 Clock::Duration longest)
      : clock_(clock), longest_(longest), semaphore_(std::move(executor), at_once) {}

  /// Goes to the next waiter when this object is destroyed or the time is over.
  class Permit {
   public:
    Permit(std::optional<FifoSemaphore::Permit> permit, Clock& clock, Clock::Duration longest)
        : permit_(std::move(permit)),
          end_(clock, clock.now() + longest, [this] { permit_.reset(); }) {}

   private:
    std::optional<FifoSemaphore::Permit> permit_;
    ScopedTimer end_;
  };

  boost::asio::awaitable<std::unique_ptr<Permit>> wait() {
    auto permit = co_await semaphore_.wait();
    co_return std::make_unique<Permit>(std::move(permit), clock_, longest_);
  }

 private:
  Clock& clock_;
  const Clock::Duration longest_;
  FifoSemaphore semaphore_;
};

}  // namespace dynsessions::execution
