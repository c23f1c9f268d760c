#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "emulator/core/event.h"

namespace dynsessions::sessions {

/// Lets one at a time through, or as many as there are places, in order of arrival. Event-loop
/// thread only.
class Turn {
 public:
  /// The right to go; passes to the next one when it is destroyed. The Turn outlives it.
  class Pass {
   public:
    explicit Pass(Turn& turn) : turn_(&turn) {}
    Pass(Pass&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (turn_ != nullptr) turn_->pass_on();
    }

   private:
    Turn* turn_;
  };

  explicit Turn(boost::asio::any_io_executor executor, std::size_t places = 1)
      : executor_(std::move(executor)), free_places_(places) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// Resolves when it is the caller's turn; with nothing when the queue was sent away meanwhile.
  boost::asio::awaitable<std::optional<Pass>> wait();

  /// Everybody who waits now gets nothing. Whoever has the turn keeps it.
  void send_away_waiting();

 private:
  enum class Fate { waiting, admitted, sent_away, settled };
  /// A place in the queue. Leaves no trace when its wait() is cancelled: a turn that was given to
  /// it meanwhile goes to the next one.
  struct Waiter {
    explicit Waiter(Turn& its_turn) : turn(its_turn), decided(its_turn.executor_) {
      turn.queue_.push_back(this);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      std::erase(turn.queue_, this);
      if (fate == Fate::admitted) turn.pass_on();
    }
    Turn& turn;
    Event decided;
    Fate fate = Fate::waiting;
  };

  void pass_on();

  boost::asio::any_io_executor executor_;
  std::deque<Waiter*> queue_;  ///< each lives in the frame of its wait()
  std::size_t free_places_;
};

}  // namespace dynsessions::sessions
