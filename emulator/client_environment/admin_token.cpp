#include "emulator/client_environment/admin_token.h"

#include "emulator/base/read_text.h"
#include "emulator/client_environment/running_server.h"

namespace dynsessions::client_environment {
namespace {

std::string token_in_list(const std::string& admin_url, const config::Environment& environment) {
  for (const RunningServer& server : servers_of_user(environment)) {
    if (server.admin == admin_url) return server.admin_token;
  }
  return {};
}

}  // namespace

std::string admin_token_for(const std::string& admin_url, const config::ServerOptions& options,
                            const config::Environment& environment) {
  if (options.admin_token.rule == config::AdminToken::Rule::fixed) return options.admin_token.text;
  if (!options.ready_file.empty()) {
    const auto server = from_ready_line(read_text(options.ready_file));
    if (server && server->admin == admin_url) return server->admin_token;
  }
  return token_in_list(admin_url, environment);
}

std::string admin_token_for(const std::string& admin_url, const config::Environment& environment) {
  const std::string given = environment("DYNSESSIONS_ADMIN_TOKEN").value_or("");
  const bool is_token = !given.empty() && given != "auto" && given != "off";
  return is_token ? given : token_in_list(admin_url, environment);
}

}  // namespace dynsessions::client_environment
