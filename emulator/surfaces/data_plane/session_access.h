#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "emulator/base/identifiers.h"
#include "emulator/http/filter.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

namespace dynsessions::surfaces::data_plane {

/// Returns the identifier of a request, from its query or else from its body (CONTRACT.md section
/// 1.2), and records it in the Exchange.
[[nodiscard]] Result<SessionIdentifier> session_identifier(
    const Route& route, http::Call& call, const std::optional<std::string>& from_body = {});

/// Returns the session of a request, which is made on first use, and records it in the Exchange.
/// All arguments must outlive the call.
[[nodiscard]] boost::asio::awaitable<Result<pools::SessionLease>> acquire_session(
    const Services& services, const Route& route, http::Exchange& exchange,
    SessionIdentifier identifier);

}  // namespace dynsessions::surfaces::data_plane
