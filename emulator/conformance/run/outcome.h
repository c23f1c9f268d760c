#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "emulator/conformance/cases/case.h"
#include "emulator/conformance/cases/matchers.h"
#include "emulator/conformance/run/budget.h"

namespace dynsessions::conformance {

enum class Verdict {
  same,             ///< as expected
  known_deviation,  ///< the emulator differs, as the case declares
  deviation_gone,   ///< the declared difference does not exist any more: the case is stale
  different,
  not_run,
};

inline constexpr Verdict kVerdicts[] = {Verdict::same, Verdict::known_deviation,
                                        Verdict::deviation_gone, Verdict::different,
                                        Verdict::not_run};

/// The reason why a case was not run.
enum class NotRun {
  was_run,
  budget,        ///< the budget was used up
  interruption,  ///< a person ended the run
  slow,          ///< slow cases were not requested
  needs,         ///< it needs a server with options that this target does not have
};

inline constexpr NotRun kReasonsNotToRun[] = {NotRun::budget, NotRun::interruption, NotRun::slow,
                                              NotRun::needs};

struct CaseOutcome {
  Case test_case;
  Verdict verdict{};
  Differences differences;  ///< each names its step
  std::string curl;         ///< command for the exchange that differs, with $TOKEN; can be empty
  std::chrono::milliseconds duration{0};
  NotRun why = NotRun::was_run;

  static CaseOutcome not_run(Case test_case, NotRun why);
  /// An undeclared difference, or a declared deviation that is gone.
  [[nodiscard]] bool is_unexpected() const;
  /// The reason why the case was not run, as a text; empty if it was run.
  [[nodiscard]] std::string reason() const;
};

/// The results of one run; the reports are functions of it.
struct RunReport {
  std::string target;  ///< "the emulator" or "the endpoint": reports do not contain its name
  std::string started_at;
  std::vector<CaseOutcome> outcomes;
  Spent spent;
  std::vector<std::string> notes;  ///< such as sessions that could not be deleted

  [[nodiscard]] std::size_t count(Verdict verdict) const;
  [[nodiscard]] std::size_t count(NotRun why) const;
  [[nodiscard]] std::size_t unexpected() const;
};

/// Exit codes of the program; stable, and listed in the help.
enum class ExitCode : int {
  clean = 0,
  different = 1,
  wrong_usage = 2,
  unreachable = 3,
  budget_exhausted = 4,
  interrupted = 130,
};

/// An interruption has priority, because the report is incomplete. A difference has priority over a
/// used-up budget, because it is the result that matters. Cases that are slow or need another
/// server do not count.
[[nodiscard]] ExitCode exit_code_of(const RunReport& report);

[[nodiscard]] const char* name_of(Verdict verdict);
[[nodiscard]] const char* name_of(NotRun why);

}  // namespace dynsessions::conformance
