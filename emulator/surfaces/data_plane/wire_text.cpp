#include "emulator/surfaces/data_plane/wire_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace dynsessions::surfaces::data_plane {

using std::chrono::system_clock;

namespace {

/// Removes trailing zeros, as .NET does when it writes fractions.
std::string without_trailing_zeros(std::string text) {
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string wire_timestamp(system_clock::time_point time) { return timestamp(time); }

std::string wire_timestamp(std::chrono::sys_time<Ticks> time) { return timestamp(time); }

std::string http_date(system_clock::time_point time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(system_clock::to_time_t(time)));
}

std::string wire_milliseconds(std::chrono::nanoseconds duration) {
  return without_trailing_zeros(
      fmt::format("{:.4f}", std::chrono::duration<double, std::milli>(duration).count()));
}

}  // namespace dynsessions::surfaces::data_plane
