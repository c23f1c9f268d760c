#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/auth/token_check.h"
#include "emulator/http/message.h"
#include "emulator/surfaces/data_plane/answer_filter.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"
#include "emulator/surfaces/data_plane/token_filter.h"
#include "emulator/surfaces/guard_filter.h"

namespace dynsessions::surfaces::data_plane {

struct DataPlaneSettings {
  pools::PoolName default_pool;      ///< of requests on the bare root
  auth::TokenPolicy token_policy{};  ///< its rule is replaced by that of each pool's definition
  /// Role assignments. nullptr: only claims of tokens give the role. Outlives the data plane.
  const pools::PoolRoles* roles = nullptr;
  std::vector<std::string> allowed_hosts{};  ///< accepted in addition to the hosts of RequestGuard
  /// Whether answers have `x-emulator-reason` and `x-emulator-warning`, which the real service does
  /// not send.
  bool own_headers = true;
  /// Text of `x-emulator-warning` in every answer; empty: no such header.
  std::string warning{};
  contract::ContractOptions contract_options{};
  /// Filters that receive finished answers, such as the journal.
  std::vector<http::Filter*> outer_filters{};
  /// Filters that run directly before the operation, such as faults.
  std::vector<http::Filter*> inner_filters{};
};

/// The data plane of the service: every request of the emulated port. Finds the operation, then
/// lets the request pass the filters (http/filter.h): `outer_filters` of the settings,
/// AnswerFilter, GuardFilter, TokenFilter, `inner_filters` of the settings; after them the
/// operation runs.
class DataPlane final : public http::Handler {
 public:
  DataPlane(Services services, DataPlaneSettings settings);

  boost::asio::awaitable<http::Response> handle(http::Exchange& exchange, http::Request request,
                                                http::BodyReader& body) override;
  [[nodiscard]] http::Response refuse(http::Exchange& exchange, const Error& error) override;

 private:
  void describe(http::Exchange& exchange, const http::Request& request,
                const Result<Route>& route) const;
  [[nodiscard]] std::optional<Error> refusal_by_pool(const http::Exchange& exchange) const;
  boost::asio::awaitable<http::Answer> run(const Result<Route>& route, http::Call& call);

  const Services services_;
  const pools::PoolName default_pool_;
  const VersionTable versions_;
  AnswerFilter answer_filter_;
  GuardFilter guard_;
  TokenFilter token_;
  std::vector<http::Filter*> filters_;
};

}  // namespace dynsessions::surfaces::data_plane
