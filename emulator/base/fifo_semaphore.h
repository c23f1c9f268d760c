#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "emulator/base/event.h"

namespace dynsessions {

/// A semaphore that grants its permits in order of arrival. Event-loop thread only.
class FifoSemaphore {
 public:
  /// Permission to proceed; its destructor hands it to the next waiter. The semaphore outlives it.
  class Permit {
   public:
    explicit Permit(FifoSemaphore& semaphore) : semaphore_(&semaphore) {}
    Permit(Permit&& other) noexcept : semaphore_(std::exchange(other.semaphore_, nullptr)) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (semaphore_ != nullptr) semaphore_->release();
    }

   private:
    FifoSemaphore* semaphore_;
  };

  explicit FifoSemaphore(boost::asio::any_io_executor executor, std::size_t permits = 1)
      : executor_(std::move(executor)), free_permits_(permits) {}
  FifoSemaphore(const FifoSemaphore&) = delete;
  FifoSemaphore& operator=(const FifoSemaphore&) = delete;

  /// Waits for a permit. Returns nullopt if cancel_waiters() was called in the meantime.
  boost::asio::awaitable<std::optional<Permit>> wait();

  void add_permits(std::size_t permits);

  /// Every current wait() returns nullopt. Permits that were granted stay valid.
  void cancel_waiters();

 private:
  enum class Fate { waiting, admitted, cancelled, settled };
  /// A place in the queue. If its wait() is cancelled, the place is removed, and a permit that it
  /// was granted in the meantime goes to the next waiter.
  struct Waiter {
    explicit Waiter(FifoSemaphore& owner) : semaphore(owner), decided(owner.executor_) {
      semaphore.queue_.push_back(this);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      std::erase(semaphore.queue_, this);
      if (fate == Fate::admitted) semaphore.release();
    }
    FifoSemaphore& semaphore;
    Event decided;
    Fate fate = Fate::waiting;
  };

  void release();

  boost::asio::any_io_executor executor_;
  std::deque<Waiter*> queue_;  ///< each lives in the frame of its wait()
  std::size_t free_permits_;
};

}  // namespace dynsessions
