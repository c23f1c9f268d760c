#include "emulator/base/timestamp.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace dynsessions {
namespace {

using std::chrono::system_clock;

constexpr double kMostSeconds = 100 * 365.25 * 86'400;

/// Removes exactly `digits` digits from the front of the text and returns their number.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  int value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
  if (error != std::errc() || end != text.data() + digits || text.front() == '-') {
    return std::nullopt;
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

/// Reads the digits after a decimal point: one to nine.
std::optional<std::chrono::nanoseconds> take_fraction(std::string_view& text) {
  constexpr std::size_t kMostDigits = 9;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || digits > kMostDigits) return std::nullopt;
  std::string padded(text.substr(0, digits));
  padded.resize(kMostDigits, '0');
  text.remove_prefix(digits);
  return std::chrono::nanoseconds(std::stoll(padded));
}

/// Removes a number and the letter behind it from the front of the text: "1.5H".
std::optional<double> take_amount(std::string_view& text, char& unit) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end == text.data() + text.size() || value < 0) return std::nullopt;
  unit = *end;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return value;
}

/// Adds up amounts in the units of `units`, each at most once and in this order, up to the end or
/// to a `T`. Returns seconds; nullopt if there is no amount.
std::optional<double> take_units(std::string_view& text, std::string_view units) {
  std::optional<double> seconds;
  while (!text.empty() && text.front() != 'T') {
    char unit = '\0';
    const auto amount = take_amount(text, unit);
    const std::size_t at = units.find(unit);
    if (!amount || at == std::string_view::npos) return std::nullopt;
    units.remove_prefix(at + 1);
    constexpr double kDay = 86'400;
    constexpr double kHour = 3'600;
    constexpr double kMinute = 60;
    const double length = unit == 'D' ? kDay : unit == 'H' ? kHour : unit == 'M' ? kMinute : 1;
    seconds = seconds.value_or(0) + *amount * length;
  }
  return seconds;
}

}  // namespace

std::string timestamp(system_clock::time_point time) {
  return timestamp(std::chrono::floor<Ticks>(time));
}

std::string timestamp(std::chrono::sys_time<Ticks> time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%07d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  std::string shown(text.data());
  while (shown.back() == '0') shown.pop_back();
  if (shown.back() == '.') shown.pop_back();
  return shown + 'Z';
}

std::optional<system_clock::time_point> parse_timestamp(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take(text, 'T')) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || !take(text, ':')) return std::nullopt;
  const auto seconds = take_number(text, 2);
  if (!seconds) return std::nullopt;
  std::chrono::nanoseconds fraction{0};
  if (take(text, '.')) {
    const auto digits = take_fraction(text);
    if (!digits) return std::nullopt;
    fraction = *digits;
  }
  if (text != "Z") return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  constexpr int kFirstYear = 1970;
  constexpr int kLastYear = 2199;
  if (!date.ok() || *year < kFirstYear || *year > kLastYear) return std::nullopt;
  if (*hours > 23 || *minutes > 59 || *seconds > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hours) + std::chrono::minutes(*minutes) +
         std::chrono::seconds(*seconds) + fraction;
}

std::optional<system_clock::duration> duration_of_seconds(double seconds) {
  if (!(seconds >= 0 && seconds <= kMostSeconds)) return std::nullopt;
  constexpr double kNanoseconds = 1e9;
  return std::chrono::nanoseconds(std::llround(seconds * kNanoseconds));
}

std::optional<system_clock::duration> parse_duration(std::string_view text) {
  if (!take(text, 'P')) return std::nullopt;
  const bool has_days = !text.empty() && text.front() != 'T';
  const std::optional<double> days = has_days ? take_units(text, "D") : 0;
  if (!days) return std::nullopt;
  if (text.empty()) return has_days ? duration_of_seconds(*days) : std::nullopt;
  text.remove_prefix(1);  // the T
  const auto rest = take_units(text, "HMS");
  if (!rest || !text.empty()) return std::nullopt;
  return duration_of_seconds(*days + *rest);
}

}  // namespace dynsessions
