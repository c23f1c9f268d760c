#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>

#include "emulator/base/clock.h"
#include "emulator/base/event.h"

namespace dynsessions::net {

class Connection;

/// The connections of one server that wait for a request, or for the rest of a request's head, the
/// longest waiting first. The server closes these when it needs room. Event-loop thread only.
class WaitingConnections {
 public:
  struct Waiting {
    Connection* connection;
    Clock::TimePoint since;
  };

  /// The connections of one client address.
  struct Holder {
    std::string address;
    std::size_t connections = 0;
  };

  /// Both outlive this. `changed` is notified of each connection that begins to wait.
  WaitingConnections(const Clock& clock, Event& changed) : clock_(clock), changed_(changed) {}
  WaitingConnections(const WaitingConnections&) = delete;
  WaitingConnections& operator=(const WaitingConnections&) = delete;

  /// Returns null if no connection waits.
  [[nodiscard]] const Waiting* longest() const { return all_.empty() ? nullptr : &all_.front(); }

  /// The client address with the most waiting connections. Looks at each connection.
  [[nodiscard]] Holder greatest_holder() const;

 private:
  friend class WaitingPlace;

  const Clock& clock_;
  Event& changed_;
  std::list<Waiting> all_;
};

/// The place of one connection among those that wait.
class WaitingPlace {
 public:
  WaitingPlace(WaitingConnections& waiting, Connection& connection)
      : waiting_(waiting), connection_(connection) {}
  WaitingPlace(const WaitingPlace&) = delete;
  WaitingPlace& operator=(const WaitingPlace&) = delete;
  ~WaitingPlace() { leave(); }

  /// The connection waits from now on, also if it has waited before.
  void enter();
  void leave();

 private:
  WaitingConnections& waiting_;
  Connection& connection_;
  std::optional<std::list<WaitingConnections::Waiting>::iterator> place_;
};

}  // namespace dynsessions::net
