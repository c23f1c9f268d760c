#include <utility>

#include <boost/asio/this_coro.hpp>

#include "emulator/base/spawn.h"
#include "emulator/base/timestamp.h"
#include "emulator/surfaces/control_plane/answers.h"
#include "emulator/surfaces/control_plane/operation.h"
#include "emulator/surfaces/control_plane/regions.h"
#include "emulator/surfaces/control_plane/removal.h"

/// Operations that clients poll (CONTROL-PLANE.md section 1.4).
namespace dynsessions::surfaces::control_plane {
namespace asio = boost::asio;

namespace {

using Json = nlohmann::ordered_json;

LongRunningOperations::Pointer find(const ArmCall& call) {
  return call.services.operations.find(call.parameters["id"], call.scope.subscription);
}

ArmError no_such_operation(const ArmCall& call) {
  return {404, "ResourceNotFound", "The operation '" + call.parameters["id"] + "' was not found.",
          "id", "the server remembers its last 1000 operations"};
}

asio::awaitable<void> finish(ResourceStore& store, ResourceStore::Removal removal,
                             LongRunningOperations::Pointer operation) {
  co_await store.finish_removal(std::move(removal));
  operation->has_ended = true;
}

/// Results of operations on pools come from their provider.
http::Response as_provider(http::Response response, const LongRunningOperation& operation) {
  if (operation.kind == kSessionPoolOperation) add_versions(response);
  return response;
}

}  // namespace

asio::awaitable<ArmAnswer> remove_in_background(ArmCall& call, ResourceId id,
                                                RemovalOperation wanted) {
  ResourceStore& store = call.services.store;
  ArmResult<ResourceStore::Removal> removal = store.begin_removal(id);
  if (!removal) co_return removal.error();
  auto operation =
      call.services.operations.start(wanted.kind, call.scope.subscription, store.now());
  operation->final_status = wanted.final_status;
  const std::string location = operation_url(call, *operation, "operationResults", wanted.region);
  const auto executor = co_await asio::this_coro::executor;
  spawn(executor, finish(store, *std::move(removal), operation));
  co_return accepted(location);
}

asio::awaitable<ArmAnswer> get_operation_status(ArmCall& call) {
  const auto operation = find(call);
  if (!operation) co_return no_such_operation(call);
  std::string started = timestamp(operation->started);
  started.pop_back();  // the recorded text has no time zone
  const std::string path = "/subscriptions/" + call.scope.subscription +
                           "/providers/Microsoft.App/locations/" + call.parameters["location"] +
                           "/operationStatuses/" + operation->id;
  const Json json{{"id", path},
                  {"name", operation->id},
                  {"status", operation->has_ended ? "Succeeded" : "InProgress"},
                  {"startTime", started}};
  http::Response response = json_answer(json);
  if (!operation->has_ended) add_retry_after(response);
  co_return as_provider(std::move(response), *operation);
}

asio::awaitable<ArmAnswer> get_operation_result(ArmCall& call) {
  const auto operation = find(call);
  if (!operation) co_return no_such_operation(call);
  if (!operation->has_ended) {
    const std::string location =
        operation_url(call, *operation, "operationResults", call.parameters["location"]);
    co_return as_provider(accepted(location), *operation);
  }
  if (!operation->resource) {
    co_return as_provider(empty_answer(operation->final_status), *operation);
  }
  const auto resource =
      call.services.store.get_resource(*operation->resource, call.api_version(), call.caller);
  if (!resource) co_return resource.error();
  co_return as_provider(json_answer(resource->json, operation->final_status), *operation);
}

}  // namespace dynsessions::surfaces::control_plane
