#pragma once

#include <boost/asio/awaitable.hpp>

#include "emulator/api/routes.h"
#include "emulator/api/services.h"
#include "emulator/http/message.h"

namespace dynsessions::api::code_interpreter {

/// Runs one program synchronously, in any dialect. The answer carries the timing headers of
/// CONTRACT.md section 1.6, with times really measured here.
[[nodiscard]] boost::asio::awaitable<Result<http::Response>> execute(const Services& services,
                                                                     Route route,
                                                                     http::Request request,
                                                                     http::BodyReader& body);

}  // namespace dynsessions::api::code_interpreter
