#include "emulator/cli/server_sent_events.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace dynsessions::cli {
namespace {

/// Puts the text after `name` and its colon into `value`. Returns false if the line is another
/// field.
bool take_field(std::string_view line, std::string_view name, std::string& value) {
  if (!line.starts_with(name) || line.substr(name.size(), 1) != ":") return false;
  line.remove_prefix(name.size() + 1);
  if (line.starts_with(' ')) line.remove_prefix(1);
  value.append(line);
  return true;
}

ServerSentEvents::Event event_of(std::string_view block) {
  ServerSentEvents::Event event;
  while (!block.empty()) {
    const std::size_t end = std::min(block.find('\n'), block.size());
    const std::string_view line = block.substr(0, end);
    if (!take_field(line, "event", event.name)) (void)take_field(line, "data", event.data);
    block.remove_prefix(std::min(end + 1, block.size()));
  }
  return event;
}

}  // namespace

std::vector<ServerSentEvents::Event> ServerSentEvents::take(std::string_view bytes) {
  rest_.append(bytes);
  std::vector<Event> events;
  std::size_t begin = 0;
  for (std::size_t end = rest_.find("\n\n"); end != rest_.npos; end = rest_.find("\n\n", begin)) {
    Event event = event_of(std::string_view(rest_).substr(begin, end - begin));
    if (!event.data.empty()) events.push_back(std::move(event));  // a comment has no data
    begin = end + 2;
  }
  rest_.erase(0, begin);
  if (rest_.size() > kLongest) throw std::runtime_error("an event of the server has no end");
  return events;
}

}  // namespace dynsessions::cli
