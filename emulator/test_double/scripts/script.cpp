#include "emulator/test_double/scripts/script.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/format.h>
#include <openssl/sha.h>

#include "emulator/base/base64.h"
#include "emulator/test_double/json_members.h"

namespace dynsessions::test_double {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestRuleCode = std::size_t{1} << 20;
constexpr std::size_t kLongestAnswerText = std::size_t{4} << 20;
constexpr std::size_t kDigestDigits = std::size_t{2} * SHA256_DIGEST_LENGTH;
constexpr double kLongestDelay = 3600;
constexpr std::uint64_t kMostTimes = 1'000'000'000;

bool is_digest(std::string_view text) {
  return text.size() == kDigestDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return std::isxdigit(static_cast<unsigned char>(c)) != 0;
         });
}

CodeMatch parse_match(JsonMembers& members) {
  const auto code = members.text("code", kLongestRuleCode);
  const auto expression = members.text("pattern");
  const auto digest = members.text("sha256");
  if (int(code.has_value()) + int(expression.has_value()) + int(digest.has_value()) != 1) {
    members.fail("code", "a rule needs exactly one of code, pattern and sha256");
    return ExactCode{};
  }
  if (code) return ExactCode{*code};
  if (expression) {
    auto pattern = TextPattern::parse(*expression, members.path_of("pattern"));
    if (pattern) return *std::move(pattern);
    members.fail(pattern.error());
    return ExactCode{};
  }
  if (!is_digest(*digest)) members.fail("sha256", "expected 64 digits of 0-9 and a-f");
  return CodeHash{boost::algorithm::to_lower_copy(*digest)};
}

/// Returns the repr that Python shows for a str: in single quotes, unless the text contains single
/// and no double quotes. Only ASCII control characters are escaped.
std::string repr_of(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string repr(1, quote);
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == quote || c == '\\') {
      repr.append({'\\', c});
    } else if (c == '\n' || c == '\r' || c == '\t') {
      repr.append({'\\', c == '\n' ? 'n' : c == '\r' ? 'r' : 't'});
    } else if (code < 0x20 || code == 0x7f) {
      repr += fmt::format("\\x{:02x}", code);
    } else {
      repr += c;
    }
  }
  return repr + quote;
}

/// Returns the repr of a JSON value or of a list of values. Returns nullopt for objects, because
/// the order of their members is lost.
std::optional<std::string> python_repr(const json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_number()) return value.dump();
  if (value.is_string()) return repr_of(value.get_ref<const std::string&>());
  if (!value.is_array()) return std::nullopt;
  std::string list = "[";
  for (const json& one : value) {
    const auto shown = python_repr(one);
    if (!shown) return std::nullopt;
    list.append(list.size() == 1 ? "" : ", ").append(*shown);
  }
  return list + ']';
}

/// Parses `{"text": " a\n0 1"}`, the text that IPython shows for other objects.
execution::ExecutionValue parse_shown_object(const json& value, JsonMembers& members) {
  JsonMembers object(value, members.path_of("result"));
  const auto text = object.text("text", kLongestAnswerText);
  if (!text) object.fail("text", "missing");
  if (const Result<void> good = object.finish(); !good) members.fail(good.error());
  return execution::TextValue{text.value_or("")};
}

execution::ExecutionValue parse_result(JsonMembers& members) {
  const json* const value = members.find("result");
  if (value == nullptr) return execution::NoValue{};
  if (value->is_null()) return execution::NoneValue{};
  if (value->is_string()) {
    const auto& text = value->get_ref<const std::string&>();
    return execution::StringValue{repr_of(text), text};
  }
  if (value->is_object()) return parse_shown_object(*value, members);
  if (const auto shown = python_repr(*value)) return execution::TextValue{*shown};
  members.fail("result", "expected a text, a number, true, false, null, a list or {\"text\": …}",
               "any other object is given as Python shows it: {\"text\": \"{'a': 1}\"}");
  return execution::NoValue{};
}

/// A PNG in base64, or {"format":"jpeg","base64":…}.
std::optional<execution::ImageValue> parse_figure(JsonMembers& members) {
  const json* const value = members.find("figure");
  if (value == nullptr) return std::nullopt;
  execution::ImageValue image{"png", {}};
  std::optional<std::string> base64;
  if (value->is_string()) {
    base64 = value->get<std::string>();
  } else {
    JsonMembers object(*value, members.path_of("figure"));
    image.format = object.word("format", {"png", "jpeg"}).value_or("png");
    base64 = object.text("base64", kLongestAnswerText);
    if (const Result<void> good = object.finish(); !good) members.fail(good.error());
  }
  if (!base64 || base64->empty() || !decode_base64(*base64)) {
    members.fail("figure", "expected an image in base64, or {\"format\": …, \"base64\": …}");
    return std::nullopt;
  }
  image.base64 = *std::move(base64);
  return image;
}

