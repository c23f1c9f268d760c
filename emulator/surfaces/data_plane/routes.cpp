#include "emulator/surfaces/data_plane/routes.h"

#include <algorithm>
#include <span>

#include "emulator/http/router.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/data_plane/operations.h"
#include "emulator/surfaces/no_route.h"

namespace dynsessions::surfaces::data_plane {
namespace {

using http::iequals;
using http::Segments;

const http::Router<Operation>& router() {
  static const http::Router<Operation> kRouter(operations());
  return kRouter;
}

struct PoolPath {
  pools::PoolName pool;
  Segments prefix;
  Segments operation;
};

std::string segment_after(Segments path, std::string_view label) {
  const auto found = std::find_if(path.begin(), path.end(),
                                  [&](const std::string& s) { return iequals(s, label); });
  if (found == path.end() || found + 1 == path.end()) return {};
  return *(found + 1);
}

PoolPath split_pool(Segments path, const pools::PoolName& default_pool) {
  const auto label = std::find_if(path.begin(), path.end(), [](const std::string& segment) {
    return iequals(segment, "sessionPools");
  });
  if (label == path.end() || label + 1 == path.end()) return {default_pool, {}, path};
  const auto prefix_length = static_cast<std::size_t>(label - path.begin()) + 2;
  const Segments prefix = path.first(prefix_length);
  return {{segment_after(prefix, "subscriptions"), segment_after(prefix, "resourceGroups"),
           *(label + 1)},
          prefix,
          path.subspan(prefix_length)};
}

std::string joined(Segments segments) {
  std::string path;
  for (const std::string& segment : segments) path += '/' + http::percent_encode(segment);
  return path;
}

/// Longer paths were not typed by a person.
constexpr std::size_t kLongestShown = 100;

Error wrong_endpoint(const std::string& message, const std::string& cure) {
  return {ErrorCode::route_not_found, message, "path",
          cure + "; `dynsessions env` prints the endpoint"};
}

/// The mistake in the endpoint to which a client has added an operation (CLIENTS.md quirk 39).
/// nullopt if the path does not end with an operation.
std::optional<Error> mistake_in_endpoint(const http::Request& request, const PoolPath& path) {
  if (!path.prefix.empty() &&
      router().find(request.method,
                    Segments(request.target.segments).last(path.operation.size() + 1))) {
    return wrong_endpoint("The endpoint ends before the name of its session pool.",
                          "end it with /sessionPools/NAME");
  }
  for (std::size_t size = 1; size < path.operation.size(); ++size) {
    const std::string extra = joined(path.operation.first(size));
    const auto found = router().find(request.method, path.operation.subspan(size));
    if (!found || extra.size() > kLongestShown) continue;
    if (path.prefix.empty()) {
      return wrong_endpoint("The endpoint ends with `" + extra + "`, which names no session pool.",
                            "end it with /sessionPools/NAME, or leave its path out");
    }
    return wrong_endpoint("The endpoint continues with `" + extra + "` after its session pool.",
                          "remove `" + extra + "` from its end: clients add the operation");
  }
  return std::nullopt;
}

Error no_operation(const http::Request& request, const PoolPath& path) {
  const http::NoRow why = router().explain(request.method, path.operation);
  auto mistake = mistake_in_endpoint(request, path);
  if (why.methods.empty() && mistake) return *std::move(mistake);
  return no_route(
      request, why, "The path of the request is not an operation of a session pool.",
      "the path after the pool is not one of python/*, code/execute, executions, files, "
      "files/*, session, listSessions, metadata");
}

Error not_in(const ApiVersion& version) {
  return {ErrorCode::operation_not_supported,
          "This operation is not supported in API version " + std::string(version.name) + ".",
          "api-version", "it exists from 2025-02-02-preview on"};
}

}  // namespace

Result<Route> match_route(const http::Request& request, const pools::PoolName& default_pool,
                          const VersionTable& versions) {
  const PoolPath path = split_pool(request.target.segments, default_pool);
  const auto found = router().find(request.method, path.operation);
  if (!found) return no_operation(request, path);
  const Operation& operation = found->row;
  const auto requested = request.target.query_value("api-version");
  const auto allowed = versions.check(requested, operation.dialect);
  if (!allowed) return allowed.error();
  const ApiVersion* version = &versions.effective(requested, operation.dialect);
  if (operation.exists != nullptr && !(version->*operation.exists)) {
    if (requested) return not_in(*version);
    version = &versions.newest(version->dialect);  // a request without a version is accepted
  }
  return Route{.operation = &operation,
               .dialect = operation.dialect.value_or(version->dialect),
               .version = version,
               .version_is_guessed = requested && !versions.knows(*requested),
               .pool = path.pool,
               .name = found->parameters["name"],
               .pool_path = joined(path.prefix)};
}

pools::PoolName pool_of(const http::Request& request, const pools::PoolName& default_pool) {
  return split_pool(request.target.segments, default_pool).pool;
}

pools::PoolName pool_named_in(const http::Exchange& exchange) {
  return {exchange.subscription, exchange.resource_group, exchange.pool};
}

std::string link_to(const Route& route, const http::Request& request, std::string_view operation,
                    std::string_view query) {
  const std::string host(request.headers.find("host").value_or("127.0.0.1"));
  return request.scheme + "://" + host + route.pool_path + std::string(operation) +
         "?api-version=" + std::string(route.version->name) + '&' + std::string(query);
}

}  // namespace dynsessions::surfaces::data_plane
