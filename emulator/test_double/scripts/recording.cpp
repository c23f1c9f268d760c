#include "emulator/test_double/scripts/recording.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "emulator/base/utf8.h"
#include "emulator/test_double/scripts/script.h"

namespace dynsessions::test_double {
namespace {

using execution::ExecutionOutcome;
using execution::ExecutionResult;
using execution::ExecutionValue;
using execution::SpooledText;
using Json = nlohmann::ordered_json;

constexpr std::size_t kMostOmittedPrograms = 100;

/// Reads texts of a result, and notes if one is too long to be kept.
class TextReader {
 public:
  std::string read(const SpooledText& text) {
    if (text.size() > kLongestRecordedText) {
      is_too_long_ = true;
      return {};
    }
    std::string bytes(text.size(), '\0');
    text.read(0, bytes);
    return is_valid_utf8(bytes) ? bytes : to_valid_utf8(bytes);
  }
  [[nodiscard]] bool is_too_long() const { return is_too_long_; }

 private:
  bool is_too_long_ = false;
};

void add_value(Json& rule, const ExecutionValue& value, TextReader& texts) {
  if (std::holds_alternative<execution::NoneValue>(value)) rule["result"] = nullptr;
  if (const auto* const text = std::get_if<execution::TextValue>(&value)) {
    rule["result"] = {{"text", texts.read(text->text)}};
  }
  if (const auto* const string = std::get_if<execution::StringValue>(&value)) {
    rule["result"] = texts.read(string->characters);
  }
  if (const auto* const image = std::get_if<execution::ImageValue>(&value)) {
    rule["figure"] = {{"format", image->format}, {"base64", texts.read(image->base64)}};
  }
}

/// Returns the reason why a script cannot express this end of a program; faults and delays can
/// cause such ends.
std::optional<std::string> objection_to(ExecutionOutcome outcome) {
  switch (outcome) {
    case ExecutionOutcome::succeeded:
    case ExecutionOutcome::raised:
      return std::nullopt;
    case ExecutionOutcome::timed_out:
    case ExecutionOutcome::timed_out_restarted:
      return "it timed out";
    case ExecutionOutcome::aborted:
      return "it was not run, because an earlier program timed out";
    case ExecutionOutcome::interpreter_died:
    case ExecutionOutcome::out_of_memory:
    case ExecutionOutcome::out_of_storage:
      return "its interpreter ended";
  }
  return "its outcome is unknown";
}

}  // namespace

RecordedProgram recorded_program(std::string code, const ExecutionResult& result) {
  if (const auto why = objection_to(result.outcome)) return {{}, std::move(code), *why};
  TextReader texts;
  Json rule{{"code", is_valid_utf8(code) ? code : to_valid_utf8(code)}};
  if (!result.stdout_text.empty()) rule["stdout"] = texts.read(result.stdout_text);
  if (!result.stderr_text.empty()) rule["stderr"] = texts.read(result.stderr_text);
  if (result.outcome == ExecutionOutcome::raised) {
    rule["error"] = texts.read(result.traceback);
  } else {
    add_value(rule, result.with_image, texts);
    add_value(rule, result.value, texts);
  }
  if (texts.is_too_long()) return {{}, std::move(code), "one of its texts is longer than 1 MiB"};
  return {std::move(rule), std::move(code), {}};
}

void Recording::omit(const std::string& code, const std::string& why) {
  if (omitted_.size() < kMostOmittedPrograms) {
    omitted_.push_back({{"sha256", sha256_of(code)}, {"why", why}});
  }
}

void Recording::add(RecordedProgram program) {
  if (!program.omitted.empty()) return omit(program.code, program.omitted);
  const auto earlier = std::find_if(rules_.rbegin(), rules_.rend(), [&program](const Json& rule) {
    return rule["code"] == program.rule["code"];
  });
  // The earlier rule answers this program too.
  if (earlier != rules_.rend() && *earlier == program.rule) return;
  const std::size_t bytes = program.rule.dump().size();
  if (rules_.size() == Script::kMostRules || bytes_ + bytes > kMostBytes) {
    return omit(program.code, fmt::format("a recording has at most {} rules and {} MiB",
                                          Script::kMostRules, kMostBytes >> 20));
  }
  if (earlier != rules_.rend()) (*earlier)["times"] = 1U;
  bytes_ += bytes;
  rules_.push_back(std::move(program.rule));
}

Json Recording::script() const {
  Json script{{"rules", rules_}, {"strict", true}};
  if (!omitted_.empty()) script["omitted"] = omitted_;
  return script;
}

}  // namespace dynsessions::test_double
