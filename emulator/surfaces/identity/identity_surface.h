#pragma once

#include <string>
#include <vector>

#include "emulator/http/filter.h"
#include "emulator/surfaces/guard_filter.h"
#include "emulator/surfaces/identity/services.h"
#include "emulator/surfaces/surface.h"

namespace dynsessions::surfaces::identity {

/// Names of the operations, as the log shows them.
[[nodiscard]] std::vector<std::string> operation_names();

/// Token endpoints that need no Azure account, for the credentials of the Azure SDKs
/// (api-spec/CLIENTS.md section 4):
///   /msi/token                          managed identity of App Service, and its older form
///   /metadata/identity/oauth2/token     managed identity of virtual machines (IMDS)
///   /{tenant}/oauth2/v2.0/token …       Microsoft Entra and AD FS: secrets, assertions, passwords
///   …/.well-known/openid-configuration, …/discovery/…   documents that clients read first
///
/// Every answer is JSON. The text of a refusal includes the cure, because clients show nothing else
/// (quirk 40). Any secret is accepted, and no token is needed; RequestGuard keeps web pages out.
class IdentitySurface final : public Surface {
 public:
  /// `outer` filters receive finished answers, and refusals as errors; `inner` filters run directly
  /// before the operation. They outlive the surface.
  IdentitySurface(Services services, RequestGuard guard, std::vector<http::Filter*> outer = {},
                  std::vector<http::Filter*> inner = {});

  [[nodiscard]] bool has(const http::Request& request) const override;
  boost::asio::awaitable<http::Response> handle(http::Exchange& exchange, http::Request request,
                                                http::BodyReader& body) override;
  [[nodiscard]] http::Response refuse(http::Exchange& exchange, const Error& error) override;

 private:
  const Services services_;
  GuardFilter guard_;
  std::vector<http::Filter*> filters_;
};

}  // namespace dynsessions::surfaces::identity
