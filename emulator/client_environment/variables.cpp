#include "emulator/client_environment/variables.h"

#include "emulator/client_environment/trust_bundle.h"

namespace dynsessions::client_environment {
namespace {

/// Names under which clients and their test suites look for the endpoint.
constexpr const char* kEndpointNames[] = {
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

/// With these set, the chain of a default credential does not come to the managed identity
/// (CLIENTS.md section 4.1).
constexpr const char* kMustBeUnset[] = {
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_TENANT_ID",
    "AZURE_FEDERATED_TOKEN_FILE",
    "IDENTITY_SERVER_THUMBPRINT",
};

/// Loopback is never behind a proxy (quirk 41).
std::string without_proxy(const std::optional<std::string>& inherited) {
  constexpr const char* kLoopback = "127.0.0.1,localhost";
  return inherited && !inherited->empty() ? *inherited + "," + kLoopback : kLoopback;
}

}  // namespace

std::vector<Variable> variables_for(const RunningServer& server,
                                    const config::Environment& inherited) {
  std::vector<Variable> variables;
  for (const char* name : kEndpointNames) variables.push_back({name, server.endpoint});
  variables.push_back({"IDENTITY_ENDPOINT", server.identity_endpoint});
  variables.push_back({"IDENTITY_HEADER", "dynsessions"});
  for (const char* name : kMustBeUnset) variables.push_back({name, std::nullopt});
  for (const char* name : {"NO_PROXY", "no_proxy"}) {
    variables.push_back({name, without_proxy(inherited(name))});
  }
  if (server.authority.empty()) return variables;
  // Semantic Kernel insists on https (quirk 43).
  variables.push_back({"ACA_POOL_MANAGEMENT_ENDPOINT", server.https_endpoint});
  const std::string bundle = trust_bundle(server.authority, inherited);
  for (const char* name : {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}) {
    variables.push_back({name, bundle});
  }
  variables.push_back({"NODE_EXTRA_CA_CERTS", server.authority});
  return variables;
}

}  // namespace dynsessions::client_environment
