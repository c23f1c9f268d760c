#include "emulator/base/fifo_semaphore.h"

#include <utility>

namespace dynsessions {
namespace asio = boost::asio;

asio::awaitable<std::optional<FifoSemaphore::Permit>> FifoSemaphore::wait() {
  if (free_permits_ > 0) {
    --free_permits_;
    co_return std::optional<Permit>(Permit(*this));
  }
  Waiter self(*this);
  while (self.fate == Fate::waiting) co_await self.decided.wait();
  if (std::exchange(self.fate, Fate::settled) == Fate::cancelled) co_return std::nullopt;
  co_return std::optional<Permit>(Permit(*this));
}

void FifoSemaphore::add_permits(std::size_t permits) {
  for (; permits > 0; --permits) release();
}

void FifoSemaphore::cancel_waiters() {
  for (Waiter* waiter : std::exchange(queue_, {})) {
    waiter->fate = Fate::cancelled;
    waiter->decided.notify();
  }
}

void FifoSemaphore::release() {
  if (queue_.empty()) {
    ++free_permits_;
    return;
  }
  Waiter* next = queue_.front();
  queue_.pop_front();
  next->fate = Fate::admitted;  // the permit stays taken, so that no later wait() overtakes
  next->decided.notify();
}

}  // namespace dynsessions
