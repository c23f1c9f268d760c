#include "emulator/cli/server_sent_events.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::cli {
namespace {

TEST_CASE("events come out when they are whole, however their bytes are cut", "[cli][events]") {
  const std::string stream =
      ": comment\n\nid: 1\nevent: request\ndata: {\"a\":1}\n\nevent:output\ndata:{}\n\nevent: half";
  const std::size_t step = GENERATE(1, 2, 7, 1000);
  ServerSentEvents events;
  std::string found;
  for (std::size_t at = 0; at < stream.size(); at += step) {
    for (const auto& event : events.take(std::string_view(stream).substr(at, step))) {
      found += event.name + ' ' + event.data + ';';
    }
  }
  CHECK(found == "request {\"a\":1};output {};");
}

TEST_CASE("an event without an end is refused", "[cli][events]") {
  ServerSentEvents events;
  const std::string megabyte(std::size_t{1} << 20, 'x');
  const auto take_all = [&] {
    for (int i = 0; i < 70; ++i) (void)events.take(megabyte);
  };
  CHECK_THROWS_AS(take_all(), std::runtime_error);
}

}  // namespace
}  // namespace dynsessions::cli
