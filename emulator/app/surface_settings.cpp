#include "emulator/app/surface_settings.h"

#include <utility>

#include <boost/asio/ip/address.hpp>

#include "emulator/auth/random_token.h"
#include "emulator/http/router.h"
#include "emulator/surfaces/control_plane/control_plane.h"
#include "emulator/surfaces/data_plane/operations.h"
#include "emulator/surfaces/identity/identity_surface.h"

namespace dynsessions {
namespace asio = boost::asio;

std::vector<std::string> allowed_hosts(const config::Config& config) {
  std::vector<std::string> hosts = config.server.allowed_hosts;
  const auto address = asio::ip::make_address(config.server.listen);
  if (!address.is_unspecified()) hosts.push_back(config.server.listen);
  for (const tls::Name& name : config.server.tls_names) hosts.push_back(name.text());
  return hosts;
}

surfaces::data_plane::DataPlaneSettings data_plane_settings(
    const config::Config& config, const std::optional<TierChoice>& tier, auth::SigningKeys& keys,
    const pools::PoolRoles& roles, http::Filter& journal, http::Filter& faults) {
  return {.default_pool = config.pool.id,
          .token_policy = {config.pool.auth, config.server.executors, config.server.role_missing,
                           &keys},
          .roles = &roles,
          .allowed_hosts = allowed_hosts(config),
          .own_headers = !config.server.exact,
          .warning = tier ? warning_of(*tier) : "",
          .contract_options = config.contract,
          .outer_filters = {&journal},
          .inner_filters = {&faults}};
}

test_double::FaultContext fault_context() {
  using test_double::FaultNeed;
  test_double::FaultContext context;
  const auto add = [&context](std::vector<std::string> names, FaultNeed has) {
    for (std::string& name : names) context.operations.push_back({std::move(name), has});
  };
  std::vector<std::string> of_data_plane;
  http::add_names(of_data_plane, surfaces::data_plane::operations());
  add(std::move(of_data_plane), FaultNeed::session);
  add(surfaces::control_plane::operation_names(), FaultNeed::token);
  add(surfaces::identity::operation_names(), FaultNeed::nothing);
  return context;
}

std::string admin_token_for(const config::ServerOptions& server) {
  using Rule = config::AdminToken::Rule;
  const bool is_exposed = !asio::ip::make_address(server.listen).is_loopback();
  const bool is_random = server.admin_token.rule == Rule::automatic && is_exposed;
  return is_random ? auth::random_token() : server.admin_token.text;
}

}  // namespace dynsessions
