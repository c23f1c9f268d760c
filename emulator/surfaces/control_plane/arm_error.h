#pragma once

#include <string>
#include <utility>
#include <vector>

#include "emulator/base/result.h"

namespace dynsessions::surfaces::control_plane {

/// A refusal in the words of Azure Resource Manager, whose codes clients show to their users. Each
/// resource provider has its own codes, so this names them instead of ErrorCode.
struct ArmError {
  unsigned status = 400;
  std::string code;
  std::string message;
  std::string target = {};  ///< the offending member, or empty
  std::string reason = {};  ///< the rule and the likely cure, for `x-emulator-reason`, or empty
  std::vector<ArmError> details = {};
};

template <typename T>
using ArmResult = Result<T, ArmError>;

/// Called by ArmResult::value() if the result holds an error, which is a bug of the caller.
[[noreturn]] void throw_exception_from_error(const ArmError& error,
                                             const boost::source_location& where);

/// A refusal of another part of the emulator, in ARM's words.
[[nodiscard]] ArmError arm_error(const Error& error);

/// 400 for a body that does not describe the resource.
[[nodiscard]] ArmError invalid_content(const std::string& why, std::string target = {});

/// 404 for a resource; `type_and_name` is "Microsoft.App/sessionPools/reports".
[[nodiscard]] ArmError resource_not_found(const std::string& type_and_name,
                                          const std::string& group);
[[nodiscard]] ArmError resource_group_not_found(const std::string& group);
[[nodiscard]] ArmError subscription_not_found(const std::string& subscription,
                                              const std::string& known);

/// 404 for a type of resource, such as "Microsoft.Web/sites", that is not emulated.
[[nodiscard]] ArmError unknown_type(const std::string& type);

/// 409 for a request that contradicts the state of the emulator.
[[nodiscard]] ArmError conflict(std::string message, std::string reason);

}  // namespace dynsessions::surfaces::control_plane
