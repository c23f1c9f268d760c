#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/base/result.h"
#include "emulator/execution/execution.h"
#include "emulator/test_double/text_pattern.h"

/// Answers that a test defines instead of running a program: `PUT …/script`, `--script FILE` and
/// recordings have the same JSON. docs/scripts.md is its manual.
namespace dynsessions::test_double {

/// Selects the programs that a rule answers.
struct ExactCode {
  std::string text;
};
struct CodeHash {
  std::string sha256;  ///< digest of the program's UTF-8 text, in lower-case hexadecimal
};
using CodeMatch = std::variant<ExactCode, TextPattern, CodeHash>;

/// The answer of a rule. Values, so a copy is the answer to one execution.
struct ScriptAnswer {
  execution::ExecutionOutcome outcome = execution::ExecutionOutcome::succeeded;
  std::string stdout_text;
  std::string stderr_text;
  std::string traceback;  ///< traceback of `raised`
  execution::ExecutionValue value;
  /// The value of the last expression if the result is a figure.
  execution::ExecutionValue with_image;
  std::chrono::nanoseconds delay{0};  ///< real time that the program seems to run
};

struct ScriptRule {
  CodeMatch match;
  std::uint64_t times = 0;  ///< number of programs that the rule answers; 0: no limit
  ScriptAnswer answer;
  nlohmann::ordered_json definition;  ///< the rule as given
  std::uint64_t hits = 0;
};

/// Rules in order: the first one that matches a program answers it.
struct Script {
  static constexpr std::size_t kMostRules = 1000;

  std::vector<ScriptRule> rules;
  bool strict = false;  ///< programs that no rule matches are refused instead of run by Python
};

/// Reads {"rules":[…],"strict":false}; `hits` of rules and `omitted` are ignored, so that an answer
/// can be sent back. Errors name the field: "rules[2].pattern".
[[nodiscard]] Result<Script> parse_script(const nlohmann::json& object);

/// The script with the hits of its rules.
[[nodiscard]] nlohmann::ordered_json to_json(const Script& script);

/// `digest` is sha256_of(code), which is made once for all rules.
[[nodiscard]] bool matches(const ScriptRule& rule, std::string_view code, std::string_view digest);

/// Returns the digest in lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_of(std::string_view text);

}  // namespace dynsessions::test_double
