#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "emulator/base/result.h"
#include "emulator/execution/execution.h"

namespace dynsessions::pools {

/// An asynchronous execution, whose client polls for its outcome by its id.
struct ExecutionRecord {
  std::string id;
  execution::ExecutionRequest request;               ///< without its code
  std::optional<execution::ExecutionResult> result;  ///< nullopt while it waits or runs
};

/// The asynchronous executions of one session, kept as long as the session (CONTRACT.md section 8
/// row 34) and within bounds: of those that have ended, the oldest are forgotten first.
class ExecutionLog {
 public:
  /// Bounds of what is kept of ended executions.
  static constexpr std::size_t kMostRecords = 1'000;
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;
  static constexpr std::size_t kMostBytesInMemory = std::size_t{1} << 20;
  static constexpr std::size_t kMostFiles = 4;

  /// `execution_exists` when the id is taken.
  [[nodiscard]] Result<void> begin(const std::string& id,
                                   const execution::ExecutionRequest& request);
  /// Does nothing if the id is unknown.
  void finish(const std::string& id, execution::ExecutionResult result);
  /// Null when the id is unknown. Valid until the next begin() or finish().
  [[nodiscard]] const ExecutionRecord* find(const std::string& id) const;

 private:
  /// Memory and disk that ended executions take.
  struct Usage {
    std::size_t bytes = 0;
    std::size_t bytes_in_memory = 0;  ///< including the records themselves
    std::size_t files = 0;
  };
  [[nodiscard]] static Usage usage_of(const ExecutionRecord& record);
  [[nodiscard]] bool is_over_a_bound() const;
  void forget_oldest();

  std::deque<ExecutionRecord> records_;  ///< sorted by their start
  Usage usage_;
};

}  // namespace dynsessions::pools
