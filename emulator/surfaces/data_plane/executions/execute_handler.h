#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/http/message.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

namespace dynsessions::surfaces::data_plane::executions {

/// Runs one program, in any dialect; in the flat one also asynchronously, which answers at once
/// with where to ask. The answer of a synchronous one carries the timing headers of CONTRACT.md
/// section 1.6, with times really measured here.
[[nodiscard]] boost::asio::awaitable<Result<http::Response>> execute(const Services& services,
                                                                     Route route,
                                                                     http::Request request,
                                                                     http::BodyReader& body);

/// How an asynchronous execution goes, or went. Never makes a session.
[[nodiscard]] boost::asio::awaitable<Result<http::Response>> get_execution(const Services& services,
                                                                           Route route,
                                                                           http::Request request);

}  // namespace dynsessions::surfaces::data_plane::executions
