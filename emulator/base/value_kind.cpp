#include "emulator/base/value_kind.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace dynsessions::value_kinds {
namespace {

constexpr std::uint64_t kWhole = 100;

/// Letters, digits and these marks, and at least one character.
bool is_made_of(std::string_view text, std::string_view marks) {
  const auto belongs = [marks](unsigned char c) {
    return std::isalnum(c) != 0 || marks.find(char(c)) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), belongs);
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t low,
                                          std::uint64_t high) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    return std::nullopt;
  }
  return value;
}

std::string number_range(std::uint64_t low, std::uint64_t high) {
  return "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
}

std::optional<std::uint64_t> parse_hundredths(std::string_view text, std::uint64_t low,
                                              std::uint64_t high) {
  const std::size_t point = text.find('.');
  std::string digits(text.substr(0, point));
  std::string fraction(point == std::string_view::npos ? "0" : text.substr(point + 1));
  if (digits.empty() || fraction.empty() || fraction.size() > 2) return std::nullopt;
  fraction.resize(2, '0');
  return parse_number(digits + fraction, low, high);
}

std::string show_hundredths(std::uint64_t hundredths) {
  std::string text = std::to_string(hundredths / kWhole);
  if (hundredths % kWhole == 0) return text;
  std::string fraction = std::to_string(kWhole + hundredths % kWhole).substr(1);
  if (fraction.back() == '0') fraction.pop_back();
  return text + '.' + fraction;
}

std::string hundredths_range(std::uint64_t low, std::uint64_t high) {
  return "a number from " + show_hundredths(low) + " to " + show_hundredths(high) +
         " with two digits after the point at most";
}

bool is_path_segment(std::string_view text) {
  return is_made_of(text, "-_.") && text != "." && text != "..";
}

std::optional<std::vector<std::string>> parse_list(std::string_view text) {
  std::vector<std::string> items;
  while (true) {
    const std::string_view item = text.substr(0, text.find(','));
    if (!is_made_of(item, "-_.:[]*")) return std::nullopt;
    items.emplace_back(item);
    if (item.size() == text.size()) return items;
    text.remove_prefix(item.size() + 1);
  }
}

std::optional<std::vector<std::string>> parse_paths(std::string_view text) {
  std::vector<std::string> paths;
  while (true) {
    const std::string_view path = text.substr(0, text.find(','));
    if (path.empty()) return std::nullopt;
    paths.emplace_back(path);
    if (path.size() == text.size()) return paths;
    text.remove_prefix(path.size() + 1);
  }
}

std::string show_list(const std::vector<std::string>& items) {
  std::string shown;
  for (const std::string& item : items) shown += (shown.empty() ? "" : ",") + item;
  return shown;
}

}  // namespace dynsessions::value_kinds
