#pragma once

#include <string>
#include <vector>

#include "emulator/config/config.h"
#include "emulator/doctor/check.h"

/// `dynsessions doctor --client`: checks the environment of the shell as a client started from it
/// would see it, and asks the servers that the variables name.
namespace dynsessions::doctor {

/// A variable that names a pool management endpoint.
struct EndpointVariable {
  std::string name;
  std::string value;
};

/// The variables with an endpoint that are set; client_environment/variables.h lists all.
[[nodiscard]] std::vector<EndpointVariable> endpoint_variables(
    const config::Environment& environment);

/// Checks the form of the variable: a URL that ends with the name of a pool or has no path; https
/// if the client accepts only that. Asks no server.
[[nodiscard]] Check check_endpoint(const EndpointVariable& variable);

/// One check for each proxy variable. Bad if a request to `host` would go to the proxy.
[[nodiscard]] Checks check_proxies(const std::string& host, const config::Environment& environment);

/// One check for each variable that keeps a default credential from the managed identity.
[[nodiscard]] Checks check_credentials(const config::Environment& environment);

/// The section *client*. Blocks for at most ten seconds for each server that does not answer.
[[nodiscard]] Checks examine_client(const config::Environment& environment);

}  // namespace dynsessions::doctor
