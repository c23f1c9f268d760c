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
  using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;  // .NET's 100 ns
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto fraction = std::chrono::floor<Ticks>(time - seconds).count();
  return without_trailing_zeros(fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:07}",
                                            fmt::gmtime(system_clock::to_time_t(seconds)),
                                            fraction)) +
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
