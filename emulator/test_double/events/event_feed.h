#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "emulator/base/clock.h"
#include "emulator/pools/pool_definition.h"
#include "emulator/pools/session_events.h"

namespace dynsessions::test_double {

/// An event in a session.
struct FeedEvent {
  std::string_view name;  ///< "session-allocated"; static storage
  pools::PoolName pool;
  std::string session;  ///< guid; empty if there is none
  std::string data;     ///< a JSON object
};

/// Passes events in the sessions of all pools to subscribers: about sessions, kernels and programs,
/// and the output of programs as soon as it is read. Events are not stored, and not made while
/// there is no subscriber. Event-loop thread only.
///
/// Events and their members besides `at`, `pool`, `session` and `identifier`:
/// - session-allocated, session-ended `reason`, allocation-failed `message` (without a session),
///   allocation-refused (the pool is full);
/// - kernel-ended `kernel`, `reason`;
/// - execution-started `kernel`; output `kernel`, `stream`, `text`; execution-ended `kernel`,
///   `outcome`, `durationMs`, `stdoutBytes`, `stderrBytes`, and `cut`, the streams of which the
///   program wrote more than is kept for its answer.
class EventFeed {
 public:
  /// Passes events to its listener while it exists.
  class Subscription {
   public:
    using Listener = std::function<void(const FeedEvent&)>;
    /// `feed` outlives this.
    Subscription(EventFeed& feed, Listener listener);
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription();

   private:
    friend class EventFeed;
    EventFeed& feed_;
    const Listener listener_;
  };

  EventFeed() = default;
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;

  /// Publishes the events of one pool's sessions. This object and the pool's clock outlive the
  /// returned object.
  [[nodiscard]] std::unique_ptr<pools::SessionEvents> for_sessions(pools::PoolName pool,
                                                                   const Clock& clock);

  [[nodiscard]] bool is_watched() const { return !subscriptions_.empty(); }
  void publish(const FeedEvent& event) const;

 private:
  std::list<Subscription*> subscriptions_;
};

}  // namespace dynsessions::test_double
