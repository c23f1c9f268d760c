#include "emulator/conformance/cases/matchers.h"

#include <algorithm>
#include <regex>
#include <set>
#include <string_view>
#include <utility>

#include "emulator/base/json_text.h"

namespace dynsessions::conformance {
namespace {

constexpr const char* kUuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
constexpr const char* kTimestamp = R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?Z)";

/// The text that shows an unexpected value.
std::string shown(const Json& value) {
  constexpr std::size_t kMost = 300;
  std::string text = dumped(value);
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

Differences difference(const std::string& where, std::string expected, std::string actual) {
  return {{where, std::move(expected), std::move(actual)}};
}

Differences differ_unless(bool same, const std::string& where, const std::string& expected,
                          const Json& actual) {
  return same ? Differences{} : difference(where, expected, shown(actual));
}

bool is_matcher(const Json& pattern) { return pattern.is_object() && pattern.contains("$match"); }

bool is_absence(const Json& pattern) {
  return is_matcher(pattern) && pattern.at("$match") == "absent";
}

std::string kind_of(const Json& pattern) { return pattern.at("$match").get<std::string>(); }

bool has_type(const Json& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  return false;
}

bool is_text_like(const Json& value, const std::string& pattern) {
  return value.is_string() &&
         std::regex_match(value.get_ref<const std::string&>(), std::regex(pattern));
}

bool in_range(const Json& value, const Json& pattern) {
  if (!value.is_number()) return false;
  const double number = value.get<double>();
  return (!pattern.contains("min") || number >= pattern.at("min").get<double>()) &&
         (!pattern.contains("max") || number <= pattern.at("max").get<double>());
}

bool any_matches(const Json& patterns, const Json& actual) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const Json& pattern) { return match(pattern, actual).empty(); });
}

void add_all(Differences& all, Differences more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

Differences match_each(const Json& pattern, const Json& actual, const std::string& where) {
  if (!actual.is_array() || actual.size() < pattern.value("min", std::size_t{0})) {
    return difference(where, shown(pattern), shown(actual));
  }
  Differences all;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    add_all(all, match(pattern.at("item"), actual[i], where + "[" + std::to_string(i) + "]"));
  }
  return all;
}

Differences match_members(const Json& members, const Json& actual, const std::string& where) {
  Differences all;
  for (const auto& [key, expected] : members.items()) {
    const auto found = actual.find(key);
    const std::string at = where + "." + key;
    if (is_absence(expected)) {
      if (found != actual.end()) add_all(all, difference(at, "absent", shown(*found)));
    } else if (found == actual.end()) {
      add_all(all, difference(at, shown(expected), "absent"));
    } else {
      add_all(all, match(expected, *found, at));
    }
  }
  return all;
}

Differences match_contains(const Json& pattern, const Json& actual, const std::string& where) {
  if (!actual.is_object()) return difference(where, "an object", shown(actual));
  return match_members(pattern.at("members"), actual, where);
}

Differences match_includes(const Json& pattern, const Json& actual, const std::string& where) {
  const Json& item = pattern.at("item");
  const bool found = actual.is_array() &&
                     std::any_of(actual.begin(), actual.end(),
                                 [&](const Json& value) { return match(item, value).empty(); });
  return differ_unless(found, where, "an item like " + shown(item), actual);
}

Differences match_one_of(const Json& pattern, const Json& actual, const std::string& where) {
  const Json& values = pattern.at("values");
  return differ_unless(any_matches(values, actual), where, "one of " + shown(values), actual);
}

Differences match_not(const Json& pattern, const Json& actual, const std::string& where) {
  const Json& value = pattern.at("value");
  return differ_unless(!match(value, actual).empty(), where, "not " + shown(value), actual);
}

Differences match_by(const Json& pattern, const Json& actual, const std::string& where) {
  const std::string kind = kind_of(pattern);
  if (kind == "any") return {};
  if (kind == "absent") return difference(where, "absent", shown(actual));
  if (kind == "each") return match_each(pattern, actual, where);
  if (kind == "contains") return match_contains(pattern, actual, where);
  if (kind == "includes") return match_includes(pattern, actual, where);
  if (kind == "oneOf") return match_one_of(pattern, actual, where);
  if (kind == "not") return match_not(pattern, actual, where);
  bool same = false;
  if (kind == "type") same = has_type(actual, pattern.at("type").get<std::string>());
  if (kind == "regex") same = is_text_like(actual, pattern.at("pattern").get<std::string>());
  if (kind == "uuid") same = is_text_like(actual, kUuid);
  if (kind == "timestamp") same = is_text_like(actual, kTimestamp);
  if (kind == "range") same = in_range(actual, pattern);
  return differ_unless(same, where, shown(pattern), actual);
}

std::string keys_of(const Json& object, const Json* leave_out = nullptr) {
  std::string keys;
  for (const auto& [key, value] : object.items()) {
    if (leave_out != nullptr && is_absence(leave_out->value(key, Json()))) continue;
    keys += (keys.empty() ? "" : ", ") + key;
  }
  return "{" + keys + "}";
}

