#include <utility>

#include "emulator/base/timestamp.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/answers.h"
#include "emulator/surfaces/control_plane/odata_filter.h"
#include "emulator/surfaces/control_plane/operation.h"
#include "emulator/surfaces/control_plane/removal.h"

/// Resource groups, and lists of resources (CONTROL-PLANE.md sections 3.1 and 6).
namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

namespace {

using Json = nlohmann::ordered_json;

Resource resource_row(const ArmCall& call, const ResourceId& id, bool expanded) {
  const SessionPools& pools = call.services.store.session_pools();
  const PoolEnvelope envelope = pools.envelope_of(id);
  Json row{
      {"id", id.text()}, {"name", id.name}, {"type", id.type}, {"location", pools.location_of(id)}};
  if (!envelope.tags.empty()) row["tags"] = envelope.tags;
  if (expanded) {
    row["createdTime"] = timestamp(envelope.authorship.created_at);
    row["changedTime"] = timestamp(envelope.authorship.modified_at);
    row["provisioningState"] = "Succeeded";
  }
  return {std::move(row)};
}

bool is_wanted(const ResourceId& id, const ODataFilter& filter) {
  const auto matches = [&filter](const char* name, const std::string& value) {
    const std::string wanted = filter.value_of(name);
    return wanted.empty() || http::iequals(wanted, value);
  };
  return matches("resourcegroup", scope_of(id.scope).group) && matches("resourcetype", id.type) &&
         matches("name", id.name);
}

asio::awaitable<ArmAnswer> write_group(ArmCall& call, bool is_patch) {
  const ArmResult<ArmBody> body = co_await read_body(call.http);
  if (!body) co_return body.error();
  const auto written = call.services.store.write_group(call.scope, body->json, is_patch);
  if (!written) co_return written.error();
  co_return json_answer(written->resource.json, written->is_new ? 201 : 200);
}

}  // namespace

asio::awaitable<ArmAnswer> list_groups(ArmCall& call) {
  std::vector<Resource> shown;
  for (const Scope& scope : call.services.store.groups_in(call.scope.subscription)) {
    shown.push_back(call.services.store.show_group(scope));
  }
  co_return list_answer(shown);
}

asio::awaitable<ArmAnswer> get_group(ArmCall& call) {
  if (call.http.request.method == http::Method::head) {
    co_return empty_answer(call.services.store.has_group(call.scope) ? 204 : 404);
  }
  if (!call.services.store.has_group(call.scope)) {
    co_return resource_group_not_found(call.scope.group);
  }
  co_return json_answer(call.services.store.show_group(call.scope).json);
}

asio::awaitable<ArmAnswer> put_group(ArmCall& call) { return write_group(call, false); }
asio::awaitable<ArmAnswer> patch_group(ArmCall& call) { return write_group(call, true); }

/// Answers 202 with `Location`, even if the group is empty (CONTROL-PLANE.md section 3.1).
asio::awaitable<ArmAnswer> delete_group(ArmCall& call) {
  if (!call.services.store.has_group(call.scope)) {
    co_return resource_group_not_found(call.scope.group);
  }
  ResourceId id{Scope{call.scope.subscription}.text(), std::string(kResourceGroups),
                call.scope.group};
  RemovalOperation removal{"resourceGroups", "global", 200};
  co_return co_await remove_in_background(call, std::move(id), std::move(removal));
}

asio::awaitable<ArmAnswer> list_resources(ArmCall& call) {
  const auto& target = call.http.request.target;
  const auto filter = parse_odata_filter(target.query_value("$filter").value_or(""),
                                         "resourcegroup resourcetype name");
  if (!filter) co_return filter.error();
  const bool expanded = target.query_value("$expand").has_value();
  std::vector<Resource> shown;
  for (const ResourceId& id : call.services.store.list_resources(call.scope)) {
    if (is_wanted(id, *filter)) shown.push_back(resource_row(call, id, expanded));
  }
  co_return list_answer(shown);
}

}  // namespace dynsessions::surfaces::control_plane
