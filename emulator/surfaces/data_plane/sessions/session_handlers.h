#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/http/filter.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

/// Handlers that show, list and end sessions (OperationHandler). None of these makes a session, and
/// none resets its cooldown (CONTRACT.md section 8 row 37).
namespace dynsessions::surfaces::data_plane::sessions {

[[nodiscard]] boost::asio::awaitable<http::Answer> get(const Services& services, const Route& route,
                                                       http::Call& call);

[[nodiscard]] boost::asio::awaitable<http::Answer> list(const Services& services,
                                                        const Route& route, http::Call& call);

[[nodiscard]] boost::asio::awaitable<http::Answer> remove(const Services& services,
                                                          const Route& route, http::Call& call);

}  // namespace dynsessions::surfaces::data_plane::sessions
