#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/client_environment/running_server.h"

namespace dynsessions::client_environment {

/// A variable of a client's environment; without a value it must not be set.
struct Variable {
  std::string name;
  std::optional<std::string> value;
};

/// Everything that the known clients read (api-spec/CLIENTS.md): the endpoint under each name that
/// they use, the offline identity, the authority to trust, and the proxy that they must not use.
/// `inherited` is the environment that the variables are added to.
[[nodiscard]] std::vector<Variable> variables_for(const RunningServer& server,
                                                  const config::Environment& inherited);

/// "shell" (POSIX), "powershell", "dotenv", "json" or "github" (lines for $GITHUB_ENV).
inline constexpr std::string_view kFormats[] = {"shell", "powershell", "dotenv", "json", "github"};

/// The variables in one of kFormats, with the end of the last line. dotenv and github cannot unset
/// a variable and leave it out.
[[nodiscard]] std::string written_as(std::string_view format,
                                     const std::vector<Variable>& variables);

}  // namespace dynsessions::client_environment
