#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "emulator/conformance/reports/report.h"

namespace dynsessions::conformance {

/// How many of the cases of a group that were run are as they should be: the same, or known to
/// differ.
struct Tally {
  std::size_t good = 0;
  std::size_t all = 0;

  void add(Verdict verdict);
  /// "12/12", or "-" for none.
  [[nodiscard]] std::string text() const;
};

/// Operations by api-version, both in the order in which a person looks for them.
struct Grid {
  std::vector<std::string> versions;                            ///< by age
  std::vector<std::string> operations;                          ///< as the cases come
  std::map<std::string, std::map<std::string, Tally>> tallies;  ///< operation, version

  explicit Grid(const RunReport& report);
};

[[nodiscard]] std::map<Evidence, Tally> by_evidence(const RunReport& report);

/// "3 cases: 1 same, 0 known to differ, 1 unexpected, 1 not run".
[[nodiscard]] std::string verdicts_text(const RunReport& report);

/// "2 sessions, 3 requests, 1 min 5 s".
[[nodiscard]] std::string spent_text(const RunReport& report);

/// Why cases were not run, and how many for each reason.
[[nodiscard]] std::map<std::string, std::size_t> by_reason_not_run(const RunReport& report);

/// "2 min 5 s", "41 s".
[[nodiscard]] std::string duration_text(std::chrono::milliseconds time);

/// "1 session", "3 sessions".
[[nodiscard]] std::string counted(std::size_t count, const std::string& noun);

}  // namespace dynsessions::conformance
