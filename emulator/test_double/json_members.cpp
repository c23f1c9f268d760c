#include "emulator/test_double/json_members.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "emulator/base/suggestion.h"

namespace dynsessions::test_double {

using nlohmann::json;

JsonMembers::JsonMembers(const json& object, std::string path)
    : object_(object), path_(std::move(path)) {
  if (object_.is_object()) return;
  const std::string name = path_.empty() ? "body" : path_;
  error_ = invalid_request(name + ": expected an object", name);
}

std::string JsonMembers::path_of(const std::string& name) const {
  return path_.empty() ? name : path_ + '.' + name;
}

void JsonMembers::fail(const std::string& name, const std::string& why, std::string reason) {
  const std::string path = path_of(name);
  fail(invalid_request(path + ": " + why, path, std::move(reason)));
}

void JsonMembers::fail(Error error) {
  if (!error_) error_ = std::move(error);
}

const json* JsonMembers::find(const char* name) {
  if (std::find(known_.begin(), known_.end(), name) == known_.end()) known_.emplace_back(name);
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

std::optional<std::string> JsonMembers::text(const char* name, std::size_t longest) {
  const json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string() && value->get_ref<const std::string&>().size() <= longest) {
    return value->get<std::string>();
  }
  fail(name, fmt::format("expected a text of at most {} bytes", longest));
  return std::nullopt;
}

std::optional<std::uint64_t> JsonMembers::number(const char* name, std::uint64_t low,
                                                 std::uint64_t high) {
  const json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned()) {
    const auto number = value->get<std::uint64_t>();
    if (number >= low && number <= high) return number;
  }
  fail(name, high == kNoLimit ? fmt::format("expected a whole number, at least {}", low)
                              : fmt::format("expected a whole number from {} to {}", low, high));
  return std::nullopt;
}

std::optional<double> JsonMembers::decimal(const char* name, double low, double high) {
  const json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) {
    const auto number = value->get<double>();
    if (number >= low && number <= high) return number;
  }
  fail(name, fmt::format("expected a number from {} to {}", low, high));
  return std::nullopt;
}

std::optional<bool> JsonMembers::flag(const char* name) {
  const json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  fail(name, "expected true or false");
  return std::nullopt;
}

std::optional<std::string> JsonMembers::word(const char* name,
                                             std::initializer_list<std::string_view> accepted) {
  const json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  std::string words;
  for (const std::string_view word : accepted) {
    if (*value == word) return std::string(word);
    words.append(words.empty() ? "" : " or ").append(word);
  }
  fail(name, "expected " + words);
  return std::nullopt;
}

Result<void> JsonMembers::finish() {
  // A misspelled member is the cause of one that is missing, so it comes first.
  for (auto member = object_.begin(); object_.is_object() && member != object_.end(); ++member) {
    const std::string& name = member.key();
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) return unknown(name);
  }
  if (error_) return *error_;
  return {};
}

Error JsonMembers::unknown(const std::string& name) const {
  const std::string path = path_of(name);
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  const std::string accepted = fmt::format("{}", fmt::join(known_, ", "));
  return invalid_request(path + ": there is no such member" + did_you_mean(name, known), path,
                         known_.empty() ? "it has no members" : "it can have " + accepted);
}

}  // namespace dynsessions::test_double
