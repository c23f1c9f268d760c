#include "emulator/client_environment/variables.h"

#include <algorithm>
#include <map>

#include "tests/support/catch.h"
#include "tests/unit/tls/temporary_directory.h"

namespace dynsessions::client_environment {
namespace {

using Place = AzStandIn::Place;
using Texts = std::map<std::string, std::string>;

const RunningServer kHttpOnly{.endpoint = "http://127.0.0.1:1/sessionPools/p",
                              .https_endpoint = {},
                              .identity_endpoint = "http://127.0.0.1:1/msi/token",
                              .authority = {}};

/// The authority's file is in `state`.
RunningServer https_server(const tls::TemporaryDirectory& state) {
  RunningServer server = kHttpOnly;
  server.authority = (state.path() / "ca.pem").string();
  tls::set_content(server.authority, "not even a certificate\n");
  return server;
}

config::Environment environment_of(Texts variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

/// The value of a variable; nullopt if it is not among them.
std::optional<std::string> value_of(const std::vector<Variable>& variables,
                                    const std::string& name) {
  const auto found = std::find_if(variables.begin(), variables.end(),
                                  [&name](const Variable& one) { return one.name == name; });
  return found == variables.end() ? std::nullopt : found->value;
}

TEST_CASE("the stand-in for az goes to the end of PATH unless asked otherwise", "[environment]") {
  const auto path = [](Place place, const std::string& inherited) {
    const auto variables =
        variables_for(kHttpOnly, {"/az", place}, environment_of({{"PATH", inherited}}));
    return value_of(variables, "PATH");
  };
  CHECK(path(Place::last, "/bin:/usr/bin") == "/bin:/usr/bin:/az");
  CHECK(path(Place::first, "/bin:/usr/bin") == "/az:/bin:/usr/bin");
  CHECK(path(Place::off, "/bin") == std::nullopt);
  CHECK(path(Place::last, "/bin:/az") == std::nullopt);
  CHECK(path(Place::last, "") == "/az");
}

TEST_CASE("a file of variables for other programs has no PATH", "[environment]") {
  const auto variables =
      variables_for(kHttpOnly, {"/az", Place::last}, environment_of({{"PATH", "/bin"}}));
  CHECK_THAT(written_as("dotenv", variables), !Catch::Contains("PATH="));
  CHECK_THAT(written_as("shell", variables), Catch::Contains("export PATH='/bin:/az'\n"));
}

TEST_CASE("hosts that need no proxy are added once", "[environment]") {
  const auto no_proxy = [](const std::string& inherited) {
    const auto variables =
        variables_for(kHttpOnly, {"/az", Place::off}, environment_of({{"NO_PROXY", inherited}}));
    return value_of(variables, "NO_PROXY");
  };
  CHECK(no_proxy("") == "127.0.0.1,localhost");
  CHECK(no_proxy("corp") == "corp,127.0.0.1,localhost");
  CHECK(no_proxy("localhost,corp") == "localhost,corp,127.0.0.1");
  CHECK(no_proxy("corp,127.0.0.1,localhost") == "corp,127.0.0.1,localhost");
}

TEST_CASE("Java gets a file with the authorities, after the options that it has", "[environment]") {
  const tls::TemporaryDirectory state;
  const RunningServer server = https_server(state);
  const auto options = [&](const std::string& inherited) {
    const auto variables = variables_for(server, {"/az", Place::off},
                                         environment_of({{"JAVA_TOOL_OPTIONS", inherited}}));
    return value_of(variables, "JAVA_TOOL_OPTIONS").value_or("");
  };
  const std::string ours = "-Djavax.net.ssl.trustStore=\"" +
                           (state.path() / "trust-store.p12").string() +
                           "\" -Djavax.net.ssl.trustStoreType=PKCS12";
  CHECK(options("") == ours);
  CHECK(options("-Xmx1g") == "-Xmx1g " + ours);
  CHECK(options("-Xmx1g " + ours) == "-Xmx1g " + ours);
  CHECK(std::filesystem::file_size(state.path() / "trust-store.p12") > 0);
}

TEST_CASE("Node.js tries 127.0.0.1 first for localhost, unless the user chose an order",
          "[environment]") {
  const tls::TemporaryDirectory state;
  const RunningServer server = https_server(state);
  const auto options = [&](const std::string& inherited) {
    const auto variables =
        variables_for(server, {"/az", Place::off}, environment_of({{"NODE_OPTIONS", inherited}}));
    return value_of(variables, "NODE_OPTIONS");
  };
  CHECK(options("") == "--dns-result-order=ipv4first");
  CHECK(options("--no-warnings") == "--no-warnings --dns-result-order=ipv4first");
  CHECK(options("--dns-result-order=verbatim -r x") == "--dns-result-order=verbatim -r x");
  const auto plain = variables_for(kHttpOnly, {"/az", Place::off}, environment_of({}));
  CHECK(value_of(plain, "NODE_OPTIONS") == std::nullopt);
}

TEST_CASE("management clients find ARM, each port with its own configuration of az",
          "[environment]") {
  const tls::TemporaryDirectory state;
  RunningServer server = https_server(state);
  server.arm = "https://localhost:7443";
  server.http = "http://127.0.0.1:7070";
  server.subscription = "s";
  server.resource_group = "g";
  const auto variables = variables_for(server, {"/az", Place::off}, environment_of({}));
  CHECK(value_of(variables, "ARM_CLOUD_METADATA_URL") ==
        "http://127.0.0.1:7070/metadata/endpoints");
  CHECK(value_of(variables, "AZURE_CONFIG_DIR") == (state.path() / "azure-cli-7443").string());
  CHECK(value_of(variables, "ARM_RESOURCE_MANAGER_ENDPOINT") == server.arm);
  CHECK(value_of(variables, "AZURE_SUBSCRIPTION_ID") == "s");
  CHECK(value_of(variables, "AZURE_RESOURCE_GROUP") == "g");
  const auto plain = variables_for(kHttpOnly, {"/az", Place::off}, environment_of({}));
  CHECK(value_of(plain, "ARM_CLOUD_METADATA_URL") == std::nullopt);
}

}  // namespace
}  // namespace dynsessions::client_environment