Differences match_object(const Json& pattern, const Json& actual, const std::string& where) {
  if (!actual.is_object()) return difference(where, shown(pattern), shown(actual));
  Differences all = match_members(pattern, actual, where);
  const std::string expected = keys_of(pattern, &pattern);
  const std::string found = keys_of(actual);
  // Missing members were reported above; this reports extra members and a wrong order.
  if (expected != found && all.empty()) {
    add_all(all, difference(where, "members " + expected, "members " + found));
  }
  return all;
}

Differences match_array(const Json& pattern, const Json& actual, const std::string& where) {
  if (!actual.is_array() || actual.size() != pattern.size()) {
    return difference(where, shown(pattern), shown(actual));
  }
  Differences all;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    add_all(all, match(pattern[i], actual[i], where + "[" + std::to_string(i) + "]"));
  }
  return all;
}

/// The members of each matcher besides `$match`: required and optional.
struct Shape {
  std::set<std::string> required;
  std::set<std::string> optional;
};

const std::map<std::string, Shape>& named_shapes() {
  static const std::map<std::string, Shape> kShapes{
      {"any", {}},
      {"absent", {}},
      {"uuid", {}},
      {"timestamp", {}},
      {"type", {{"type"}, {}}},
      {"regex", {{"pattern"}, {}}},
      {"range", {{}, {"min", "max"}}},
      {"contains", {{"members"}, {}}},
      {"includes", {{"item"}, {}}},
      {"each", {{"item"}, {"min"}}},
      {"oneOf", {{"values"}, {}}},
      {"not", {{"value"}, {}}},
  };
  return kShapes;
}

/// Checks the types of members, which are later read without further checks.
void check_member_types(const Json& pattern, const std::string& kind) {
  const auto refuse = [&](const std::string& rule) {
    throw CaseError("the matcher " + kind + " needs " + rule + ", not " + shown(pattern));
  };
  if (kind == "type") {
    static const std::set<std::string> kTypes{"string",  "integer", "number",
                                              "boolean", "object",  "array"};
    const Json& type = pattern.at("type");
    if (!type.is_string() || !kTypes.contains(type.get<std::string>())) refuse("a known type");
  }
  if (kind == "range") {
    if (pattern.size() == 1) refuse("min or max");
    for (const char* end : {"min", "max"}) {
      if (!pattern.value(end, Json(0)).is_number()) refuse("numbers");
    }
  }
  if (kind == "each" && !pattern.value("min", Json(0U)).is_number_unsigned()) refuse("a count");
  if (kind == "contains" && !pattern.at("members").is_object()) refuse("an object of members");
  if (kind == "oneOf" && !pattern.at("values").is_array()) refuse("an array of values");
  if (kind != "regex") return;
  if (!pattern.at("pattern").is_string()) refuse("a text");
  try {
    [[maybe_unused]] const std::regex compiled(pattern.at("pattern").get<std::string>());
  } catch (const std::regex_error&) {
    refuse("a regular expression");
  }
}

void check_matcher(const Json& pattern) {
  const Json& name = pattern.at("$match");
  if (!name.is_string() || !named_shapes().contains(name.get<std::string>())) {
    throw CaseError("there is no matcher " + shown(name));
  }
  const std::string kind = name.get<std::string>();
  const Shape& shape = named_shapes().at(kind);
  for (const std::string& member : shape.required) {
    if (!pattern.contains(member)) throw CaseError("the matcher " + kind + " needs " + member);
  }
  for (const auto& [key, value] : pattern.items()) {
    if (key != "$match" && !shape.required.contains(key) && !shape.optional.contains(key)) {
      throw CaseError("the matcher " + kind + " has no member " + key);
    }
  }
  check_member_types(pattern, kind);
}

}  // namespace

std::string Difference::place() const {
  if (step == 0) return where;
  const std::string part = exchange == 0 ? "" : "." + std::to_string(exchange);
  return "step " + std::to_string(step) + part + ", " + where;
}

Differences match(const Json& pattern, const Json& actual, const std::string& where) {
  if (is_matcher(pattern)) return match_by(pattern, actual, where);
  if (pattern.is_object()) return match_object(pattern, actual, where);
  if (pattern.is_array()) return match_array(pattern, actual, where);
  // 1 and 1.0 are one number to JSON but not to a client that reads an integer.
  const bool same = pattern == actual && pattern.is_number_float() == actual.is_number_float();
  return differ_unless(same, where, shown(pattern), actual);
}

Differences match_text(const Json& pattern, const Json& actual, const std::string& where) {
  if (is_absence(pattern) && actual.is_null()) return {};
  if (actual.is_null()) return difference(where, shown(pattern), "absent");
  return match(pattern, actual, where);
}

void check_pattern(const Json& pattern) {
  if (is_matcher(pattern)) check_matcher(pattern);
  if (!pattern.is_structured()) return;
  for (const Json& child : pattern) check_pattern(child);
}

}  // namespace dynsessions::conformance
