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

/// Where the stand-in for the Azure CLI (az_stand_in/) goes in PATH.
struct AzStandIn {
  enum class Place {
    last,   ///< an installed Azure CLI is found first
    first,  ///< hides an installed Azure CLI
    off,    ///< PATH stays as it is
  };
  std::string directory;
  Place place = Place::last;
};

/// Everything that the known clients read (api-spec/CLIENTS.md): the endpoint under each name that
/// they use, the offline identity, the authority to trust, the address of Azure Resource Manager,
/// and the proxy that they must not use. The variables are added to the environment `inherited`.
/// Lists such as PATH get no item twice.
[[nodiscard]] std::vector<Variable> variables_for(const RunningServer& server,
                                                  const AzStandIn& az_stand_in,
                                                  const config::Environment& inherited);

/// Names under which clients and their test suites look for the endpoint; the last one is for a
/// client that insists on https.
inline constexpr std::string_view kEndpointNames[] = {
    "AZURE_POOL_MANAGEMENT_ENDPOINT",
    "POOL_MANAGEMENT_ENDPOINT",
    "AZURE_DYNAMIC_SESSIONS_POOL_MANAGEMENT_ENDPOINT",
    "AZURE_CONTAINER_APP_SESSION_POOL_MANAGEMENT_ENDPOINT",
    "ACA_SESSIONS_POOL_MANAGEMENT_ENDPOINT",
    "AZURE_POOL_ENDPOINT",
    "SessionPool__Endpoint",
    "AzureContainerAppSessionPool__Endpoint",
    "ACASessions__SessionsHttpClient__Endpoint",
};

/// The variable of Semantic Kernel, which accepts https only (quirk 43).
inline constexpr std::string_view kHttpsEndpointName = "ACA_POOL_MANAGEMENT_ENDPOINT";

/// With any of these set, the chain of a default credential does not reach the managed identity
/// (CLIENTS.md section 4.1).
inline constexpr std::string_view kMustBeUnset[] = {
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_TENANT_ID",
    "AZURE_FEDERATED_TOKEN_FILE",
    "IDENTITY_SERVER_THUMBPRINT",
};

/// "shell" (POSIX), "powershell", "dotenv", "json" or "github" (lines for $GITHUB_ENV).
inline constexpr std::string_view kFormats[] = {"shell", "powershell", "dotenv", "json", "github"};

/// The variables in one of kFormats, with the end of the last line. dotenv and github cannot unset
/// a variable and leave it out. dotenv also leaves PATH out: such files are read elsewhere, by a
/// container for example.
[[nodiscard]] std::string written_as(std::string_view format,
                                     const std::vector<Variable>& variables);

}  // namespace dynsessions::client_environment
