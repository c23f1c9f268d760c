#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "emulator/conformance/reports/report.h"

namespace dynsessions::conformance {

/// How many of the cases that were run are as expected: equal, or known to differ.
struct Tally {
  std::size_t good = 0;
  std::size_t all = 0;

  void add(Verdict verdict);
  /// "12/12", or "-" if no case was run.
  [[nodiscard]] std::string text() const;
};

/// Operations by api-version, both in the order in which a reader looks for them.
struct Grid {
  std::vector<std::string> versions;                            ///< oldest first
  std::vector<std::string> operations;                          ///< in the order of the cases
  std::map<std::string, std::map<std::string, Tally>> tallies;  ///< operation, version

  /// Counts the cases of one plane.
  Grid(const RunReport& report, Plane plane);
};

/// A grid for each plane that the run has cases of.
[[nodiscard]] std::vector<Grid> grids_of(const RunReport& report);

[[nodiscard]] std::map<Evidence, Tally> by_evidence(const RunReport& report);

/// "3 cases: 1 same, 0 known to differ, 1 unexpected, 1 not run".
[[nodiscard]] std::string verdicts_text(const RunReport& report);

/// "2 sessions, 3 requests, 1 min 5 s".
[[nodiscard]] std::string spent_text(const RunReport& report);

/// Counts the cases that were not run, by reason.
[[nodiscard]] std::map<std::string, std::size_t> by_reason_not_run(const RunReport& report);

/// "2 min 5 s", "41 s".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds time);

/// "1 session", "3 sessions".
[[nodiscard]] std::string counted(std::size_t count, const std::string& noun);

}  // namespace dynsessions::conformance
