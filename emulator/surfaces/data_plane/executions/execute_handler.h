#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/http/filter.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

namespace dynsessions::surfaces::data_plane::executions {

/// Runs one program, in any dialect; in the flat one also asynchronously, which answers at once
/// with where to ask. The answer of a synchronous one carries the timing headers of CONTRACT.md
/// section 1.6, with times really measured here.
[[nodiscard]] boost::asio::awaitable<http::Answer> execute(const Services& services,
                                                           const Route& route, http::Call& call);

/// How an asynchronous execution goes, or went. Never makes a session.
[[nodiscard]] boost::asio::awaitable<http::Answer> get_execution(const Services& services,
                                                                 const Route& route,
                                                                 http::Call& call);

}  // namespace dynsessions::surfaces::data_plane::executions
