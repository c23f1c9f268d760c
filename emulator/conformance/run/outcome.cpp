#include "emulator/conformance/run/outcome.h"

#include <algorithm>
#include <utility>

namespace dynsessions::conformance {

namespace {

template <typename Wanted>
std::size_t count_if(const std::vector<CaseOutcome>& outcomes, const Wanted& wanted) {
  return static_cast<std::size_t>(std::count_if(outcomes.begin(), outcomes.end(), wanted));
}

}  // namespace

CaseOutcome CaseOutcome::not_run(Case test_case, NotRun why) {
  return {std::move(test_case), Verdict::not_run, {}, {}, {}, why};
}

bool CaseOutcome::is_unexpected() const {
  return verdict == Verdict::different || verdict == Verdict::deviation_gone;
}

std::string CaseOutcome::reason() const {
  switch (why) {
    case NotRun::was_run:
      return "";
    case NotRun::budget:
      return "the budget was used up";
    case NotRun::interruption:
      return "the run was interrupted";
    case NotRun::slow:
      return "slow: --slow runs it";
    case NotRun::needs:
      return "needs a separate server: " + describe(test_case.needs);
  }
  return "";
}

std::size_t RunReport::count(Verdict verdict) const {
  return count_if(outcomes, [&](const CaseOutcome& one) { return one.verdict == verdict; });
}

std::size_t RunReport::count(NotRun why) const {
  return count_if(outcomes, [&](const CaseOutcome& one) { return one.why == why; });
}

std::size_t RunReport::unexpected() const {
  return count_if(outcomes, [](const CaseOutcome& one) { return one.is_unexpected(); });
}

ExitCode exit_code_of(const RunReport& report) {
  if (report.count(NotRun::interruption) > 0) return ExitCode::interrupted;
  if (report.unexpected() > 0) return ExitCode::different;
  return report.count(NotRun::budget) > 0 ? ExitCode::budget_exhausted : ExitCode::clean;
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "same";
    case Verdict::known_deviation:
      return "known deviation";
    case Verdict::deviation_gone:
      return "deviation gone";
    case Verdict::different:
      return "different";
    case Verdict::not_run:
      return "not run";
  }
  return "";
}

const char* name_of(NotRun why) {
  switch (why) {
    case NotRun::was_run:
      return "was run";
    case NotRun::budget:
      return "budget";
    case NotRun::interruption:
      return "interruption";
    case NotRun::slow:
      return "slow";
    case NotRun::needs:
      return "needs";
  }
  return "";
}

}  // namespace dynsessions::conformance
