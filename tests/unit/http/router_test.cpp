#include "emulator/http/router.h"

#include <array>
#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace dynsessions::http {
namespace {

struct RoutingRow {
  Method method;
  std::string_view pattern;
  int number;
};

constexpr std::array kRows{
    RoutingRow{Method::get, "/pools", 1},
    RoutingRow{Method::get, "/pools/{pool}", 2},
    RoutingRow{Method::put, "/pools/{pool}", 3},
    RoutingRow{Method::get, "/pools/{pool}/sessions/{guid}", 4},
    RoutingRow{Method::get, "/pools/{pool}/clock", 5},
    RoutingRow{Method::get, "/files/{path*}", 6},
    RoutingRow{Method::get, "/", 7},
    RoutingRow{Method::get, "/pools/never", 8},  // the second row has it already
};

using Path = std::vector<std::string>;

TEST_CASE("the first row that has the path and the method is found", "[http][router]") {
  struct Expected {
    Method method;
    Path path;
    int number;
  };
  const auto row = GENERATE(values<Expected>({
      {Method::get, {"pools"}, 1},
      {Method::get, {"POOLS"}, 1},
      {Method::get, {"pools", "a"}, 2},
      {Method::put, {"pools", "a"}, 3},
      {Method::get, {"pools", "clock", "clock"}, 5},
      {Method::get, {"pools", "a", "sessions", "1"}, 4},
      {Method::get, {"files", "a"}, 6},
      {Method::get, {"files", "a", "b"}, 6},
      {Method::get, {}, 7},
      {Method::get, {"pools", "never"}, 2},
      {Method::get, {"files"}, 0},
      {Method::post, {"pools"}, 0},
      {Method::head, {"pools"}, 0},
      {Method::other, {"pools"}, 0},
      {Method::get, {"pools", "a", "sessions"}, 0},
      {Method::get, {"pools", "a", "sessions", "1", "2"}, 0},
  }));
  const Router<RoutingRow> router(kRows);
  const auto found = router.find(row.method, row.path);
  CAPTURE(row.path);
  CHECK((found ? found->row.number : 0) == row.number);
}

TEST_CASE("parameters are found by name", "[http][router]") {
  const Router<RoutingRow> router(kRows);
  const auto session = router.find(Method::get, Path{"pools", "P a", "sessions", "x/y"});
  REQUIRE(session);
  CHECK(session->parameters["pool"] == "P a");
  CHECK(session->parameters["guid"] == "x/y");
  CHECK(session->parameters["other"].empty());
  const auto file = router.find(Method::get, Path{"files", "a", "b/c", "d"});
  REQUIRE(file);
  CHECK(file->parameters["path"] == "a/b/c/d");
}

TEST_CASE("HEAD is answered by rows of GET where a surface wants that", "[http][router]") {
  const Router<RoutingRow> router(kRows, HeadRequests::like_get);
  const auto found = router.find(Method::head, Path{"pools"});
  REQUIRE(found);
  CHECK(found->row.number == 1);
}

TEST_CASE("a path is there whatever its methods are", "[http][router]") {
  const Router<RoutingRow> router(kRows);
  CHECK(router.has(Path{"pools", "a"}));
  CHECK(router.has(Path{"POOLS"}));
  CHECK_FALSE(router.has(Path{"pool"}));
}

TEST_CASE("a path with another method has its methods named, and nothing near", "[http][router]") {
  const NoRow why = Router<RoutingRow>(kRows).explain(Method::post, Path{"pools", "a"});
  CHECK(why.methods == "GET, PUT");
  CHECK(why.nearest.empty());
}

TEST_CASE("of similar paths the one with the method is named", "[http][router]") {
  struct Near {
    Method method;
    Path path;
    std::string nearest;
  };
  const auto row = GENERATE(values<Near>({
      {Method::get, {"pool"}, "GET /pools"},
      {Method::get, {"pools", "a", "sesions", "1"}, "GET /pools/{pool}/sessions/{guid}"},
      {Method::get, {"pools", "a", "clok"}, "GET /pools/{pool}/clock"},
      {Method::put, {"pool", "a"}, "PUT /pools/{pool}"},
      {Method::get, {"quite", "something", "else"}, ""},
      {Method::get, {std::string(1000, 'p')}, ""},
  }));
  const NoRow why = Router<RoutingRow>(kRows).explain(row.method, row.path);
  CAPTURE(row.path);
  CHECK(why.methods.empty());
  CHECK(why.nearest == row.nearest);
}

}  // namespace
}  // namespace dynsessions::http
