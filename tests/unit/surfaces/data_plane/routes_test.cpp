#include "emulator/surfaces/data_plane/routes.h"

#include <string>
#include <string_view>

#include "emulator/surfaces/data_plane/operations.h"
#include "tests/support/catch.h"
#include "tests/unit/surfaces/data_plane/requests.h"

namespace dynsessions::surfaces::data_plane {
namespace {

constexpr std::string_view execute = "execute";
constexpr std::string_view get_execution = "get_execution";
constexpr std::string_view upload_file = "upload_file";
constexpr std::string_view list_files = "list_files";
constexpr std::string_view get_file = "get_file";
constexpr std::string_view get_file_content = "get_file_content";
constexpr std::string_view delete_file = "delete_file";
constexpr std::string_view get_session = "get_session";
constexpr std::string_view delete_session = "delete_session";
constexpr std::string_view list_sessions = "list_sessions";
constexpr std::string_view get_metadata = "get_metadata";

constexpr std::string_view kOldest = "2023-08-01-preview";
constexpr std::string_view kAugust2024 = "2024-08-02-preview";

struct RouteRow {
  std::string line;
  std::string_view operation;
  Dialect dialect;
  std::string_view version;
  std::string name = {};
};

void check_route(const RouteRow& row) {
  const auto route = match_route(request_of(row.line), default_pool(), default_versions());
  REQUIRE(route);
  CHECK(route->operation->name == row.operation);
  CHECK(route->dialect == row.dialect);
  CHECK(route->version->name == row.version);
  CHECK(route->name == row.name);
}

TEST_CASE("the python dialect has four operations, at any version", "[api][routes]") {
  const auto row = GENERATE(values<RouteRow>({
      {"POST /python/execute", execute, Dialect::python, kOldest},
      {"POST /python/execute?api-version=2023-08-01-preview", execute, Dialect::python, kOldest},
      {"POST /python/execute?api-version=2024-02-02-preview", execute, Dialect::python, kOldest},
      {"POST /python/execute?api-version=2025-10-02-preview", execute, Dialect::python, kOldest},
      {"POST /python/uploadFile", upload_file, Dialect::python, kOldest},
      {"POST /python/uploadFile?api-version=whatever", upload_file, Dialect::python, kOldest},
      {"GET /python/files", list_files, Dialect::python, kOldest},
      {"GET /python/files?api-version=2024-02-02-preview", list_files, Dialect::python, kOldest},
      {"GET /python/downloadFile?filename=a.txt", get_file_content, Dialect::python, kOldest},
      {"GET /python/downloadFile", get_file_content, Dialect::python, kOldest},
  }));
  DYNAMIC_SECTION(row.line) { check_route(row); }
}

TEST_CASE("the wrapped dialect's own paths stay wrapped at any version", "[api][routes]") {
  const auto row = GENERATE(values<RouteRow>({
      {"POST /code/execute", execute, Dialect::wrapped, kFebruary2024},
      {"POST /code/execute?api-version=2024-02-02-preview", execute, Dialect::wrapped,
       kFebruary2024},
      {"POST /code/execute?api-version=2024-08-02-preview", execute, Dialect::wrapped, kAugust2024},
      {"POST /code/execute?api-version=2025-10-02-preview", execute, Dialect::wrapped, kAugust2024},
      {"POST /code/execute?api-version=2099-01-01", execute, Dialect::wrapped, kAugust2024},
      {"POST /files/upload", upload_file, Dialect::wrapped, kFebruary2024},
      {"POST /files/upload?api-version=2024-02-02-preview", upload_file, Dialect::wrapped,
       kFebruary2024},
      {"POST /files/upload?api-version=2024-10-02-preview", upload_file, Dialect::wrapped,
       kAugust2024},
      {"GET /files/content/a.txt", get_file_content, Dialect::wrapped, kFebruary2024, "a.txt"},
      {"GET /files/content/a.txt?api-version=2024-02-02-preview", get_file_content,
       Dialect::wrapped, kFebruary2024, "a.txt"},
      {"GET /files/content/dir/x.txt", get_file_content, Dialect::wrapped, kFebruary2024,
       "dir/x.txt"},
      {"GET /files/content/a/b/c/x.txt", get_file_content, Dialect::wrapped, kFebruary2024,
       "a/b/c/x.txt"},
      {"GET /files/content/dir%2Fx.txt", get_file_content, Dialect::wrapped, kFebruary2024,
       "dir/x.txt"},
      {"GET /files/content/dir%2fsub/x.txt", get_file_content, Dialect::wrapped, kFebruary2024,
       "dir/sub/x.txt"},
      {"GET /files/content/%2Fmnt%2Fdata%2Fx.txt", get_file_content, Dialect::wrapped,
       kFebruary2024, "/mnt/data/x.txt"},
      {"GET /files/content/content", get_file_content, Dialect::wrapped, kFebruary2024, "content"},
  }));
  DYNAMIC_SECTION(row.line) { check_route(row); }
}

TEST_CASE("the flat dialect's own paths stay flat at any version", "[api][routes]") {
  const auto row = GENERATE(values<RouteRow>({
      {"POST /executions", execute, Dialect::flat, kOctober2024},
      {"POST /executions?api-version=2024-02-02-preview", execute, Dialect::flat, kOctober2024},
      {"POST /executions?api-version=2024-10-02-preview", execute, Dialect::flat, kOctober2024},
      {"POST /executions?api-version=2025-02-02-preview", execute, Dialect::flat, kFebruary2025},
      {"POST /executions?api-version=2025-10-02-preview", execute, Dialect::flat, kOctober2025},
      {"POST /executions?api-version=2099-01-01", execute, Dialect::flat, kOctober2025},
      {"POST /files?api-version=2024-10-02-preview", upload_file, Dialect::flat, kOctober2024},
      {"POST /files?api-version=2025-10-02-preview", upload_file, Dialect::flat, kOctober2025},
      {"POST /files", upload_file, Dialect::flat, kOctober2024},
      {"GET /files/a.txt/content?api-version=2024-10-02-preview", get_file_content, Dialect::flat,
       kOctober2024, "a.txt"},
      {"GET /files/a.txt/content?api-version=2025-02-02-preview", get_file_content, Dialect::flat,
       kFebruary2025, "a.txt"},
      {"GET /files/a.txt/content", get_file_content, Dialect::flat, kOctober2024, "a.txt"},
      {"GET /files/dir%2Fx.txt/content?api-version=2025-10-02-preview", get_file_content,
       Dialect::flat, kOctober2025, "dir/x.txt"},
      {"GET /files/upload/content?api-version=2025-10-02-preview", get_file_content, Dialect::flat,
       kOctober2025, "upload"},
  }));
  DYNAMIC_SECTION(row.line) { check_route(row); }
}

TEST_CASE("on paths that two dialects share the version decides the shape", "[api][routes]") {
  const auto row = GENERATE(values<RouteRow>({
      {"GET /files", list_files, Dialect::wrapped, kFebruary2024},
      {"GET /files?api-version=2023-08-01-preview", list_files, Dialect::wrapped, kFebruary2024},
      {"GET /files?api-version=2024-02-02-preview", list_files, Dialect::wrapped, kFebruary2024},
      {"GET /files?api-version=2024-08-02-preview", list_files, Dialect::wrapped, kAugust2024},
      {"GET /files?api-version=2024-10-02-preview", list_files, Dialect::flat, kOctober2024},
      {"GET /files?api-version=2025-02-02-preview", list_files, Dialect::flat, kFebruary2025},
      {"GET /files?api-version=2025-10-02-preview", list_files, Dialect::flat, kOctober2025},
      {"GET /files?api-version=2099-01-01", list_files, Dialect::flat, kOctober2025},
      {"GET /files/a.txt", get_file, Dialect::wrapped, kFebruary2024, "a.txt"},
      {"GET /files/a.txt?api-version=2024-02-02-preview", get_file, Dialect::wrapped, kFebruary2024,
       "a.txt"},
      {"GET /files/a.txt?api-version=2024-10-02-preview", get_file, Dialect::flat, kOctober2024,
       "a.txt"},
      {"GET /files/a%20b%26c.txt?api-version=2025-10-02-preview", get_file, Dialect::flat,
       kOctober2025, "a b&c.txt"},
      {"GET /files/dir%2Fx.txt?api-version=2025-10-02-preview", get_file, Dialect::flat,
       kOctober2025, "dir/x.txt"},
      {"GET /files/content?api-version=2025-10-02-preview", get_file, Dialect::flat, kOctober2025,
       "content"},
      {"GET /files/upload", get_file, Dialect::wrapped, kFebruary2024, "upload"},
      {"DELETE /files/a.txt", delete_file, Dialect::wrapped, kFebruary2024, "a.txt"},
      {"DELETE /files/a.txt?api-version=2024-02-02-preview", delete_file, Dialect::wrapped,
       kFebruary2024, "a.txt"},
      {"DELETE /files/a.txt?api-version=2025-10-02-preview", delete_file, Dialect::flat,
       kOctober2025, "a.txt"},
      {"DELETE /files/content", delete_file, Dialect::wrapped, kFebruary2024, "content"},
  }));
  DYNAMIC_SECTION(row.line) { check_route(row); }
}

TEST_CASE("sessions are looked at and ended on separate paths", "[api][routes]") {
  const auto row = GENERATE(values<RouteRow>({
      {"GET /session?api-version=2025-02-02-preview", get_session, Dialect::flat, kFebruary2025},
      {"DELETE /session?api-version=2025-10-02-preview", delete_session, Dialect::flat,
       kOctober2025},
      {"GET /listSessions?api-version=2025-10-02-preview", list_sessions, Dialect::flat,
       kOctober2025},
      {"GET /LISTSESSIONS/?skip=300&api-version=2025-02-02-preview", list_sessions, Dialect::flat,
       kFebruary2025},
      {"POST /.management/getSession", get_session, Dialect::wrapped, kFebruary2024},
      {"POST /.management/stopSession?api-version=2024-02-02-preview", delete_session,
       Dialect::wrapped, kFebruary2024},
      {"POST /.management/listSessions?skip=0", list_sessions, Dialect::wrapped, kFebruary2024},
      {"GET /.management/listSessions", list_sessions, Dialect::wrapped, kFebruary2024},
  }));
  DYNAMIC_SECTION(row.line) { check_route(row); }
}

TEST_CASE("an execution is asked for by its id, and a pool describes itself", "[api][routes]") {
  const auto row = GENERATE(values<RouteRow>({
      {"GET /executions/my-id?api-version=2024-10-02-preview", get_execution, Dialect::flat,
       kOctober2024, "my-id"},
      {"GET /executions/1?api-version=2025-10-02-preview", get_execution, Dialect::flat,
       kOctober2025, "1"},
      {"GET /metadata?api-version=2025-02-02-preview", get_metadata, Dialect::flat, kFebruary2025},
      {"GET /metadata", get_metadata, Dialect::flat, kOctober2025},
      {"GET /listSessions", list_sessions, Dialect::flat, kOctober2025},
  }));
  DYNAMIC_SECTION(row.line) { check_route(row); }
}

TEST_CASE("operations that an api-version does not have yet are named as such", "[api][routes]") {
  const auto line = GENERATE(values<std::string>({
      "GET /session?api-version=2024-10-02-preview",
      "DELETE /session?api-version=2024-02-02-preview",
      "GET /listSessions?api-version=2024-10-02-preview",
      "GET /metadata?api-version=2024-10-02-preview",
  }));
  DYNAMIC_SECTION(line) {
    const auto route = match_route(request_of(line), default_pool(), default_versions());
    REQUIRE_FALSE(route);
    CHECK(route.error().code == ErrorCode::operation_not_supported);
    CHECK(route.error().target == "api-version");
  }
}

TEST_CASE("the part of the path that names the pool is kept, encoded as in a URL",
          "[api][routes]") {
  CHECK(route_of("POST /executions").pool_path.empty());
  CHECK(
      route_of("POST /subscriptions/s/resourceGroups/g%20h/sessionPools/p/executions").pool_path ==
      "/subscriptions/s/resourceGroups/g%20h/sessionPools/p");
}

TEST_CASE("case, doubled and trailing slashes and the query's order do not matter",
          "[api][routes]") {
  const auto row = GENERATE(values<RouteRow>({
      {"POST /EXECUTIONS", execute, Dialect::flat, kOctober2024},
      {"POST /Code/Execute", execute, Dialect::wrapped, kFebruary2024},
      {"POST /Python/UPLOADFILE", upload_file, Dialect::python, kOldest},
      {"GET /FILES/A.txt/Content", get_file_content, Dialect::flat, kOctober2024, "A.txt"},
      {"POST /code/execute/", execute, Dialect::wrapped, kFebruary2024},
      {"POST /python/execute/?api-version=x", execute, Dialect::python, kOldest},
      {"GET /files/content/a.txt/?api-version=2024-02-02-preview", get_file_content,
       Dialect::wrapped, kFebruary2024, "a.txt"},
      {"POST //executions", execute, Dialect::flat, kOctober2024},
      {"GET /files/?path=&identifier=s1&API-VERSION=2025-10-02-preview", list_files, Dialect::flat,
       kOctober2025},
      {"POST /SUBSCRIPTIONS/s/RESOURCEGROUPS/g/SESSIONPOOLS/p//executions", execute, Dialect::flat,
       kOctober2024},
  }));
  DYNAMIC_SECTION(row.line) { check_route(row); }
}

TEST_CASE("the pool is what the path says, or the default on the bare root", "[api][routes]") {
  struct Pool {
    std::string path, subscription, resource_group, name;
  };
  const auto row = GENERATE(values<Pool>({
      {"", "default-subscription", "default-group", "default"},
      {"/subscriptions/s1/resourceGroups/g1/sessionPools/p1", "s1", "g1", "p1"},
      {"/Subscriptions/S1/resourcegroups/G1/SessionPools/P1", "S1", "G1", "P1"},
      {"/subscriptions/s1/resourceGroups/g1/providers/Microsoft.App/sessionPools/p1", "s1", "g1",
       "p1"},
      {"/sessionPools/p1", "", "", "p1"},
      {"/a/prefix/of/a/proxy/subscriptions/s1/resourceGroups/g1/sessionPools/p1", "s1", "g1", "p1"},
      {"/subscriptions/s1/resourceGroups/g1/sessionPools/files", "s1", "g1", "files"},
  }));
  DYNAMIC_SECTION("'" << row.path << "'") {
    const Route route = route_of("GET " + row.path + "/files/a.txt");
    CHECK(route.pool.subscription == row.subscription);
    CHECK(route.pool.resource_group == row.resource_group);
    CHECK(route.pool.name == row.name);
    CHECK(route.operation->name == get_file);
    CHECK(route.name == "a.txt");
  }
}

TEST_CASE("a path that is no operation is refused", "[api][routes]") {
  const auto line = GENERATE(values<std::string>({
      "GET /",
      "GET /nothing",
      "POST /code",
      "POST /code/execute/now",
      "POST /execution",
      "POST /python",
      "POST /python/execute/x",
      "GET /python/files/a.txt",
      "POST /executions/1/2",
      "GET /subscriptions/s/resourceGroups/g/sessionPools/p",
      "GET /sessionPools",
      "POST /prefix/executions",
      "GET /files/a.txt/contents",
      "GET /files/a.txt/content/more",
      "GET /files/a/b/content",
      "DELETE /files/a/b",
  }));
  DYNAMIC_SECTION(line) {
    const auto route = match_route(request_of(line), default_pool(), default_versions());
    REQUIRE_FALSE(route);
    CHECK(route.error().code == ErrorCode::route_not_found);
    CHECK(route.error().target == "path");
  }
}

TEST_CASE("a known path with another method is refused and the method is named", "[api][routes]") {
  const auto line = GENERATE(values<std::string>({
      "GET /python/execute",
      "PUT /python/uploadFile",
      "POST /python/files",
      "POST /python/downloadFile",
      "GET /code/execute",
      "GET /executions",
      "DELETE /executions",
      "PUT /files",
      "PATCH /files",
      "DELETE /files",
      "PUT /files/a.txt",
      "POST /files/a.txt",
      "POST /files/content/a.txt",
      "DELETE /files/a.txt/content",
      "OPTIONS /files",
      "PROPFIND /files",
      "POST /session",
      "POST /listSessions",
      "GET /.management/stopSession",
  }));
  DYNAMIC_SECTION(line) {
    const auto route = match_route(request_of(line), default_pool(), default_versions());
    REQUIRE_FALSE(route);
    CHECK(route.error().code == ErrorCode::route_not_found);
    CHECK(route.error().target == "method");
    CHECK_THAT(route.error().message, Catch::Contains(line.substr(0, line.find(' '))));
  }
}

TEST_CASE("a route says whether its api-version was guessed", "[api][routes]") {
  CHECK_FALSE(route_of("GET /files").version_is_guessed);
  CHECK_FALSE(route_of("GET /files?api-version=2024-10-02-preview").version_is_guessed);
  CHECK(route_of("GET /files?api-version=2026-01-01-preview").version_is_guessed);
  CHECK(route_of("POST /code/execute?api-version=").version_is_guessed);
}

TEST_CASE("a version that may not be asked for has no route", "[api][routes]") {
  contract::ContractOptions options;
  options.unknown_api_version = contract::UnknownVersion::reject;
  options.missing_api_version = contract::MissingVersion::reject;
  const VersionTable versions(options);
  const auto line = GENERATE(values<std::string>(
      {"GET /files", "GET /files?api-version=2", "GET /metadata?api-version="}));
  DYNAMIC_SECTION(line) {
    const auto route = match_route(request_of(line), default_pool(), versions);
    REQUIRE_FALSE(route);
    CHECK(route.error().code == ErrorCode::invalid_request);
    CHECK(route.error().target == "api-version");
  }
}

TEST_CASE("the refusal of an unknown path names the nearest one", "[api][routes]") {
  struct Near {
    std::string line, nearest;
  };
  const auto row = GENERATE(values<Near>({
      {"POST /execution", "POST /executions"},
      {"POST /excutions", "POST /executions"},
      {"POST /code/exec", "POST /code/execute"},
      {"POST /python", "POST /python/execute"},
      {"POST /python/uploadfiles", "POST /python/uploadFile"},
      {"GET /files/a.txt/contents", "GET /files/{name}/content"},
      {"GET /sessions", "GET /session"},
      {"POST /.management/getSessions", "POST /.management/getSession"},
      {"GET /subscriptions/s/resourceGroups/g/sessionPools/p/listsession", "GET /listSessions"},
  }));
  DYNAMIC_SECTION(row.line) {
    const auto route = match_route(request_of(row.line), default_pool(), default_versions());
    REQUIRE_FALSE(route);
    CHECK(route.error().message ==
          "The path of the request is not an operation of a session pool. The nearest is " +
              row.nearest + ".");
    CHECK(route.error().reason == "did you mean " + row.nearest + "?");
  }
}

TEST_CASE("the refusal of an operation behind a wrong endpoint names the mistake",
          "[api][routes]") {
  struct Wrong {
    std::string line, message, reason;
  };
  const std::string pool = "/subscriptions/s/resourceGroups/g/sessionPools/p";
  const auto row = GENERATE_COPY(values<Wrong>({
      {"POST " + pool + "/python/execute/code/execute", "continues with `/python/execute`",
       "remove `/python/execute`"},
      {"POST " + pool + "/code/execute/executions", "continues with `/code/execute`",
       "remove `/code/execute`"},
      {"GET " + pool + "/v1/files", "continues with `/v1`", "remove `/v1`"},
      {"POST /subscriptions/s/resourceGroups/g/code/execute",
       "ends with `/subscriptions/s/resourceGroups/g`", "/sessionPools/NAME"},
      {"POST /subscriptions/s/resourceGroups/g/sessionPools/code/execute", "ends before the name",
       "/sessionPools/NAME"},
      {"GET /subscriptions/s/resourceGroups/g/sessionPools/files", "ends before the name",
       "/sessionPools/NAME"},
  }));
  DYNAMIC_SECTION(row.line) {
    const auto route = match_route(request_of(row.line), default_pool(), default_versions());
    REQUIRE_FALSE(route);
    CHECK(route.error().code == ErrorCode::route_not_found);
    CHECK_THAT(route.error().message, Catch::Contains(row.message));
    CHECK_THAT(route.error().reason, Catch::Contains(row.reason));
  }
}

TEST_CASE("the refusal of a path that is like no other lists the known paths", "[api][routes]") {
  const auto line = GENERATE(values<std::string>(
      {"GET /", "GET /sessionPools", "POST /a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w"}));
  DYNAMIC_SECTION(line) {
    const auto route = match_route(request_of(line), default_pool(), default_versions());
    REQUIRE_FALSE(route);
    CHECK(route.error().message ==
          "The path of the request is not an operation of a session pool.");
    CHECK_THAT(route.error().reason, Catch::Contains("code/execute"));
  }
}

TEST_CASE("the refusal of a wrong method lists the methods of the path", "[api][routes]") {
  struct Methods {
    std::string line, methods;
  };
  const auto row = GENERATE(values<Methods>({{"GET /code/execute", "POST"},
                                             {"PUT /files", "POST, GET"},
                                             {"POST /files/a.txt", "GET, DELETE"},
                                             {"PUT /.management/listSessions", "POST, GET"}}));
  DYNAMIC_SECTION(row.line) {
    const auto route = match_route(request_of(row.line), default_pool(), default_versions());
    REQUIRE_FALSE(route);
    CHECK_THAT(route.error().message, Catch::EndsWith("It has " + row.methods + "."));
  }
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane
