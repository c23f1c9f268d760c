#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "emulator/api/routes.h"
#include "emulator/api/services.h"
#include "emulator/core/identifiers.h"
#include "emulator/http/message.h"

namespace dynsessions::api {

/// The identifier of a request: the query's, or the one that its body had (CONTRACT.md section
/// 1.2: the query wins).
[[nodiscard]] Result<SessionIdentifier> session_identifier(
    const Route& route, const http::Request& request,
    const std::optional<std::string>& from_body = {});

/// The session that a request is about, made on first use.
[[nodiscard]] boost::asio::awaitable<Result<sessions::SessionLease>> acquire_session(
    const Services& services, Route route, SessionIdentifier identifier);

}  // namespace dynsessions::api
