#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/execution/execution.h"

namespace dynsessions::test_double {

/// An execution as a rule of a script, or why it cannot be one.
struct RecordedProgram {
  nlohmann::ordered_json rule;  ///< empty if it cannot
  std::string code;
  std::string omitted;  ///< the reason
};

/// Texts of a result that are longer than they can be in a script.
inline constexpr std::size_t kLongestRecordedText = std::size_t{1} << 20;

/// Blocks if a text of the result is in a file. Throws std::system_error if it cannot be read.
[[nodiscard]] RecordedProgram recorded_program(std::string code,
                                               const execution::ExecutionResult& result);

/// Real answers that become a script. Bounded, since programs can print without end.
class Recording {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{3} << 20;

  /// A program that gives another answer than the last time gets a further rule: the earlier ones
  /// answer once each, in the order of the recording, and the last one from then on.
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
