#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emulator/pools/session_pool.h"
#include "emulator/surfaces/data_plane/routes.h"

namespace dynsessions::surfaces::data_plane::sessions {

/// One page of a list of sessions.
struct SessionPage {
  std::vector<pools::SessionInfo> sessions;
  std::optional<std::string> next_link;
};

/// `/session` (CONTRACT.md section 2.4), or `/.management/getSession` (section 3.1), which calls
/// the end of the session `expiresAt` and not `expireAt`.
[[nodiscard]] std::string session_json(const Route& route, const pools::SessionInfo& session);

/// `/listSessions`: `sessions` and `nextLink`; `/.management/listSessions`: `value`, `count` and
/// `nextLink`.
[[nodiscard]] std::string session_page_json(const Route& route, const SessionPage& page);

}  // namespace dynsessions::surfaces::data_plane::sessions