/// Parses a whole traceback, or {"name":"ValueError","message":"bad"}, from which it makes the
/// service's text for an exception: the message followed by the traceback (CONTRACT.md section 7).
std::optional<std::string> parse_error(JsonMembers& members) {
  const json* const value = members.find("error");
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return members.text("error", kLongestAnswerText);
  if (!value->is_object()) {
    members.fail("error", "expected a text, or an object with name and message");
    return std::nullopt;
  }
  JsonMembers object(*value, members.path_of("error"));
  const auto name = object.text("name");
  const auto message = object.text("message", kLongestAnswerText);
  if (!name) object.fail("name", "missing", "an error is a text, or has a name and a message");
  if (const Result<void> good = object.finish(); !good) members.fail(good.error());
  constexpr std::size_t kWidth = 75;
  constexpr std::string_view kTitle = "Traceback (most recent call last)";
  const std::string shown = name.value_or("");
  const std::size_t taken = std::min(kWidth, shown.size() + kTitle.size());
  return fmt::format("{0}{1}\n{2}{3}{4}\n{2}: {0}\n", message.value_or(""),
                     std::string(kWidth, '-'), shown, std::string(kWidth - taken, ' '), kTitle);
}

ScriptAnswer parse_answer(JsonMembers& members) {
  ScriptAnswer answer;
  answer.stdout_text = members.text("stdout", kLongestAnswerText).value_or("");
  answer.stderr_text = members.text("stderr", kLongestAnswerText).value_or("");
  answer.value = parse_result(members);
  if (auto figure = parse_figure(members)) {
    answer.with_image = std::exchange(answer.value, *std::move(figure));
  }
  if (auto error = parse_error(members)) {
    answer.outcome = execution::ExecutionOutcome::raised;
    answer.traceback = *std::move(error);
    const bool has_value = !std::holds_alternative<execution::NoValue>(answer.value);
    if (has_value) members.fail("error", "a program that fails has no result and no figure");
  }
  const double seconds = members.decimal("delaySeconds", 0, kLongestDelay).value_or(0);
  answer.delay =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
  return answer;
}

Result<ScriptRule> parse_rule(const json& object, const std::string& path) {
  JsonMembers members(object, path);
  CodeMatch match = parse_match(members);
  const auto times = members.number("times", 1, kMostTimes);
  (void)members.find("hits");
  ScriptAnswer answer = parse_answer(members);
  if (const Result<void> good = members.finish(); !good) return good.error();
  ScriptRule rule{std::move(match), times.value_or(0), std::move(answer), object};
  rule.definition.erase("hits");
  return rule;
}

}  // namespace

Result<Script> parse_script(const json& object) {
  JsonMembers members(object, "");
  const json* const rules = members.find("rules");
  Script script;
  script.strict = members.flag("strict").value_or(false);
  (void)members.find("omitted");
  if (rules == nullptr || !rules->is_array()) {
    members.fail("rules", "expected a list of rules");
  } else if (rules->size() > Script::kMostRules) {
    members.fail("rules", fmt::format("more than {} rules", Script::kMostRules));
  }
  if (const Result<void> good = members.finish(); !good) return good.error();
  for (std::size_t i = 0; i < rules->size(); ++i) {
    auto rule = parse_rule((*rules)[i], fmt::format("rules[{}]", i));
    if (!rule) return rule.error();
    script.rules.push_back(*std::move(rule));
  }
  return script;
}

nlohmann::ordered_json to_json(const Script& script) {
  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  for (const ScriptRule& rule : script.rules) {
    nlohmann::ordered_json shown = rule.definition;
    shown["hits"] = rule.hits;
    rules.push_back(std::move(shown));
  }
  return {{"rules", std::move(rules)}, {"strict", script.strict}};
}

bool matches(const ScriptRule& rule, std::string_view code, std::string_view digest) {
  struct Visitor {
    std::string_view code, digest;
    bool operator()(const ExactCode& exact) const { return exact.text == code; }
    bool operator()(const TextPattern& pattern) const { return pattern.found_in(code); }
    bool operator()(const CodeHash& hash) const { return hash.sha256 == digest; }
  };
  return std::visit(Visitor{code, digest}, rule.match);
}

std::string sha256_of(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string digits;
  for (const unsigned char byte : digest) digits += fmt::format("{:02x}", byte);
  return digits;
}

}  // namespace dynsessions::test_double
