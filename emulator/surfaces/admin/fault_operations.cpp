#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

using test_double::FaultBook;
using test_double::FaultRule;

http::Response rules_answer(const AdminCall& call) {
  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  for (const FaultRule& rule : call.services.faults.rules(call.pool)) {
    rules.push_back(test_double::to_json(rule));
  }
  return list_answer(std::move(rules));
}

Result<FaultBook::Rules> parse_rules(const AdminCall& call, const nlohmann::json& body) {
  const auto value = body.find("value");
  if (value == body.end() || !value->is_array() || body.size() != 1) {
    return wrong_field("value", "expected {\"value\": [rule, …]}");
  }
  if (value->size() > FaultBook::kMostRules) return wrong_field("value", "more than 1000 rules");
  FaultBook::Rules rules;
  for (std::size_t i = 0; i < value->size(); ++i) {
    auto rule = test_double::parse_fault_rule((*value)[i], call.services.faults.context(),
                                              "value[" + std::to_string(i) + ']');
    if (!rule) return rule.error();
    rules.push_back(*std::move(rule));
  }
  return rules;
}

}  // namespace

asio::awaitable<http::Answer> list_faults(AdminCall& call) { co_return rules_answer(call); }

asio::awaitable<http::Answer> put_faults(AdminCall& call) {
  const auto body = co_await read_object(call.http);
  if (!body) co_return body.error();
  auto rules = parse_rules(call, body->members);
  if (!rules) co_return rules.error();
  if (const auto exists = require_pool(call); !exists) co_return exists.error();
  const auto replaced = call.services.faults.replace(call.pool, *std::move(rules));
  if (!replaced) co_return replaced.error();
  co_return rules_answer(call);
}

asio::awaitable<http::Answer> add_fault(AdminCall& call) {
  const auto body = co_await read_object(call.http);
  if (!body) co_return body.error();
  auto rule = test_double::parse_fault_rule(body->members, call.services.faults.context(), "");
  if (!rule) co_return rule.error();
  if (const auto exists = require_pool(call); !exists) co_return exists.error();
  const auto added = call.services.faults.add(call.pool, *std::move(rule));
  if (!added) co_return added.error();
  co_return json_answer(test_double::to_json(**added), 201);
}

asio::awaitable<http::Answer> delete_faults(AdminCall& call) {
  call.services.faults.clear(call.pool);
  co_return no_content();
}

asio::awaitable<http::Answer> delete_fault(AdminCall& call) {
  const std::string& id = call.parameters["rule"];
  if (!call.services.faults.remove(call.pool, id)) {
    co_return Error{ErrorCode::fault_not_found, "There is no fault rule with the id " + id + ".",
                    "id", "GET …/faults lists them"};
  }
  co_return no_content();
}

}  // namespace dynsessions::surfaces::admin
