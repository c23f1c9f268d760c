#include <utility>

#include <boost/asio/this_coro.hpp>

#include "emulator/base/spawn.h"
#include "emulator/surfaces/control_plane/answers.h"
#include "emulator/surfaces/control_plane/operation.h"
#include "emulator/surfaces/control_plane/removal.h"

/// `Microsoft.App/sessionPools` (CONTROL-PLANE.md section 1.4).
namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

namespace {

ResourceId id_of_call(const ArmCall& call) {
  return {call.scope.text(), std::string(kSessionPools), call.parameters["name"]};
}

/// Checks that the api-version of the request and the group of the pool exist. Returns the version.
ArmResult<const ArmVersion*> check_call(const ArmCall& call) {
  const ArmResult<const ArmVersion*> version = find_arm_version(call.api_version());
  if (!version) return version;
  if (const ArmResult<void> known = call.services.store.require(call.scope); !known) {
    return known.error();
  }
  return version;
}

http::Response pool_answer(const Resource& resource, unsigned status = 200) {
  http::Response response = json_answer(resource.json, status);
  add_versions(response);
  return response;
}

bool is_long_running(const ArmCall& call, const ResourceId& id, const nlohmann::json& body = {}) {
  return call.services.style == OperationStyle::long_running ||
         call.services.store.session_pools().is_long_running(id, body);
}

/// Makes an operation that has already ended, so that the first poll shows its end.
LongRunningOperations::Pointer ended_operation(const ArmCall& call) {
  auto operation = call.services.operations.start(kSessionPoolOperation, call.scope.subscription,
                                                  call.services.store.now());
  operation->has_ended = true;
  return operation;
}

/// Answers 201 with `azure-asyncoperation`, as the service does for pools of custom containers.
http::Response started_put(const ArmCall& call, const Resource& resource,
                           const std::string& region) {
  http::Response response = pool_answer(resource, 201);
  const auto operation = ended_operation(call);
  response.headers.add(
      "azure-asyncoperation",
      operation_url(call, *operation, "operationStatuses", region) + "&azureAsyncOperation=true");
  response.headers.add("x-ms-async-operation-timeout", "PT30M");
  add_retry_after(response);
  return response;
}

http::Response started_patch(const ArmCall& call, const ResourceId& id, const std::string& region) {
  const auto operation = ended_operation(call);
  operation->resource = id;
  http::Response response = accepted(operation_url(call, *operation, "operationResults", region));
  add_versions(response);
  return response;
}

asio::awaitable<ArmAnswer> write_pool(ArmCall& call, PoolWrite write) {
  const ArmResult<const ArmVersion*> version = check_call(call);
  if (!version) co_return version.error();
  const ArmResult<ArmBody> body = co_await read_body(call.http);
  if (!body) co_return body.error();
  // The group can be deleted while the body arrives.
  const ArmResult<const ArmVersion*> still = check_call(call);
  if (!still) co_return still.error();
  const ResourceId id = id_of_call(call);
  SessionPools& pools = call.services.store.session_pools();
  const bool starts = is_long_running(call, id, body->json);
  const auto written = pools.write(id, **version, body->json, write, call.caller,
                                   starts ? Provisioning::in_progress : Provisioning::succeeded);
  if (!written) co_return written.error();
  warn_of_ignored(call.http.exchange, written->ignored);
  if (!starts) co_return pool_answer(written->resource);
  const std::string region = pools.location_of(id);
  co_return write == PoolWrite::create ? started_put(call, written->resource, region)
                                       : started_patch(call, id, region);
}

}  // namespace

asio::awaitable<ArmAnswer> list_pools(ArmCall& call) {
  const ArmResult<const ArmVersion*> version = check_call(call);
  if (!version) co_return version.error();
  const SessionPools& pools = call.services.store.session_pools();
  std::vector<Resource> shown;
  for (const ResourceId& id : pools.by_age(call.scope)) {
    auto pool = pools.get(id, **version, call.caller);
    if (pool) shown.push_back(*std::move(pool));
  }
  http::Response response = list_answer(shown);
  add_versions(response);
  co_return response;
}

asio::awaitable<ArmAnswer> get_pool(ArmCall& call) {
  const ArmResult<const ArmVersion*> version = check_call(call);
  if (!version) co_return version.error();
  const auto pool =
      call.services.store.session_pools().get(id_of_call(call), **version, call.caller);
  if (!pool) co_return pool.error();
  co_return pool_answer(*pool);
}

asio::awaitable<ArmAnswer> put_pool(ArmCall& call) { return write_pool(call, PoolWrite::create); }
asio::awaitable<ArmAnswer> patch_pool(ArmCall& call) { return write_pool(call, PoolWrite::update); }

/// Answers 204 even if there was no such pool (recorded). The answer does not wait until the
/// sessions have ended, which can take longer than clients wait.
asio::awaitable<ArmAnswer> delete_pool(ArmCall& call) {
  const ArmResult<const ArmVersion*> version = check_call(call);
  if (!version) co_return version.error();
  ResourceStore& store = call.services.store;
  ResourceId id = id_of_call(call);
  if (store.session_pools().exists(id) && is_long_running(call, id)) {
    RemovalOperation removal{std::string(kSessionPoolOperation),
                             store.session_pools().location_of(id), 204};
    ArmAnswer answer = co_await remove_in_background(call, std::move(id), std::move(removal));
    if (answer) add_versions(*answer);
    co_return answer;
  }
  ArmResult<ResourceStore::Removal> removal = store.begin_removal(id);
  if (!removal) co_return removal.error();
  const auto executor = co_await asio::this_coro::executor;
  spawn(executor, store.finish_removal(*std::move(removal)));
  http::Response response = empty_answer(204);
  add_versions(response);
  co_return response;
}

/// Clients look the environment of a pool of custom containers up before they create the pool
/// (CONTROL-PLANE.md section 3.1), so every environment exists.
asio::awaitable<ArmAnswer> get_environment(ArmCall& call) {
  if (const ArmResult<void> known = call.services.store.require(call.scope); !known) {
    co_return known.error();
  }
  const std::string& name = call.parameters["environment"];
  const ResourceId id{call.scope.text(), std::string(kManagedEnvironments), name};
  nlohmann::ordered_json shown{{"id", id.text()}, {"name", id.name}, {"type", id.type}};
  shown["location"] = shown_location(call.services.store.home());
  shown["properties"] = {{"provisioningState", "Succeeded"},
                         {"defaultDomain", name + ".azurecontainerapps.invalid"}};
  http::Response response = json_answer(shown);
  add_versions(response);
  co_return response;
}

/// Refuses both fetch and rotate, because no pool of the emulator has an MCP server.
asio::awaitable<ArmAnswer> get_mcp_credentials(ArmCall& call) {
  const ArmResult<const ArmVersion*> version = check_call(call);
  if (!version) co_return version.error();
  const auto pool =
      call.services.store.session_pools().get(id_of_call(call), **version, call.caller);
  if (!pool) co_return pool.error();
  co_return ArmError{400,
                     "SessionMCPServerNotEnabled",
                     "The MCP server of the session pool is not enabled.",
                     {},
                     "the emulator has no MCP server for session pools"};
}

}  // namespace dynsessions::surfaces::control_plane
