#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>

#include "emulator/base/json_text.h"
#include "emulator/base/printable.h"
#include "emulator/cli/admin_command.h"
#include "emulator/cli/server_choice.h"
#include "emulator/client_environment/identity_request.h"
#include "emulator/http/text.h"
#include "emulator/net/client/http_client.h"
#include "emulator/template_files/template_files.h"

/// `dynsessions pool apply`: a client of the server's Azure Resource Manager, as az is one.
namespace dynsessions::cli {
namespace {

using Json = nlohmann::ordered_json;
using client_environment::RunningServer;
using template_files::Document;

constexpr const char* kDeploymentVersion = "2025-04-01";
constexpr const char* kPoolVersion = "2025-07-01";
constexpr std::chrono::seconds kLongestDeployment{120};
constexpr std::size_t kLargestAnswer = std::size_t{64} << 20;

/// The resource group and subscription to deploy to.
struct Place {
  std::string subscription;
  std::string group;
};

/// Subscription and group of the options if they were given, otherwise those of the server.
Place place_of(const Invocation& call, const RunningServer& server) {
  Place place{server.subscription, server.resource_group};
  const config::Settings settings = settings_of(call);
  const auto is_set = [&settings](std::string_view key) {
    return settings.origin_of(key).source != config::Source::built_in;
  };
  if (is_set("subscription")) place.subscription = settings.config.pool.id.subscription;
  if (is_set("resource-group")) place.group = settings.config.pool.id.resource_group;
  return place;
}

/// Sends requests with a token of the server's own identity endpoint.
class ArmClient {
 public:
  explicit ArmClient(const RunningServer& server) : server_(server) {
    if (server.arm.empty()) {
      throw std::runtime_error(
          "the server has no HTTPS port, and Azure Resource Manager is served over HTTPS only; "
          "start it without `--https-port off`");
    }
    const auto answer = client_environment::request_token({server.identity_endpoint, "dynsessions"},
                                                          server.arm + "/");
    if (!answer) throw std::runtime_error(answer.error().message);
    token_ = text_of(parse_ordered_json(*answer), "access_token");
  }

  /// Sends a request to a path of ARM, with its query.
  net::HttpReply send(const std::string& method, const std::string& path,
                      std::string body = {}) const {
    const auto url = net::HttpUrl::parse(server_.arm);
    if (!url) throw std::runtime_error(url.error().message);
    net::HttpRequest request;
    request.method = method;
    request.target = path;
    request.headers.add("authorization", "Bearer " + token_);
    if (!body.empty()) request.headers.add("content-type", "application/json");
    request.body = std::move(body);
    request.timeouts.answer = kLongestDeployment;
    request.timeouts.total = kLongestDeployment;
    auto reply = net::fetch_blocking(*url, std::move(request), kLargestAnswer,
                                     {.ca_file = server_.authority});
    if (!reply) throw std::runtime_error(reply.error().message);
    return *std::move(reply);
  }

