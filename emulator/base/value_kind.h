#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// How one member of a struct of settings is read from text and shown as text: the kinds of value
/// that options (config/options.cpp) and members of pool definitions (pools/pool_members.h) are
/// made of. `kNumber<&ServerOptions::port, 0, 65'535>` is the kind of one member.
namespace dynsessions {

template <typename Owner>
struct ValueKind {
  /// Returns false, and changes nothing, if the text is not accepted.
  bool (*assign)(Owner& owner, std::string_view text);
  std::string (*show)(const Owner& owner);
  /// "a whole number from 0 to 65535", "any or claims or off"
  std::string (*accepted)();
  bool repeatable = false;  ///< the option can be repeated; its values are joined with commas
};

namespace value_kinds {

template <typename Member>
struct MemberTraits;
template <typename Class, typename Type>
struct MemberTraits<Type Class::*> {
  using Owner = Class;
  using Value = Type;
};
template <auto Member>
using OwnerOf = typename MemberTraits<decltype(Member)>::Owner;
template <auto Member>
using ValueOf = typename MemberTraits<decltype(Member)>::Value;

/// Assigns the value if there is one. Returns whether there was one.
template <typename Target, typename Value>
bool assign_if(Target& target, const std::optional<Value>& value) {
  if (value) target = Target(*value);
  return value.has_value();
}

/// A whole number from `low` to `high`.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t low,
                                                        std::uint64_t high);
[[nodiscard]] std::string number_range(std::uint64_t low, std::uint64_t high);

/// "1.5" is 150; at most two digits after the point.
[[nodiscard]] std::optional<std::uint64_t> parse_hundredths(std::string_view text,
                                                            std::uint64_t low, std::uint64_t high);
[[nodiscard]] std::string show_hundredths(std::uint64_t hundredths);
[[nodiscard]] std::string hundredths_range(std::uint64_t low, std::uint64_t high);

/// Whether the text can be a segment of a pool's path; `.` and `..` would mean another path.
[[nodiscard]] bool is_path_segment(std::string_view text);

/// Values separated by commas. None is empty, and each consists of the characters of host names,
/// addresses, ids and `*.example.org`.
[[nodiscard]] std::optional<std::vector<std::string>> parse_list(std::string_view text);

/// Paths separated by commas, which therefore cannot contain any. None is empty.
[[nodiscard]] std::optional<std::vector<std::string>> parse_paths(std::string_view text);

[[nodiscard]] std::string show_list(const std::vector<std::string>& items);

/// A whole number, or a duration that is counted in whole units.
template <auto Member, std::uint64_t Low, std::uint64_t High>
inline constexpr ValueKind<OwnerOf<Member>> kNumber{
    [](OwnerOf<Member>& owner, std::string_view text) {
      return assign_if(owner.*Member, parse_number(text, Low, High));
    },
    [](const OwnerOf<Member>& owner) {
      if constexpr (std::is_integral_v<ValueOf<Member>>) {
        return std::to_string(owner.*Member);
      } else {
        return std::to_string((owner.*Member).count());
      }
    },
    [] { return number_range(Low, High); }};

/// A number with up to two digits after the point, kept in hundredths.
template <auto Member, std::uint64_t Low, std::uint64_t High>
inline constexpr ValueKind<OwnerOf<Member>> kHundredths{
    [](OwnerOf<Member>& owner, std::string_view text) {
      return assign_if(owner.*Member, parse_hundredths(text, Low, High));
    },
    [](const OwnerOf<Member>& owner) { return show_hundredths(owner.*Member); },
    [] { return hundredths_range(Low, High); }};

inline bool is_any(std::string_view) { return true; }

template <auto Member, bool (*IsGood)(std::string_view text), const char* Accepted>
inline constexpr ValueKind<OwnerOf<Member>> kText{
    [](OwnerOf<Member>& owner, std::string_view text) {
      if (!IsGood(text)) return false;
      owner.*Member = std::string(text);
      return true;
    },
    [](const OwnerOf<Member>& owner) { return owner.*Member; },
    [] { return std::string(Accepted); }};

inline constexpr char kAPath[] = "a path";
template <auto Member>
inline constexpr ValueKind<OwnerOf<Member>> kPath = kText<Member, is_any, kAPath>;

inline constexpr char kASegment[] = "letters, digits, `-`, `_` and `.`";
template <auto Member>
inline constexpr ValueKind<OwnerOf<Member>> kPathSegment =
    kText<Member, is_path_segment, kASegment>;

template <auto Member>
inline constexpr ValueKind<OwnerOf<Member>> kList{
    [](OwnerOf<Member>& owner, std::string_view text) {
      return assign_if(owner.*Member, parse_list(text));
    },
    [](const OwnerOf<Member>& owner) { return show_list(owner.*Member); },
    [] { return std::string("names or ids with commas between them"); }, true};

template <auto Member>
inline constexpr ValueKind<OwnerOf<Member>> kPaths{
    [](OwnerOf<Member>& owner, std::string_view text) {
      return assign_if(owner.*Member, parse_paths(text));
    },
    [](const OwnerOf<Member>& owner) { return show_list(owner.*Member); },
    [] { return std::string("paths with commas between them"); }, true};

/// Words for the values of one member. If a value has several words, the first is shown.
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
inline constexpr ValueKind<OwnerOf<Member>> kChoice{
    [](OwnerOf<Member>& owner, std::string_view text) {
      return assign_if(owner.*Member, meaning_of(text, kWords));
    },
    [](const OwnerOf<Member>& owner) { return word_for(owner.*Member, kWords); },
    [] { return all_words(kWords); }};

/// Turns the kind of a member of `Part` into a kind of the struct that contains `Part`.
template <auto Part, const auto& kKind>
inline constexpr ValueKind<OwnerOf<Part>> kInPart{
    [](OwnerOf<Part>& owner, std::string_view text) { return kKind.assign(owner.*Part, text); },
    [](const OwnerOf<Part>& owner) { return kKind.show(owner.*Part); },
    [] { return kKind.accepted(); }, kKind.repeatable};

}  // namespace value_kinds
}  // namespace dynsessions
