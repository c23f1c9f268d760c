#include <nlohmann/json.hpp>

#include "emulator/base/timestamp.h"
#include "emulator/base/value_kind.h"
#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"
#include "emulator/surfaces/admin/pool_answers.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

using Json = nlohmann::ordered_json;
using test_double::SlotHistory;

constexpr std::uint64_t kMostSlots = 100'000;

Json entries_json(const std::vector<SlotHistory::Entry>& entries) {
  Json list = Json::array();
  for (const SlotHistory::Entry& entry : entries) {
    Json json{{"at", timestamp(entry.at)}, {"identifier", entry.identifier}};
    if (!entry.session.empty()) json["session"] = entry.session;
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

asio::awaitable<http::Answer> get_slots(AdminCall& call) {
  pools::Pool* const pool = call.services.pools.find(*call.pool);
  if (pool == nullptr) co_return no_such_pool();
  if (const auto known = only_parameters(call.http, {"maxSessions"}); !known) {
    co_return known.error();
  }
  std::uint64_t slots = pool->definition().max_sessions;
  if (const auto text = call.http.request.target.query_value("maxSessions")) {
    const auto number = value_kinds::parse_number(*text, 0, kMostSlots);
    if (!number) co_return wrong_field("maxSessions", "expected a whole number from 0 to 100000");
    slots = *number;
  }
  const SlotHistory::Estimate estimate = call.services.slots.estimate(*call.pool, slots);
  Json json{{"maxSessions", slots}, {"held", slots_json(*pool)}};
  json["allocated"] = estimate.allocated;
  json["peak"] = estimate.peak;
  json["wouldRefuse"] = entries_json(estimate.would_refuse);
  json["refused"] = entries_json(estimate.refused);
  json["complete"] = estimate.is_complete;
  co_return json_answer(json);
}

}  // namespace dynsessions::surfaces::admin