 private:
  const RunningServer& server_;
  std::string token_;
};

std::string path_of(const Document& document, const Place& place) {
  std::string path = "/subscriptions/" + http::percent_encode(place.subscription);
  if (document.kind != Document::Kind::subscription_template) {
    path += "/resourceGroups/" + http::percent_encode(place.group);
  }
  path += document.kind == Document::Kind::pool ? "/providers/Microsoft.App/sessionPools/"
                                                : "/providers/Microsoft.Resources/deployments/";
  const char* const version =
      document.kind == Document::Kind::pool ? kPoolVersion : kDeploymentVersion;
  return path + http::percent_encode(document.name) + "?api-version=" + version;
}

std::string body_of(const Document& document) {
  if (document.kind == Document::Kind::pool) return document.content.dump();
  nlohmann::json body = document.deployment_body();
  // Azure requires a location here but only stores it: every resource has a separate location.
  if (document.kind == Document::Kind::subscription_template) body["location"] = "northeurope";
  return body.dump();
}

/// "CODE: message", with the details below it.
std::string lines_of(const Json& error, const std::string& indent = {}) {
  std::string lines = indent + text_of(error, "code") + ": " + text_of(error, "message") + '\n';
  for (const Json& detail : error.value("details", Json::array())) {
    lines += lines_of(detail, indent + "  ");
  }
  return lines;
}

/// Returns the error of a deployment, which GET shows; null if the deployment did not fail.
Json failure_of(const Json& answer) {
  if (!answer.is_object()) return nullptr;
  if (answer.contains("error")) return answer["error"];
  const Json properties = answer.value("properties", Json::object());
  return properties.is_object() ? properties.value("error", Json()) : Json();
}

/// The ids of the resources that the deployment made or changed.
std::string shown(const Document& document, const Json& answer) {
  if (document.kind == Document::Kind::pool) return text_of(answer, "id") + '\n';
  std::string lines;
  const Json properties = answer.value("properties", Json::object());
  for (const Json& resource : properties.value("outputResources", Json::array())) {
    lines += text_of(resource, "id") + '\n';
  }
  const Json outputs = properties.value("outputs", Json::object());
  for (const auto& [name, output] : outputs.items()) {
    lines += printable(name) + " = " + text_of(output, "value") + '\n';
  }
  return lines;
}

ExitCode apply(const Invocation& call, const ArmClient& arm, const Document& document,
               const Place& place) {
  const std::string path = path_of(document, place);
  net::HttpReply reply = arm.send("PUT", path, body_of(document));
  // The answer to the PUT of a deployment does not show whether the deployment failed.
  const bool is_deployment = document.kind != Document::Kind::pool;
  if (is_deployment && reply.status < 300) reply = arm.send("GET", path);
  const Json answer = parse_ordered_json(reply.body);
  const Json failure = failure_of(answer);
  if (reply.status >= 300 || !failure.is_null()) {
    const std::string lines =
        failure.is_object() ? lines_of(failure) : "status " + std::to_string(reply.status) + '\n';
    std::fprintf(stderr, "dynsessions: `%s`: %s", document.path.c_str(), lines.c_str());
    return failed;
  }
  const std::string text = wants_json(call) ? reply.body + '\n' : shown(document, answer);
  std::fputs(text.c_str(), stdout);
  return stopped;
}

ExitCode apply_files(const Invocation& call) {
  if (call.arguments.empty()) {
    throw config::ConfigError(
        "`pool apply` needs the name of a file\nTry `dynsessions pool apply "
        "--help`.");
  }
  std::vector<Document> documents;
  try {
    documents = template_files::read_template_files(call.arguments, config::process_environment);
  } catch (const template_files::TemplateFileError& error) {
    throw config::ConfigError(error.what());
  }
  const RunningServer server = chosen_server(call);
  const ArmClient arm(server);
  const Place place = place_of(call, server);
  for (const Document& document : documents) {
    const ExitCode code = apply(call, arm, document, place);
    if (code != stopped) return code;
  }
  return stopped;
}

constexpr Flag kApplyFlags[] = {kServerFlag, kOutputFlag};
constexpr std::string_view kApplyOptions[] = {"resource-group", "subscription", "admin-port",
                                              "listen", "ready-file"};

}  // namespace

const Command kPoolApply{
    .name = "pool apply",
    .summary = "Create session pools of a running server from Azure's own files.",
    .description =
        "Deploys ARM templates, each with the parameters files behind it, and bodies of session "
        "pools, as\nAzure Resource Manager takes them. A .bicep file is compiled if `bicep` is on "
        "PATH. Files are read\nbefore anything is sent; the first one that the server refuses ends "
        "the command.\n",
    .examples =
        "  dynsessions pool apply main.json main.parameters.json\n"
        "  dynsessions pool apply main.bicep --resource-group rg1\n"
        "  dynsessions pool apply pool.json -o json\n",
    .exit_codes =
        "  0  done\n"
        "  1  the server cannot be reached, or refused; stderr says why\n"
        "  2  wrong usage, or a file that cannot be used\n",
    .flags = kApplyFlags,
    .takes_options = true,
    .common_options = kApplyOptions,
    .argument = "FILE…",
    .run = apply_files,
};

}  // namespace dynsessions::cli
