#include "emulator/surfaces/data_plane/wire_text.h"

#include <chrono>
#include <string>

#include "tests/support/catch.h"

namespace dynsessions::surfaces::data_plane {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::system_clock;

constexpr auto kSecond = std::chrono::sys_days{std::chrono::year{2024} / 11 / 11} + 9h + 5min + 2s;

TEST_CASE("a time stamp has up to seven fractional digits, cut and not rounded",
          "[api][wire_text]") {
  struct Row {
    nanoseconds fraction;
    std::string text;
  };
  const auto row = GENERATE(values<Row>({
      {0ns, "2024-11-11T09:05:02Z"},
      {99ns, "2024-11-11T09:05:02Z"},
      {100ns, "2024-11-11T09:05:02.0000001Z"},
      {486'529'300ns, "2024-11-11T09:05:02.4865293Z"},
      {999'999'999ns, "2024-11-11T09:05:02.9999999Z"},
      {486'529'000ns, "2024-11-11T09:05:02.486529Z"},
      {500ms, "2024-11-11T09:05:02.5Z"},
      {1s, "2024-11-11T09:05:03Z"},
      {-1ns, "2024-11-11T09:05:01.9999999Z"},
  }));
  DYNAMIC_SECTION(row.text << " for " << row.fraction.count() << " ns") {
    CHECK(wire_timestamp(system_clock::time_point(kSecond) + row.fraction) == row.text);
  }
}

TEST_CASE("a time stamp may lie before 1970", "[api][wire_text]") {
  CHECK(wire_timestamp(system_clock::time_point(-1ns)) == "1969-12-31T23:59:59.9999999Z");
}

TEST_CASE("the date header is in the form of RFC 9110", "[api][wire_text]") {
  CHECK(http_date(kSecond) == "Mon, 11 Nov 2024 09:05:02 GMT");
  CHECK(http_date(kSecond + 999ms) == "Mon, 11 Nov 2024 09:05:02 GMT");
  CHECK(http_date(system_clock::time_point()) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("a time is written for every year that .NET has", "[api]") {
  using std::chrono::sys_days, std::chrono::year;
  const auto at = [](std::chrono::year_month_day day) {
    return std::chrono::sys_time<Ticks>(sys_days{day});
  };
  CHECK(wire_timestamp(at(year{1} / 1 / 1)) == "0001-01-01T00:00:00Z");
  CHECK(wire_timestamp(at(year{1600} / 2 / 29) + Ticks(1)) == "1600-02-29T00:00:00.0000001Z");
  CHECK(wire_timestamp(at(year{1677} / 9 / 21)) == "1677-09-21T00:00:00Z");
  CHECK(wire_timestamp(at(year{2263} / 1 / 1)) == "2263-01-01T00:00:00Z");
  CHECK(wire_timestamp(at(year{10000} / 1 / 1) - Ticks(1)) == "9999-12-31T23:59:59.9999999Z");
}

TEST_CASE("milliseconds have at most four decimals and no zeros at their end", "[api][wire_text]") {
  struct Row {
    nanoseconds duration;
    std::string text;
  };
  // 102.906 and 640.256 were recorded in this form.
  const auto row = GENERATE(values<Row>({
      {0ns, "0"},
      {49ns, "0"},
      {100ns, "0.0001"},
      {108'729'700ns, "108.7297"},
      {102'906'000ns, "102.906"},
      {640'256'000ns, "640.256"},
      {1ms, "1"},
      {10ms, "10"},
      {100ms, "100"},
      {220s, "220000"},
      {137'700ns, "0.1377"},
  }));
  DYNAMIC_SECTION(row.duration.count() << " ns") {
    CHECK(wire_milliseconds(row.duration) == row.text);
  }
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane
