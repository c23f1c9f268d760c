#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "emulator/config/options.h"

/// The kinds of value that the table of options is made of. Each is a ValueKind for one member of
/// Config or of its choices: `kNumber<&Config::port, 0, kMaxU16>`.
namespace dynsessions::config {

template <typename T>
T& member_of(Config& config, T Config::*member) {
  return config.*member;
}
template <typename T>
const T& member_of(const Config& config, T Config::*member) {
  return config.*member;
}
template <typename T>
T& member_of(Config& config, T contract::ContractOptions::*member) {
  return config.choices.*member;
}
template <typename T>
const T& member_of(const Config& config, T contract::ContractOptions::*member) {
  return config.choices.*member;
}

template <auto Member>
using MemberType = std::remove_reference_t<decltype(member_of(std::declval<Config&>(), Member))>;

/// Assigns what parsing gave; false when it gave nothing.
template <typename Target, typename Value>
bool assign_if(Target& target, const std::optional<Value>& value) {
  if (value) target = Target(*value);
  return value.has_value();
}

/// A whole number from `low` to `high`.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t low,
                                                        std::uint64_t high);
[[nodiscard]] std::string number_range(std::uint64_t low, std::uint64_t high);

/// "1.5" is 150, with two digits after the point at most.
[[nodiscard]] std::optional<std::uint64_t> parse_hundredths(std::string_view text,
                                                            std::uint64_t low, std::uint64_t high);
[[nodiscard]] std::string show_hundredths(std::uint64_t hundredths);

template <auto Member, std::uint64_t Low, std::uint64_t High>
inline constexpr ValueKind kNumber{[](Config& config, std::string_view text) {
                                     return assign_if(member_of(config, Member),
                                                      parse_number(text, Low, High));
                                   },
                                   [](const Config& config) {
                                     if constexpr (std::is_integral_v<MemberType<Member>>) {
                                       return std::to_string(member_of(config, Member));
                                     } else {
                                       return std::to_string(member_of(config, Member).count());
                                     }
                                   },
                                   [] { return number_range(Low, High); }};

template <auto Member>
std::string show_text(const Config& config) {
  return member_of(config, Member);
}

template <auto Member, bool (*IsGood)(std::string_view text)>
bool assign_text(Config& config, std::string_view text) {
  if (!IsGood(text)) return false;
  member_of(config, Member) = std::string(text);
  return true;
}

inline bool is_any(std::string_view) { return true; }
template <auto Member>
inline constexpr ValueKind kPath{assign_text<Member, is_any>, show_text<Member>,
                                 [] { return std::string("a path"); }};

[[nodiscard]] bool is_address(std::string_view text);
template <auto Member>
inline constexpr ValueKind kIpAddress{assign_text<Member, is_address>, show_text<Member>,
                                      [] { return std::string("an IP address"); }};

/// Whether it can be a segment of the pool's path.
[[nodiscard]] bool is_path_segment(std::string_view text);
template <auto Member>
inline constexpr ValueKind kPathSegment{
    assign_text<Member, is_path_segment>, show_text<Member>,
    [] { return std::string("letters, digits, `-`, `_` and `.`"); }};

/// Values with commas between them, none of them empty and made of what names, addresses, ids and
/// `*.example.org` have.
[[nodiscard]] std::optional<std::vector<std::string>> parse_list(std::string_view text);
[[nodiscard]] std::string show_list(const std::vector<std::string>& items);

template <auto Member>
inline constexpr ValueKind kList{
    [](Config& config, std::string_view text) {
      return assign_if(member_of(config, Member), parse_list(text));
    },
    [](const Config& config) { return show_list(member_of(config, Member)); },
    [] { return std::string("names or ids with commas between them"); }, true};

/// Words for the values of one member. Of several words for one value the first is shown.
template <typename Value, std::size_t N>
using Words = std::array<std::pair<std::string_view, Value>, N>;

template <typename Value, std::size_t N>
std::optional<Value> meaning_of(std::string_view text, const Words<Value, N>& words) {
  for (const auto& [word, meaning] : words) {
    if (word == text) return meaning;
  }
  return std::nullopt;
}

template <typename Value, std::size_t N, typename Shown>
std::string word_for(const Shown& value, const Words<Value, N>& words) {
  for (const auto& [word, meaning] : words) {
    if (meaning == value) return std::string(word);
  }
  return {};
}

template <typename Value, std::size_t N>
std::string all_words(const Words<Value, N>& words) {
  std::string text;
  for (const auto& [word, meaning] : words) {
    text += (text.empty() ? "" : " or ") + std::string(word);
  }
  return text;
}

template <auto Member, const auto& kWords>
inline constexpr ValueKind kChoice{
    [](Config& config, std::string_view text) {
      return assign_if(member_of(config, Member), meaning_of(text, kWords));
    },
    [](const Config& config) { return word_for(member_of(config, Member), kWords); },
    [] { return all_words(kWords); }};

}  // namespace dynsessions::config
