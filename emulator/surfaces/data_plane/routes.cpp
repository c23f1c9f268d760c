#include "emulator/surfaces/data_plane/routes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include <boost/algorithm/string/predicate.hpp>

#include "emulator/http/text.h"

namespace dynsessions::surfaces::data_plane {
namespace {

using boost::algorithm::iequals;
using http::Method;
using Segments = std::span<const std::string>;

/// A path of at most three segments. "{name}" takes one segment, "{name*}" all that are left.
struct Pattern {
  Method method;
  std::array<std::string_view, 3> segments;
  Operation operation;
  std::optional<Dialect> dialect;  ///< nothing: shared by wrapped and flat, the version decides
};

constexpr std::array kPatterns{
    Pattern{Method::post, {"python", "execute"}, Operation::execute, Dialect::python},
    Pattern{Method::post, {"python", "uploadFile"}, Operation::upload_file, Dialect::python},
    Pattern{Method::get, {"python", "files"}, Operation::list_files, Dialect::python},
    Pattern{Method::get, {"python", "downloadFile"}, Operation::get_file_content, Dialect::python},

    Pattern{Method::post, {"code", "execute"}, Operation::execute, Dialect::wrapped},
    Pattern{Method::post, {"files", "upload"}, Operation::upload_file, Dialect::wrapped},
    Pattern{Method::get,
            {"files", "content", "{name*}"},
            Operation::get_file_content,
            Dialect::wrapped},

    Pattern{Method::post, {"executions"}, Operation::execute, Dialect::flat},
    Pattern{Method::get, {"executions", "{name}"}, Operation::get_execution, Dialect::flat},
    Pattern{Method::post, {"files"}, Operation::upload_file, Dialect::flat},
    Pattern{
        Method::get, {"files", "{name}", "content"}, Operation::get_file_content, Dialect::flat},

    Pattern{Method::get, {"files"}, Operation::list_files, {}},
    Pattern{Method::get, {"files", "{name}"}, Operation::get_file, {}},
    Pattern{Method::delete_, {"files", "{name}"}, Operation::delete_file, {}},

    Pattern{Method::get, {"session"}, Operation::get_session, Dialect::flat},
    Pattern{Method::delete_, {"session"}, Operation::delete_session, Dialect::flat},
    Pattern{Method::get, {"listSessions"}, Operation::list_sessions, Dialect::flat},
    Pattern{Method::get, {"metadata"}, Operation::get_metadata, Dialect::flat},
    // Documented for custom-container pools, in a shape of their own; some clients try them here.
    Pattern{Method::post, {".management", "getSession"}, Operation::get_session, Dialect::wrapped},
    Pattern{
        Method::post, {".management", "stopSession"}, Operation::delete_session, Dialect::wrapped},
    Pattern{
        Method::post, {".management", "listSessions"}, Operation::list_sessions, Dialect::wrapped},
    Pattern{
        Method::get, {".management", "listSessions"}, Operation::list_sessions, Dialect::wrapped},
};

/// The name that the pattern captures (maybe empty) when `path` matches it.
std::optional<std::string> match(const Pattern& pattern, Segments path) {
  std::string name;
  for (const std::string_view expected : pattern.segments) {
    if (expected.empty()) break;
    if (path.empty()) return std::nullopt;
    if (expected == "{name}" || expected == "{name*}") {
      name = path.front();
    } else if (!iequals(expected, path.front())) {
      return std::nullopt;
    }
    path = path.subspan(1);
    if (expected != "{name*}") continue;
    for (const std::string& segment : path) name += '/' + segment;
    path = {};
  }
  if (!path.empty()) return std::nullopt;
  return name;
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

Error no_route(const http::Request& request, bool path_is_known) {
  return {ErrorCode::route_not_found,
          path_is_known ? "The method " + request.method_text + " is not supported on this path."
                        : "The path of the request is not an operation of a session pool.",
          path_is_known ? "method" : "path",
          path_is_known ? "this path exists with another method"
                        : "the path after the pool is none of python/*, code/execute, "
                          "executions, files, files/*, session, listSessions, metadata"};
}

/// The operations on sessions themselves are younger than the rest of their dialect (section 3);
/// `/.management` is of every age.
bool exists_in(Operation operation, std::optional<Dialect> dialect, const ApiVersion& version) {
  switch (operation) {
    case Operation::get_session:
    case Operation::delete_session:
    case Operation::list_sessions:
    case Operation::get_metadata:
      return dialect == Dialect::wrapped || version.has_session_operations;
    default:
      return true;
  }
}

Error not_in(const ApiVersion& version) {
  return {ErrorCode::operation_not_supported,
          "This operation is not supported in API version " + std::string(version.name) + ".",
          "api-version", "it exists from 2025-02-02-preview on"};
}

}  // namespace

std::string_view name_of(Operation operation) {
  switch (operation) {
    case Operation::execute:
      return "execute";
    case Operation::get_execution:
      return "get execution";
    case Operation::upload_file:
      return "upload file";
    case Operation::list_files:
      return "list files";
    case Operation::get_file:
      return "get file";
    case Operation::get_file_content:
      return "get file content";
    case Operation::delete_file:
      return "delete file";
    case Operation::get_session:
      return "get session";
    case Operation::delete_session:
      return "delete session";
    case Operation::list_sessions:
      return "list sessions";
    case Operation::get_metadata:
      return "get metadata";
  }
  return "";
}

Result<Route> match_route(const http::Request& request, const pools::PoolName& default_pool,
                          const VersionTable& versions) {
  const PoolPath path = split_pool(request.target.segments, default_pool);
  bool path_is_known = false;
  for (const Pattern& pattern : kPatterns) {
    auto name = match(pattern, path.operation);
    if (!name) continue;
    path_is_known = true;
    if (pattern.method != request.method) continue;
    const auto requested = request.target.query_value("api-version");
    auto allowed = versions.check(requested, pattern.dialect);
    if (!allowed) return allowed.error();
    const ApiVersion* version = &versions.effective(requested, pattern.dialect);
    if (!exists_in(pattern.operation, pattern.dialect, *version)) {
      if (requested) return not_in(*version);
      version = &versions.newest(version->dialect);  // a missing version turns nobody away
    }
    return Route{.operation = pattern.operation,
                 .dialect = pattern.dialect.value_or(version->dialect),
                 .version = version,
                 .version_is_guessed = requested && !versions.knows(*requested),
                 .pool = path.pool,
                 .name = std::move(*name),
                 .pool_path = joined(path.prefix)};
  }
  return no_route(request, path_is_known);
}

std::string link_to(const Route& route, const http::Request& request, std::string_view operation,
                    std::string_view query) {
  const std::string host(request.headers.find("host").value_or("127.0.0.1"));
  return request.scheme + "://" + host + route.pool_path + std::string(operation) +
         "?api-version=" + std::string(route.version->name) + '&' + std::string(query);
}

}  // namespace dynsessions::surfaces::data_plane
