#pragma once

#include <string>

#include "emulator/base/result.h"
#include "emulator/http/exchange.h"
#include "emulator/http/message.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/surfaces/data_plane/api_version.h"

namespace dynsessions::surfaces::data_plane {

struct Operation;

/// Operation, version and pool that a request addresses.
struct Route {
  const Operation* operation;  ///< never null; a row of operations.h
  Dialect dialect;             ///< shape of the answer
  const ApiVersion* version;   ///< never null; points into the table of versions
  bool version_is_guessed;     ///< the requested one is unknown to us
  pools::PoolName pool;
  std::string name;       ///< `{name}` of a file or `{id}` of an execution, decoded, or empty
  std::string pool_path;  ///< the part of the path that names the pool: "" or "/subscriptions/…"
};

/// Finds the route of a request. Any prefix that ends in `sessionPools/{pool}` is the pool's path;
/// a path without it refers to `default_pool`. Segments compare without regard to case.
/// `route_not_found` for a path or method that no dialect has; its message names the methods of the
/// path, or the nearest path. `versions` must outlive the route.
[[nodiscard]] Result<Route> match_route(const http::Request& request,
                                        const pools::PoolName& default_pool,
                                        const VersionTable& versions);

/// Returns the pool that the path of a request names, or `default_pool`. Works for paths without a
/// route, too.
[[nodiscard]] pools::PoolName pool_of(const http::Request& request,
                                      const pools::PoolName& default_pool);

/// Returns the pool whose name the Exchange contains.
[[nodiscard]] pools::PoolName pool_named_in(const http::Exchange& exchange);

/// An absolute URL in the route's pool, on the address that the client itself used: of `operation`,
/// such as "/listSessions", with the route's api-version and `query`, such as "skip=300".
[[nodiscard]] std::string link_to(const Route& route, const http::Request& request,
                                  std::string_view operation, std::string_view query);

}  // namespace dynsessions::surfaces::data_plane
