#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/execution/execution.h"

namespace dynsessions::test_double {

/// An execution as a rule of a script, or why it cannot be one.
struct RecordedProgram {
  nlohmann::ordered_json rule;  ///< empty if the execution cannot be a rule
  std::string code;
  std::string omitted;  ///< the reason
};

/// The longest text of a result that a script can contain.
inline constexpr std::size_t kLongestRecordedText = std::size_t{1} << 20;

/// Blocks if a text of the result is in a file. Throws std::system_error if it cannot be read.
[[nodiscard]] RecordedProgram recorded_program(std::string code,
                                               const execution::ExecutionResult& result);

/// Collects real answers for a script. Its size is bounded, because programs can print without
/// limit.
class Recording {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{3} << 20;

  /// Adds an execution. If the same program gave another answer before, it gets another rule: each
  /// earlier rule answers once, in the order of the recording, and the last one answers from then
  /// on.
  void add(RecordedProgram program);

  /// A script that answers what was recorded and refuses other programs. `omitted` lists the
  /// executions that are not in it.
  [[nodiscard]] nlohmann::ordered_json script() const;

 private:
  void omit(const std::string& code, const std::string& why);

  std::vector<nlohmann::ordered_json> rules_;
  nlohmann::ordered_json omitted_ = nlohmann::ordered_json::array();
  std::size_t bytes_ = 0;
};

}  // namespace dynsessions::test_double
