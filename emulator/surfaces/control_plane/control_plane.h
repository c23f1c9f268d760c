#pragma once

#include <string>
#include <vector>

#include "emulator/http/filter.h"
#include "emulator/surfaces/control_plane/services.h"
#include "emulator/surfaces/guard_filter.h"
#include "emulator/surfaces/surface.h"

namespace dynsessions::surfaces::control_plane {

/// Names of the operations, as the log shows them.
[[nodiscard]] std::vector<std::string> operation_names();

/// Azure Resource Manager (api-spec/CONTROL-PLANE.md): `Microsoft.App/sessionPools`, which are the
/// declared pools of the catalog, and the other resources that clients read: the cloud,
/// subscriptions, providers, resource groups, roles. Available over https only, except the
/// description of the cloud. Refusals have ARM's envelope. Event-loop thread only.
class ControlPlane final : public Surface {
 public:
  /// `outer` filters receive finished answers, and refusals as errors; `inner` filters run directly
  /// before the operation. They outlive the surface.
  ControlPlane(Services services, RequestGuard guard, std::vector<http::Filter*> outer = {},
               std::vector<http::Filter*> inner = {});

  [[nodiscard]] bool has(const http::Request& request) const override;
  boost::asio::awaitable<http::Response> handle(http::Exchange& exchange, http::Request request,
                                                http::BodyReader& body) override;
  [[nodiscard]] http::Response refuse(http::Exchange& exchange, const Error& error) override;

 private:
  void add_common_headers(http::Response& response, const http::Exchange& exchange) const;

  const Services services_;
  GuardFilter guard_;
  const std::vector<http::Filter*> outer_;
  const std::vector<http::Filter*> inner_;
};

}  // namespace dynsessions::surfaces::control_plane
