#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/api/routes.h"
#include "emulator/api/services.h"
#include "emulator/http/message.h"

namespace dynsessions::api::metadata {

/// `GET /metadata` (CONTRACT.md section 2.4): runtime, packages and kernel of the pool, as they are
/// in the environment that sessions really run in.
[[nodiscard]] boost::asio::awaitable<Result<http::Response>> handle(const Services& services,
                                                                    Route route);

}  // namespace dynsessions::api::metadata
