#pragma once

#include <string>

#include "emulator/config/config.h"
#include "emulator/doctor/check.h"

/// The requests of `dynsessions doctor --client`, and the meaning of their answers.
namespace dynsessions::doctor {

/// A check of the section *client*.
[[nodiscard]] Check client_check(std::string name, Verdict verdict, std::string finding,
                                 std::string cure = {});

struct IdentityChecks {
  Checks checks;
  std::string token;  ///< empty if there is none
};

/// Requests a token from IDENTITY_ENDPOINT and looks at its claims.
[[nodiscard]] IdentityChecks check_identity(const config::Environment& environment);

/// Sends a request with the token, which can be empty, to a usable endpoint. For https, checks with
/// each variable that names authorities whether the certificate is trusted.
[[nodiscard]] Checks check_answers(const std::string& endpoint, const std::string& token,
                                   const config::Environment& environment);

}  // namespace dynsessions::doctor
