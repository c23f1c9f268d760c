#pragma once

#include <string>
#include <vector>

#include "emulator/conformance/cases/case.h"
#include "emulator/conformance/options.h"
#include "emulator/conformance/run/outcome.h"
#include "emulator/conformance/run/redaction.h"
#include "emulator/conformance/run/runner.h"

namespace dynsessions::conformance {

/// One run over all cases: a server for each group of cases that needs one of its own, or the one
/// endpoint for all; a checkpoint; a line of progress. Blocks.
class Campaign {
 public:
  /// Throws Unreachable when there is no token.
  explicit Campaign(const ConformOptions& options);

  /// An interruption ends it early, with a report of what was done. Throws Unreachable when the
  /// target does not answer, CheckpointError for a checkpoint that is of something else.
  [[nodiscard]] RunReport run(std::vector<Case> cases);

  /// What must not be in anything that is written about the run.
  [[nodiscard]] const Redaction& redaction() const { return redaction_; }

 private:
  [[nodiscard]] bool is_foreign() const { return !options_.endpoint.empty(); }
  void run_group(const ServerGroup& group, const OnOutcome& on_outcome, RunReport& report) const;
  [[nodiscard]] RunTarget target_at(const std::string& url) const;

  const ConformOptions& options_;
  const std::string token_;
  const Redaction redaction_;
};

}  // namespace dynsessions::conformance
