#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/http/filter.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

namespace dynsessions::surfaces::data_plane::metadata {

/// `GET /metadata` (CONTRACT.md section 2.4): runtime, packages and kernel of the pool, as they are
/// in the environment that sessions really run in.
[[nodiscard]] boost::asio::awaitable<http::Answer> get(const Services& services, const Route& route,
                                                       http::Call& call);

}  // namespace dynsessions::surfaces::data_plane::metadata
