#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "emulator/base/identifiers.h"
#include "emulator/http/filter.h"
#include "emulator/surfaces/data_plane/routes.h"
#include "emulator/surfaces/data_plane/services.h"

namespace dynsessions::surfaces::data_plane {

/// The identifier of a request: the query's, or the one that its body had (CONTRACT.md section
/// 1.2: the query wins). Notes it in the Exchange.
[[nodiscard]] Result<SessionIdentifier> session_identifier(
    const Route& route, http::Call& call, const std::optional<std::string>& from_body = {});

/// The session that a request is about, made on first use. Notes it in the Exchange, which like
/// the other arguments outlives the call.
[[nodiscard]] boost::asio::awaitable<Result<pools::SessionLease>> acquire_session(
    const Services& services, const Route& route, http::Exchange& exchange,
    SessionIdentifier identifier);

}  // namespace dynsessions::surfaces::data_plane
