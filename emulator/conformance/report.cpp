#include "emulator/conformance/report.h"

#include <algorithm>

namespace dynsessions::conformance {

std::size_t RunReport::count(Verdict verdict) const {
  const auto found = std::count_if(outcomes.begin(), outcomes.end(),
                                   [&](const CaseOutcome& one) { return one.verdict == verdict; });
  return static_cast<std::size_t>(found);
}

ExitCode exit_code_of(const RunReport& report) {
  if (report.count(Verdict::different) + report.count(Verdict::deviation_gone) > 0) {
    return ExitCode::different;
  }
  return report.count(Verdict::not_run) > 0 ? ExitCode::budget_exhausted : ExitCode::clean;
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

}  // namespace dynsessions::conformance
