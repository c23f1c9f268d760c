#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "emulator/conformance/budget.h"
#include "emulator/conformance/case.h"
#include "emulator/conformance/matchers.h"

namespace dynsessions::conformance {

enum class Verdict {
  same,             ///< as expected
  known_deviation,  ///< the emulator differs, and the case says how
  deviation_gone,   ///< the case says that the emulator differs, but it does not: the case is stale
  different,
  not_run,  ///< the budget was used up
};

struct CaseOutcome {
  Case test_case;
  Verdict verdict{};
  Differences differences;  ///< each says in which step
  std::string curl;         ///< of the step that differs, with $TOKEN for the token; may be empty
  std::chrono::milliseconds duration{0};
};

/// One run; the reports below are functions of it.
struct RunReport {
  std::string target;  ///< "the emulator" or scheme and host; never a subscription or pool
  std::string started_at;
  std::vector<CaseOutcome> outcomes;
  Spent spent;
  std::vector<std::string> notes;  ///< sessions that could not be deleted

  [[nodiscard]] std::size_t count(Verdict verdict) const;
};

/// The program's exit codes; stable, and listed in the help.
enum class ExitCode : int {
  clean = 0,
  different = 1,
  wrong_usage = 2,
  unreachable = 3,
  budget_exhausted = 4,
};

/// A difference outweighs a budget that was used up: it is the news.
[[nodiscard]] ExitCode exit_code_of(const RunReport& report);

[[nodiscard]] const char* name_of(Verdict verdict);

/// For a terminal: a table of operations and api-versions, every difference, the counts.
[[nodiscard]] std::string console_report(const RunReport& report);
/// One suite, one test case per case; evidence, section and curl line are properties and text.
[[nodiscard]] std::string junit_report(const RunReport& report);
/// Everything, in a shape that stays: api-spec/README.md describes it.
[[nodiscard]] std::string json_report(const RunReport& report);
/// For a job summary.
[[nodiscard]] std::string markdown_report(const RunReport& report);

/// DEVIATIONS.md: every known difference from the service and every guess about it. Depends on the
/// cases alone, so that a test can tell whether the file in the tree is up to date.
[[nodiscard]] std::string deviations_document(const std::vector<Case>& cases);

}  // namespace dynsessions::conformance
