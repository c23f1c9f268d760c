#include "emulator/client_environment/variables.h"

#include <filesystem>
#include <utility>

#include "emulator/client_environment/trust_files.h"

namespace dynsessions::client_environment {
namespace {

/// Whether a list, such as PATH, has the item.
bool has_item(const std::string& list, const std::string& item, char separator) {
  const std::string marked = separator + list + separator;
  return marked.find(separator + item + separator) != std::string::npos;
}

/// Loopback is never behind a proxy (quirk 41).
std::string without_proxy(std::string hosts) {
  for (const char* loopback : {"127.0.0.1", "localhost"}) {
    if (has_item(hosts, loopback, ',')) continue;
    hosts += (hosts.empty() ? "" : ",") + std::string(loopback);
  }
  return hosts;
}

/// nullopt if PATH stays as it is.
std::optional<std::string> path_with(const AzStandIn& az, const std::string& path) {
  if (az.place == AzStandIn::Place::off) return std::nullopt;
  if (has_item(path, az.directory, ':')) return std::nullopt;
  if (path.empty()) return az.directory;
  return az.place == AzStandIn::Place::first ? az.directory + ":" + path
                                             : path + ":" + az.directory;
}

/// The variable can contain other options of Java. If it names two trust stores, Java uses the last
/// one.
std::string java_options(const std::string& inherited, const std::string& store) {
  const std::string options =
      "-Djavax.net.ssl.trustStore=\"" + store + "\" -Djavax.net.ssl.trustStoreType=PKCS12";
  if (inherited.ends_with(options)) return inherited;
  return inherited.empty() ? options : inherited + " " + options;
}

/// The server listens on 127.0.0.1. For localhost, many machines name ::1 first, and Node.js before
/// version 20 tries only the first address. An order that the user chose stays.
std::string node_options(const std::string& inherited) {
  if (inherited.find("--dns-result-order") != std::string::npos) return inherited;
  return inherited + (inherited.empty() ? "" : " ") + "--dns-result-order=ipv4first";
}

/// For az, the SDKs and Terraform azapi (CONTROL-PLANE.md sections 3 and 3.2). az caches the cloud
/// in its configuration directory, so each address of a server gets a separate directory.
std::vector<Variable> management_variables(const RunningServer& server) {
  if (server.arm.empty()) return {};
  const std::filesystem::path state = std::filesystem::path(server.authority).parent_path();
  const std::string port = server.arm.substr(server.arm.rfind(':') + 1);
  return {{"AZURE_SUBSCRIPTION_ID", server.subscription},
          {"AZURE_RESOURCE_GROUP", server.resource_group},
          {"ARM_CLOUD_METADATA_URL", server.http + "/metadata/endpoints"},
          {"AZURE_CONFIG_DIR", (state / ("azure-cli-" + port)).string()},
          {"AZURE_CORE_INSTANCE_DISCOVERY", "false"},
          {"AZURE_CORE_COLLECT_TELEMETRY", "no"},
          {"ARM_RESOURCE_MANAGER_ENDPOINT", server.arm},
          {"ARM_RESOURCE_MANAGER_AUDIENCE", server.arm},
          {"ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", server.arm}};
}

}  // namespace

std::vector<Variable> variables_for(const RunningServer& server, const AzStandIn& az_stand_in,
                                    const config::Environment& inherited) {
  std::vector<Variable> variables;
  const auto set = [&variables](std::string_view name, std::string value) {
    variables.push_back({std::string(name), std::move(value)});
  };
  const auto now = [&inherited](const char* name) { return inherited(name).value_or(""); };
  for (const std::string_view name : kEndpointNames) set(name, server.endpoint);
  set("IDENTITY_ENDPOINT", server.identity_endpoint);
  set("IDENTITY_HEADER", "dynsessions");
  for (const std::string_view name : kMustBeUnset) {
    variables.push_back({std::string(name), std::nullopt});
  }
  for (const char* name : {"NO_PROXY", "no_proxy"}) set(name, without_proxy(now(name)));
  if (const auto path = path_with(az_stand_in, now("PATH"))) set("PATH", *path);
  if (server.authority.empty()) return variables;
  set(kHttpsEndpointName, server.https_endpoint);
  const TrustFiles trust = trust_files(server.authority, inherited);
  for (const char* name : {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"}) set(name, trust.bundle);
  set("NODE_EXTRA_CA_CERTS", server.authority);
  set("NODE_OPTIONS", node_options(now("NODE_OPTIONS")));
  for (Variable& variable : management_variables(server)) {
    variables.push_back(std::move(variable));
  }
  if (!trust.java_store.empty()) {
    set("JAVA_TOOL_OPTIONS", java_options(now("JAVA_TOOL_OPTIONS"), trust.java_store));
  }
  return variables;
}

}  // namespace dynsessions::client_environment
