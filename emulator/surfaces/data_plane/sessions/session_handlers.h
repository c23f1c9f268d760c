#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/http/message.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

/// Sessions as things to look at, list and end. None of these makes a session, and none resets its
/// cooldown (CONTRACT.md section 8 row 37).
namespace dynsessions::surfaces::data_plane::sessions {

[[nodiscard]] boost::asio::awaitable<Result<http::Response>> handle(const Services& services,
                                                                    Route route,
                                                                    http::Request request);

}  // namespace dynsessions::surfaces::data_plane::sessions
