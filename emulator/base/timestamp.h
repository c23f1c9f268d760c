#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>

/// Times and durations as text (ISO 8601), in UTC.
namespace dynsessions {

/// .NET's unit of time, 100 ns: reaches from year 1 to 9999, nanoseconds only from 1677 to 2262.
using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

/// "2026-03-01T12:00:00.1234567Z": the fraction as .NET writes it, up to 100 ns, without zeros at
/// its end.
[[nodiscard]] std::string timestamp(std::chrono::system_clock::time_point time);
[[nodiscard]] std::string timestamp(std::chrono::sys_time<Ticks> time);

/// The same form, with a fraction of up to nine digits or none. nullopt for anything else, and
/// outside of the years 1970 to 2199, beyond which sums of our times would overflow.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_timestamp(
    std::string_view text);

/// "PT1H30M", "P2D", "PT0.5S": days, hours, minutes and seconds. nullopt for anything else, and
/// for more than a hundred years.
[[nodiscard]] std::optional<std::chrono::system_clock::duration> parse_duration(
    std::string_view text);

/// nullopt for a negative number, one that is none, and for more than a hundred years.
[[nodiscard]] std::optional<std::chrono::system_clock::duration> duration_of_seconds(
    double seconds);

}  // namespace dynsessions
