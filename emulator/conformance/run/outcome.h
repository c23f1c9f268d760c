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
  known_deviation,  ///< the emulator differs, and the case says how
  deviation_gone,   ///< the case says that the emulator differs, but it does not: the case is stale
  different,
  not_run,
};

inline constexpr Verdict kVerdicts[] = {Verdict::same, Verdict::known_deviation,
                                        Verdict::deviation_gone, Verdict::different,
                                        Verdict::not_run};

/// Why a case was not run.
enum class NotRun {
  was_run,
  budget,        ///< it was used up
  interruption,  ///< somebody ended the run
  slow,          ///< slow cases were not asked for
  needs,         ///< it is about a server with options that this target cannot be given
};

inline constexpr NotRun kReasonsNotToRun[] = {NotRun::budget, NotRun::interruption, NotRun::slow,
                                              NotRun::needs};

struct CaseOutcome {
  Case test_case;
  Verdict verdict{};
  Differences differences;  ///< each says in which step
  std::string curl;         ///< of what differs, with $TOKEN for the token; may be empty
  std::chrono::milliseconds duration{0};
  NotRun why = NotRun::was_run;

  static CaseOutcome not_run(Case test_case, NotRun why);
  /// A difference that nobody knew of, or a deviation that is gone.
  [[nodiscard]] bool is_unexpected() const;
  /// Why it was not run, for people; empty when it was.
  [[nodiscard]] std::string reason() const;
};

/// One run; the reports are functions of it.
struct RunReport {
  std::string target;  ///< "the emulator" or "the endpoint": its name stays out of reports
  std::string started_at;
  std::vector<CaseOutcome> outcomes;
  Spent spent;
  std::vector<std::string> notes;  ///< such as sessions that could not be deleted

  [[nodiscard]] std::size_t count(Verdict verdict) const;
  [[nodiscard]] std::size_t count(NotRun why) const;
  [[nodiscard]] std::size_t unexpected() const;
};

/// The program's exit codes; stable, and listed in the help.
enum class ExitCode : int {
  clean = 0,
  different = 1,
  wrong_usage = 2,
  unreachable = 3,
  budget_exhausted = 4,
  interrupted = 130,
};

/// An interruption outweighs everything: the report is a part. A difference outweighs a budget that
/// was used up: it is the news. Cases that are slow or need another server do not count.
[[nodiscard]] ExitCode exit_code_of(const RunReport& report);

[[nodiscard]] const char* name_of(Verdict verdict);
[[nodiscard]] const char* name_of(NotRun why);

}  // namespace dynsessions::conformance
