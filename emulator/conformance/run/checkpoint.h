#pragma once

#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "emulator/conformance/run/outcome.h"

namespace dynsessions::conformance {

/// A checkpoint that cannot be gone on from.
class CheckpointError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a run has found so far, in a file that the next run goes on from: a line that names the
/// target, then a line of JSON for each case that was run, written as soon as it is done. Holds
/// outcomes as they stand in reports, so nothing that Redaction takes out.
class Checkpoint {
 public:
  /// Reads the file, when it is there, and opens it for more. `target` is kept as a fingerprint.
  /// Throws CheckpointError for a file of another target, of another kind, or that cannot be
  /// written. A last line that was cut off is dropped.
  Checkpoint(std::string path, const std::string& target);

  /// What came of this very case: one that was changed since is to be run again.
  [[nodiscard]] std::optional<CaseOutcome> outcome_of(const Case& test_case) const;

  void keep(const CaseOutcome& outcome);

  /// Every case was run: there is nothing to go on from.
  void remove();

 private:
  void read(std::istream& file, const std::string& head);

  const std::string path_;
  std::map<std::string, Json> outcomes_;  ///< by the fingerprint of their case
  std::ofstream file_;
};

}  // namespace dynsessions::conformance
