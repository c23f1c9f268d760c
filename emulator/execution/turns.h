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

/// Lets work begin a few pieces at a time, in order of arrival. A piece that takes long does not
/// hold up the others: its turn ends while it continues. Event-loop thread only.
class Turns {
 public:
  /// `longest` limits a turn, by `clock`, which outlives the turns.
  Turns(boost::asio::any_io_executor executor, Clock& clock, std::size_t at_once,
        Clock::Duration longest)
      : clock_(clock), longest_(longest), semaphore_(std::move(executor), at_once) {}

  /// Ends with its destruction, or before that when its time is over.
  class Turn {
   public:
    Turn(std::optional<FifoSemaphore::Permit> permit, Clock& clock, Clock::Duration longest)
        : permit_(std::move(permit)),
          end_(clock, clock.now() + longest, [this] { permit_.reset(); }) {}

   private:
    std::optional<FifoSemaphore::Permit> permit_;
    ScopedTimer end_;
  };

  boost::asio::awaitable<std::unique_ptr<Turn>> wait() {
    auto permit = co_await semaphore_.wait();
    co_return std::make_unique<Turn>(std::move(permit), clock_, longest_);
  }

 private:
  Clock& clock_;
  const Clock::Duration longest_;
  FifoSemaphore semaphore_;
};

}  // namespace dynsessions::execution
