#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/auth/token_check.h"
#include "emulator/http/message.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"
#include "emulator/surfaces/request_guard.h"

namespace dynsessions::surfaces::data_plane {

struct DataPlaneSettings {
  pools::PoolName default_pool;  ///< of requests on the bare root
  auth::TokenPolicy token_policy{};
  std::vector<std::string> allowed_hosts{};  ///< besides those that RequestGuard knows
  /// Whether answers may have `x-emulator-reason` and `x-emulator-warning`, which the real service
  /// has not.
  bool own_headers = true;
  /// What every answer has to warn of in `x-emulator-warning`; empty: of nothing.
  std::string warning{};
  contract::ContractOptions choices{};
};

/// The data plane of the service: every request of the emulated port. Keeps web pages out, checks
/// the token, finds the route, calls the handler, and dresses the answer as the service does
/// (CONTRACT.md section 1.6).
class DataPlane final : public http::Handler {
 public:
  DataPlane(Services services, DataPlaneSettings settings);

  boost::asio::awaitable<http::Response> handle(http::Request request,
                                                http::BodyReader& body) override;
  [[nodiscard]] http::Response refuse(const Error& error) override;

 private:
  boost::asio::awaitable<Result<http::Response>> dispatch(Route route, http::Request request,
                                                          http::BodyReader& body);
  [[nodiscard]] http::Response refusal(const Error& error, const std::string& correlation_id) const;
  void add_version_headers(http::Response& response, const ApiVersion& version,
                           bool is_guessed) const;
  void add_common_headers(http::Response& response, const std::string& correlation_id) const;

  Services services_;
  const DataPlaneSettings settings_;
  const VersionTable versions_;
  const RequestGuard guard_;
};

}  // namespace dynsessions::surfaces::data_plane
