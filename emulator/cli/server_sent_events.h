#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dynsessions::cli {

/// Parses a stream of server-sent events (WHATWG HTML, 9.2.6) in the form that the admin API
/// writes: lines end with LF.
class ServerSentEvents {
 public:
  struct Event {
    std::string name;
    std::string data;
  };

  /// The events that are complete with these bytes. Throws std::runtime_error if one is longer than
  /// kLongest.
  [[nodiscard]] std::vector<Event> take(std::string_view bytes);

 private:
  static constexpr std::size_t kLongest = std::size_t{64} << 20;

  std::string rest_;
};

}  // namespace dynsessions::cli
