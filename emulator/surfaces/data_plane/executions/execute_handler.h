#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/http/filter.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

namespace dynsessions::surfaces::data_plane::executions {

/// Runs one program, in any dialect. In the flat dialect it can be asynchronous: then the answer
/// comes at once and has the address to poll. The answer of a synchronous one has the timing
/// headers of CONTRACT.md section 1.6, with times measured here.
[[nodiscard]] boost::asio::awaitable<http::Answer> execute(const Services& services,
                                                           const Route& route, http::Call& call);

/// Answers with the state or the outcome of an asynchronous execution. Never makes a session.
[[nodiscard]] boost::asio::awaitable<http::Answer> get_execution(const Services& services,
                                                                 const Route& route,
                                                                 http::Call& call);

}  // namespace dynsessions::surfaces::data_plane::executions
