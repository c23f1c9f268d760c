#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/base/result.h"

namespace dynsessions::test_double {

/// Reads the members of one JSON object and keeps the first error. Errors name a field with its
/// path: "effect.delay.seconds".
class JsonMembers {
 public:
  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

  /// `path` names the object; empty for the body of the request.
  JsonMembers(const nlohmann::json& object, std::string path);

  /// Returns null if there is no such member. Marks the name as known.
  [[nodiscard]] const nlohmann::json* find(const char* name);

  [[nodiscard]] std::optional<std::string> text(const char* name, std::size_t longest = 1024);
  /// A whole number from `low` to `high`; `high` can be kNoLimit.
  [[nodiscard]] std::optional<std::uint64_t> number(const char* name, std::uint64_t low,
                                                    std::uint64_t high);
  /// Any number from `low` to `high`.
  [[nodiscard]] std::optional<double> decimal(const char* name, double low, double high);
  [[nodiscard]] std::optional<bool> flag(const char* name);
  [[nodiscard]] std::optional<std::string> word(const char* name,
                                                std::initializer_list<std::string_view> accepted);

  /// "match.operation"
  [[nodiscard]] std::string path_of(const std::string& name) const;
  void fail(const std::string& name, const std::string& why, std::string reason = {});
  void fail(Error error);

  /// Returns the first error. A member that no call has asked for is an error.
  [[nodiscard]] Result<void> finish();

 private:
  [[nodiscard]] Error unknown(const std::string& name) const;

  const nlohmann::json& object_;
  const std::string path_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

}  // namespace dynsessions::test_double
