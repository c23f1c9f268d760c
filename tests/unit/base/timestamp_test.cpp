#include "emulator/base/timestamp.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::system_clock::time_point;

TEST_CASE("a text of timestamp() is read as the same time", "[core][time]") {
  const Time time = GENERATE(Time(0s), Time(1'700'000'000s), Time(1'700'000'000s + 1ms),
                             Time(1'700'000'000s + 1'234'567'800ns), Time(7'258'118'399s));
  CHECK(parse_timestamp(timestamp(time)) == time);
}

TEST_CASE("a timestamp has the fraction that it needs", "[core][time]") {
  CHECK(timestamp(Time(1'700'000'000s)) == "2023-11-14T22:13:20Z");
  CHECK(timestamp(Time(1'700'000'000s + 120ms)) == "2023-11-14T22:13:20.12Z");
  CHECK(timestamp(Time(1'700'000'000s + 123'456'789ns)) == "2023-11-14T22:13:20.1234567Z");
}

TEST_CASE("texts that are no time are refused", "[core][time]") {
  const std::string text = GENERATE(
      as<std::string>(), "", "now", "2023-11-14", "2023-11-14T22:13:20", "2023-11-14 22:13:20Z",
      "2023-13-14T22:13:20Z", "2023-02-29T22:13:20Z", "2023-11-14T24:13:20Z",
      "2023-11-14T22:60:20Z", "2023-11-14T22:13:60Z", "2023-11-14T22:13:20.Z",
      "2023-11-14T22:13:20.1234567890Z", "2023-11-14T22:13:20+01:00", "1969-12-31T23:59:59Z",
      "2200-01-01T00:00:00Z", "-023-11-14T22:13:20Z", "2023-11-14T22:13:20Zx");
  CHECK_FALSE(parse_timestamp(text));
}

TEST_CASE("durations are read in the form of ISO 8601", "[core][time]") {
  struct Row {
    std::string text;
    std::chrono::system_clock::duration duration;
  };
  const auto row = GENERATE(values<Row>({{"PT5M", 5min},
                                         {"PT1H30M", 90min},
                                         {"PT0.5S", 500ms},
                                         {"P1D", 24h},
                                         {"P1DT1S", 24h + 1s},
                                         {"PT0S", 0s}}));
  CHECK(parse_duration(row.text) == row.duration);
}

TEST_CASE("texts that are no duration are refused", "[core][time]") {
  const std::string text =
      GENERATE(as<std::string>(), "", "P", "PT", "5M", "PT5", "PT5X", "PT-5M", "P1DT", "PT1S1M",
               "PT1M1M", "P1M", "P1Y", "PT5M ", "P999999D", "PTinfS", "PTnanS");
  CHECK_FALSE(parse_duration(text));
}

TEST_CASE("seconds that are no duration are refused", "[core][time]") {
  CHECK(duration_of_seconds(1.5) == 1500ms);
  CHECK_FALSE(duration_of_seconds(-1));
  CHECK_FALSE(duration_of_seconds(1e12));
  CHECK_FALSE(duration_of_seconds(std::numeric_limits<double>::quiet_NaN()));
}

}  // namespace
}  // namespace dynsessions
