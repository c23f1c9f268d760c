#pragma once

#include <string>
#include <vector>

#include "emulator/conformance/cases/case.h"
#include "emulator/conformance/options.h"
#include "emulator/conformance/run/outcome.h"
#include "emulator/conformance/run/own_emulator.h"
#include "emulator/conformance/run/redaction.h"
#include "emulator/conformance/run/runner.h"

namespace dynsessions::conformance {

/// One run over all cases: against one endpoint, or against a server for each group of cases that
/// needs a separate one. Keeps a checkpoint and prints a line of progress. Blocks.
class Campaign {
 public:
  /// Throws Unreachable if there is no token.
  explicit Campaign(const ConformOptions& options);

  /// An interruption ends it early, with a report of the cases that were run. Throws Unreachable if
  /// the target does not answer, and CheckpointError for a checkpoint of another run.
  [[nodiscard]] RunReport run(std::vector<Case> cases);

  /// The secrets that must not appear in any text about the run.
  [[nodiscard]] const Redaction& redaction() const { return redaction_; }

 private:
  [[nodiscard]] bool is_foreign() const { return !options_.foreign_url().empty(); }
  void run_group(const ServerGroup& group, const OnOutcome& on_outcome, RunReport& report) const;
  [[nodiscard]] RunTarget target_at(const TargetAddress& address) const;

  const ConformOptions& options_;
  const std::string token_;
  const Redaction redaction_;
};

}  // namespace dynsessions::conformance
