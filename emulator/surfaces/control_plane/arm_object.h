#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "emulator/surfaces/control_plane/arm_error.h"

namespace dynsessions::surfaces::control_plane {

/// One object of the body of a request, read as leniently as the service reads it (CONTROL-PLANE.md
/// section 1.3): names without regard to case, `null` like an absent member, numbers also as texts,
/// unknown members ignored. The first mistake of a whole body is kept in `error`.
class ArmObject {
 public:
  /// A null `value` stands for an object without members. `path` names it in errors:
  /// "properties.secrets[0]".
  ArmObject(const nlohmann::json* value, std::string path, std::optional<ArmError>& error);

  /// nullptr if the member is absent or null.
  [[nodiscard]] const nlohmann::json* find(std::string_view name) const;
  /// Whether the member exists, even as null: in a merge patch, null removes a member.
  [[nodiscard]] bool has(std::string_view name) const;

  /// An absent member is an object without members.
  [[nodiscard]] ArmObject object(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  /// The digits of a whole number.
  [[nodiscard]] std::optional<std::string> number(std::string_view name) const;
  /// A number with or without a fraction.
  [[nodiscard]] std::optional<double> decimal(std::string_view name) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view name) const;
  /// Returns nullptr if the member is absent. A member that is no array is an error.
  [[nodiscard]] const nlohmann::json* array(std::string_view name) const;

  /// "properties.scaleConfiguration.maxConcurrentSessions"
  [[nodiscard]] std::string path_of(std::string_view name) const;
  void fail(std::string_view name, const std::string& why) const;
  void fail(ArmError error) const;
  /// Refuses the value of a member: `InvalidPropertyValue`, "PATH WHY". The code is a guess.
  void refuse(std::string_view name, const std::string& why) const;
  [[nodiscard]] std::optional<ArmError>& error() const { return error_; }

 private:
  const nlohmann::json* members_;  ///< null or an object
  const std::string path_;
  std::optional<ArmError>& error_;
};

/// A refusal of one member with a code of the provider.
[[nodiscard]] ArmError bad_member(std::string code, std::string message, std::string target,
                                  std::string reason = {});

}  // namespace dynsessions::surfaces::control_plane
