#include "emulator/az_stand_in/query.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::az_stand_in {
namespace {

using Json = nlohmann::ordered_json;

const Json kAccount = {{"id", "sub"}, {"user", {{"name", "me"}, {"type", "person"}}}};

TEST_CASE("a query selects a value, a list or an object", "[az]") {
  struct Row {
    std::string query, selected;
  };
  const auto row = GENERATE(values<Row>({
      {"id", R"("sub")"},
      {R"("id")", R"("sub")"},
      {" id ", R"("sub")"},
      {"user.name", R"("me")"},
      {"user", R"({"name":"me","type":"person"})"},
      {"nothing", "null"},
      {"id.nothing", "null"},
      {"[id, user.name]", R"(["sub","me"])"},
      {"[id]", R"(["sub"])"},
      {"{who:user.name, \"what\":id, none:nothing}", R"({"who":"me","what":"sub","none":null})"},
  }));
  DYNAMIC_SECTION(row.query) {
    const auto selected = select(kAccount, row.query);
    REQUIRE(selected);
    CHECK(selected->dump() == row.selected);
  }
}

TEST_CASE("a query that is not understood is refused", "[az]") {
  const auto query =
      GENERATE(values<std::string>({"", "id[0]", "[id", "[]", "{a}", "{a:}", "{a:id", "id.", ".id",
                                    "id | x", "length(id)", "\"id", "user.*", "[?id=='a']", "@"}));
  DYNAMIC_SECTION(query) { CHECK_FALSE(select(kAccount, query).has_value()); }
}

}  // namespace
}  // namespace dynsessions::az_stand_in
