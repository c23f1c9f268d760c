#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/api/routes.h"
#include "emulator/api/services.h"
#include "emulator/http/message.h"

/// Sessions as things to look at, list and end. None of these makes a session, and none resets its
/// cooldown (CONTRACT.md section 8 row 37).
namespace dynsessions::api::session_management {

[[nodiscard]] boost::asio::awaitable<Result<http::Response>> handle(const Services& services,
                                                                    Route route,
                                                                    http::Request request);

}  // namespace dynsessions::api::session_management
