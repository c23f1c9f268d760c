#include "emulator/surfaces/data_plane/wire_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace dynsessions::surfaces::data_plane {

using std::chrono::system_clock;

namespace {

/// As .NET writes fractions.
std::string without_trailing_zeros(std::string text) {
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string wire_timestamp(system_clock::time_point time) {
  return wire_timestamp(std::chrono::floor<Ticks>(time));
}

std::string wire_timestamp(std::chrono::sys_time<Ticks> time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(time - days);
  return without_trailing_zeros(fmt::format(
             "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}", int{date.year()}, unsigned{date.month()},
             unsigned{date.day()}, clock.hours().count(), clock.minutes().count(),
             clock.seconds().count(), clock.subseconds().count())) +
         'Z';
}

std::string http_date(system_clock::time_point time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(system_clock::to_time_t(time)));
}

std::string wire_milliseconds(std::chrono::nanoseconds duration) {
  return without_trailing_zeros(
      fmt::format("{:.4f}", std::chrono::duration<double, std::milli>(duration).count()));
}

}  // namespace dynsessions::surfaces::data_plane
