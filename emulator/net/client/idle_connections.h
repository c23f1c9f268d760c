#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include "emulator/net/transport.h"

namespace dynsessions::net {

/// The connections that HttpClient keeps between requests; the most recently used is first.
class IdleConnections {
 public:
  void put(const std::string& origin, std::unique_ptr<Transport> transport);

  /// Returns null if there is no connection to this origin that the server has left open.
  [[nodiscard]] std::unique_ptr<Transport> take(const std::string& origin);

 private:
  struct Kept {
    std::string origin;
    std::unique_ptr<Transport> transport;
    std::chrono::steady_clock::time_point since;
  };
  std::list<Kept> kept_;
};

}  // namespace dynsessions::net
