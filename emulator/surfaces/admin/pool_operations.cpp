#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/base/timestamp.h"
#include "emulator/http/text.h"
#include "emulator/pools/pool_members.h"
#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"
#include "emulator/surfaces/admin/pool_answers.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

using Json = nlohmann::ordered_json;

/// Members of the answer that describe the state of a pool and not its definition. They are ignored
/// in a body, so that an answer can be sent back.
constexpr std::array kReadOnlyMembers{"path", "state"};

Json slot_json(const pools::SessionInfo& session) {
  Json slot{{"identifier", session.identifier.text()}, {"session", session.guid}};
  slot["heldUntil"] = timestamp(session.expires_at);
  slot["calls"] = session.calls;
  return slot;
}

Json state_json(pools::Pool& pool) {
  Json slots = slots_json(pool);
  const execution::Readiness readiness = pool.readiness();
  Json state{{"sessions", slots.size()}, {"readySessions", readiness.in_reserve}};
  state["freeSlots"] = pool.definition().max_sessions -
                       std::min<std::size_t>(slots.size(), pool.definition().max_sessions);
  state["slots"] = std::move(slots);
  if (readiness.failure) state["failure"] = readiness.failure->message;
  return state;
}

Json pool_json(pools::Pool& pool) {
  Json json = pools::to_json(pool.definition());
  json["path"] = pool.definition().id.path();
  json["state"] = state_json(pool);
  return json;
}

bool same_name(const pools::PoolName& left, const pools::PoolName& right) {
  return left.key() == right.key();
}

/// Returns `base` with the members of the body. `base` has the name from the request's path.
Result<pools::PoolDefinition> with_body(pools::PoolDefinition base, nlohmann::json body) {
  for (const char* member : kReadOnlyMembers) body.erase(member);
  const pools::PoolName id = base.id;
  auto wanted = pools::with_members(std::move(base), body);
  if (!wanted) return wanted.error();
  if (!same_name(wanted->id, id)) {
    return wrong_field("name", "the body names another pool than the path of the request");
  }
  wanted->id = id;
  return wanted;
}

asio::awaitable<http::Answer> put(AdminCall& call, pools::PoolDefinition base, unsigned status) {
  auto body = co_await read_object(call.http);
  if (!body) co_return body.error();
  const auto wanted = with_body(std::move(base), std::move(body->members));
  if (!wanted) co_return wanted.error();
  const auto pool = call.services.pools.put(*wanted);
  if (!pool) co_return pool.error();
  co_return json_answer(pool_json(**pool), status);
}

}  // namespace

Error no_such_pool() {
  return {ErrorCode::pool_not_found, "There is no pool of this name.", "pool",
          "a pool exists from its first request on, or when it is declared with PUT"};
}

Json slots_json(pools::Pool& pool) {
  Json slots = Json::array();
  for (const pools::SessionInfo& session : pool.sessions().list()) {
    slots.push_back(slot_json(session));
  }
  return slots;
}

asio::awaitable<http::Answer> list_pools(AdminCall& call) {
  Json pools = Json::array();
  for (pools::Pool* pool : call.services.pools.all()) pools.push_back(pool_json(*pool));
  co_return list_answer(std::move(pools));
}

asio::awaitable<http::Answer> get_pool(AdminCall& call) {
  pools::Pool* const pool = call.services.pools.find(*call.pool);
  if (pool == nullptr) co_return no_such_pool();
  co_return json_answer(pool_json(*pool));
}

asio::awaitable<http::Answer> put_pool(AdminCall& call) {
  pools::PoolDefinition base = call.services.pools.default_pool();
  base.id = *call.pool;
  const bool exists = call.services.pools.find(*call.pool) != nullptr;
  const Result<void> usable = exists ? Result<void>() : pools::check_name(base.id);
  if (!usable) co_return usable.error();
  co_return co_await put(call, std::move(base), exists ? 200 : 201);
}

asio::awaitable<http::Answer> patch_pool(AdminCall& call) {
  pools::Pool* const pool = call.services.pools.find(*call.pool);
  if (pool == nullptr) co_return no_such_pool();
  co_return co_await put(call, pool->definition(), 200);
}

asio::awaitable<http::Answer> delete_pool(AdminCall& call) {
  if (same_name(*call.pool, call.services.pools.default_pool().id)) {
    co_return Error{ErrorCode::conflict, "The default pool cannot be deleted.", "pool",
                    "requests without a pool in their path are its own; POST …/reset empties it"};
  }
  const bool removed = co_await call.services.pools.remove(*call.pool);
  if (!removed) co_return no_such_pool();
  call.services.faults.clear(call.pool);
  call.services.journal.clear(call.pool);
  call.services.scripts.clear(call.pool);
  call.services.slots.clear(call.pool);
  co_return no_content();
}

}  // namespace dynsessions::surfaces::admin
