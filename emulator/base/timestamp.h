#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>

/// Times and durations as text (ISO 8601), in UTC.
namespace dynsessions {

/// .NET's unit of time, 100 ns: covers the years 1 to 9999; nanoseconds cover only 1677 to 2262.
using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

/// Formats "2026-03-01T12:00:00.1234567Z". The fraction has the form that .NET writes: up to 100
/// ns, without trailing zeros.
[[nodiscard]] std::string timestamp(std::chrono::system_clock::time_point time);
[[nodiscard]] std::string timestamp(std::chrono::sys_time<Ticks> time);

/// Parses the same form, with a fraction of up to nine digits or none. Returns nullopt for any
/// other text, and for years outside 1970 to 2199, where sums of times would overflow.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_timestamp(
    std::string_view text);

/// Parses "PT1H30M", "P2D" or "PT0.5S": days, hours, minutes and seconds. Returns nullopt for any
/// other text and for more than a hundred years.
[[nodiscard]] std::optional<std::chrono::system_clock::duration> parse_duration(
    std::string_view text);

/// Returns nullopt for a negative number, for NaN and for more than a hundred years.
[[nodiscard]] std::optional<std::chrono::system_clock::duration> duration_of_seconds(
    double seconds);

}  // namespace dynsessions
