#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>

#include "emulator/base/clock.h"
#include "emulator/base/event.h"

namespace dynsessions::net {

class Connection;

/// The connections of one server that wait for a request, or for the rest of a request's head. The
/// one that has waited longest is first. The server closes these if it needs room. Event-loop
/// thread only.
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

  /// Both must outlive this. `changed` is notified of each connection that begins to wait.
  WaitingConnections(const Clock& clock, Event& changed) : clock_(clock), changed_(changed) {}
  WaitingConnections(const WaitingConnections&) = delete;
  WaitingConnections& operator=(const WaitingConnections&) = delete;

  /// Returns null if no connection waits.
  [[nodiscard]] const Waiting* longest() const { return all_.empty() ? nullptr : &all_.front(); }

  /// Returns the client address with the most waiting connections. Visits every connection.
  [[nodiscard]] Holder greatest_holder() const;

 private:
  friend class WaitingPlace;

  const Clock& clock_;
  Event& changed_;
  std::list<Waiting> all_;
};

/// The entry of one connection in the list.
class WaitingPlace {
 public:
  WaitingPlace(WaitingConnections& waiting, Connection& connection)
      : waiting_(waiting), connection_(connection) {}
  WaitingPlace(const WaitingPlace&) = delete;
  WaitingPlace& operator=(const WaitingPlace&) = delete;
  ~WaitingPlace() { leave(); }

  /// Marks the connection as waiting from now on, even if it has waited before.
  void enter();
  void leave();

 private:
  WaitingConnections& waiting_;
  Connection& connection_;
  std::optional<std::list<WaitingConnections::Waiting>::iterator> place_;
};

}  // namespace dynsessions::net
