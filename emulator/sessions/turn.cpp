#include "emulator/sessions/turn.h"

#include <utility>

namespace dynsessions::sessions {
namespace asio = boost::asio;

asio::awaitable<std::optional<Turn::Pass>> Turn::wait() {
  if (free_places_ > 0) {
    --free_places_;
    co_return std::optional<Pass>(Pass(*this));
  }
  Waiter self(*this);
  while (self.fate == Fate::waiting) co_await self.decided.wait();
  if (std::exchange(self.fate, Fate::settled) == Fate::sent_away) co_return std::nullopt;
  co_return std::optional<Pass>(Pass(*this));
}

void Turn::send_away_waiting() {
  for (Waiter* waiter : std::exchange(queue_, {})) {
    waiter->fate = Fate::sent_away;
    waiter->decided.notify();
  }
}

void Turn::pass_on() {
  if (queue_.empty()) {
    ++free_places_;
    return;
  }
  Waiter* next = queue_.front();
  queue_.pop_front();
  next->fate = Fate::admitted;  // the place stays taken: nobody can slip in between
  next->decided.notify();
}

}  // namespace dynsessions::sessions
