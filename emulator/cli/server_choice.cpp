#include "emulator/cli/server_choice.h"

#include <cstdio>
#include <stdexcept>

#include "emulator/cli/readiness_report.h"
#include "emulator/client_environment/admin_token.h"

namespace dynsessions::cli {
namespace {

using client_environment::RunningServer;

std::optional<RunningServer> last_server() {
  const auto servers = client_environment::servers_of_user(config::process_environment);
  if (servers.empty()) return std::nullopt;
  if (servers.size() > 1) {
    std::fprintf(stderr, "dynsessions: of %zu servers, the last one is used: %s\n", servers.size(),
                 servers.front().endpoint.c_str());
  }
  return servers.front();
}

bool is_url(const std::string& name) {
  return name.starts_with("http://") || name.starts_with("https://");
}

}  // namespace

RunningServer named_server(const std::string& name) {
  if (is_url(name)) {
    return client_environment::server_at(
        name, client_environment::admin_token_for(name, config::process_environment));
  }
  if (name != "last") return client_environment::server_of_ready_file(name);
  const auto last = last_server();
  if (last) return *last;
  throw std::runtime_error(
      "no server: this user runs no listed server; start one with `dynsessions serve`, or name "
      "its ready file or the URL of its admin port");
}

RunningServer chosen_server(const Invocation& call) {
  const auto flag = call.flags.find(kServerFlag.name);
  if (flag != call.flags.end()) return named_server(flag->second);
  const config::Settings settings = settings_of(call);
  const auto is_set = [&settings](std::string_view key) {
    return settings.origin_of(key).source != config::Source::built_in;
  };
  const config::ServerOptions& server = settings.config.server;
  if (!server.ready_file.empty() && (!is_set("admin-port") || server.admin_port == 0)) {
    return client_environment::server_of_ready_file(server.ready_file);
  }
  if (!is_set("admin-port") && !is_set("listen")) {
    if (const auto last = last_server()) return *last;
  }
  const std::string url = *readiness::admin_url(settings.config);
  return client_environment::server_at(
      url, client_environment::admin_token_for(url, server, config::process_environment));
}

}  // namespace dynsessions::cli
