#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/api/routes.h"
#include "emulator/api/services.h"
#include "emulator/http/message.h"

namespace dynsessions::api::code_interpreter {

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

}  // namespace dynsessions::api::code_interpreter
