#pragma once

#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include "emulator/conformance/run/outcome.h"

namespace dynsessions::conformance {

/// A checkpoint from which a run cannot continue.
class CheckpointError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The results of a run so far, in a file from which the next run continues. One line names the
/// target; then each case adds a line of JSON as soon as it is done. Outcomes are stored as reports
/// show them, so without anything that Redaction removes.
class Checkpoint {
 public:
  /// Reads the file if it exists, and opens it for appending. `target` is stored as a fingerprint.
  /// Throws CheckpointError if the file belongs to another target, is of another kind, or cannot be
  /// written. An incomplete last line is dropped.
  Checkpoint(std::string path, const std::string& target);

  /// Returns the outcome of exactly this case. A case that was changed since then must run again.
  [[nodiscard]] std::optional<CaseOutcome> outcome_of(const Case& test_case) const;

  void keep(const CaseOutcome& outcome);

  /// Removes the file after all cases were run.
  void remove();

 private:
  void read(std::istream& file, const std::string& head);

  const std::string path_;
  std::map<std::string, Json> outcomes_;  ///< keyed by the fingerprint of their case
  std::ofstream file_;
};

}  // namespace dynsessions::conformance
