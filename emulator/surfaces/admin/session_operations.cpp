#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/base/timestamp.h"
#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of(pools::SessionState state) {
  switch (state) {
    case pools::SessionState::allocating:
      return "allocating";
    case pools::SessionState::active:
      return "active";
    case pools::SessionState::ending:
      return "ending";
    case pools::SessionState::ended:
      return "ended";
  }
  return "";
}

/// `calls` under way keep the session from expiring.
Json session_json(const pools::Pool& pool, const pools::SessionInfo& session) {
  Json json{{"session", session.guid}, {"identifier", session.identifier.text()}};
  json["pool"] = pool.definition().id.name;
  json["state"] = name_of(session.state);
  json["createdAt"] = timestamp(session.created_at);
  json["lastAccessedAt"] = timestamp(session.last_accessed_at);
  json["expiresAt"] = timestamp(session.expires_at);
  json["calls"] = session.calls;
  return json;
}

struct Found {
  std::shared_ptr<pools::Pool> pool;  ///< shared, since the catalog can remove it
  pools::SessionInfo session;
};

/// The session whose guid the path names.
std::optional<Found> find(const AdminCall& call) {
  const std::string& guid = call.parameters["session"];
  for (pools::Pool* pool : pools_of(call)) {
    for (pools::SessionInfo& session : pool->sessions().list()) {
      if (session.guid == guid) return Found{pool->shared_from_this(), std::move(session)};
    }
  }
  return std::nullopt;
}

Error no_such_session() {
  return {ErrorCode::session_not_found, "There is no session of this guid.", "session",
          "it has ended, or this is an identifier: GET …/sessions lists the guids"};
}

}  // namespace

asio::awaitable<http::Answer> list_sessions(AdminCall& call) {
  if (const auto known = only_parameters(call.http, {"identifier"}); !known) {
    co_return known.error();
  }
  const auto identifier = call.http.request.target.query_value("identifier");
  Json sessions = Json::array();
  for (pools::Pool* pool : pools_of(call)) {
    for (const pools::SessionInfo& session : pool->sessions().list()) {
      const bool wanted = !identifier || session.identifier.text() == *identifier;
      if (wanted) sessions.push_back(session_json(*pool, session));
    }
  }
  co_return list_answer(std::move(sessions));
}

asio::awaitable<http::Answer> get_session(AdminCall& call) {
  const auto found = find(call);
  if (!found) co_return no_such_session();
  co_return json_answer(session_json(*found->pool, found->session));
}

asio::awaitable<http::Answer> delete_session(AdminCall& call) {
  const auto found = find(call);
  if (!found) co_return no_such_session();
  pools::SessionPool& sessions = found->pool->sessions();
  const bool ended =
      co_await sessions.end_session(found->session.identifier, pools::EndReason::evicted);
  if (!ended) co_return no_such_session();
  co_return no_content();
}

asio::awaitable<http::Answer> restart_kernel(AdminCall& call) {
  const auto found = find(call);
  if (!found) co_return no_such_session();
  const bool killed = co_await found->pool->sessions().kill_kernels(found->session.identifier);
  if (!killed) co_return no_such_session();
  const auto session = found->pool->sessions().find(found->session.identifier);
  if (!session) co_return no_such_session();
  co_return json_answer(session_json(*found->pool, *session));
}

}  // namespace dynsessions::surfaces::admin
