#include "tests/support/catch.h"
#include "tests/unit/config/config_fixture.h"

namespace dynsessions::config {
namespace {

TEST_CASE("numbers, switches and texts of the file are read as what they are", "[config][file]") {
  const ConfigFile file(R"({
    // a comment
    "port": 0,
    "exact": true,
    "name": "from-file",
    "max-sessions": "12"
  })");
  const Config config = parse({"--config", file.path()}).config;
  CHECK(config.server.port == 0);
  CHECK(config.server.exact);
  CHECK(config.pool.id.name == "from-file");
  CHECK(config.pool.max_sessions == 12);
}

TEST_CASE("the file may be named by the environment, and a flag wins over that", "[config][file]") {
  const ConfigFile one(R"({"port": 1})");
  const ConfigFile two(R"({"port": 2})");
  const Variables variables{{"DYNSESSIONS_CONFIG", one.path()}};
  CHECK(parse({}, variables).config.server.port == 1);
  CHECK(parse({"--config", two.path()}, variables).config.server.port == 2);
}

TEST_CASE("an empty object sets nothing", "[config][file]") {
  const ConfigFile file("{}");
  CHECK(parse({"--config", file.path()}).config.server.port == Config().server.port);
}

TEST_CASE("a file that cannot be used is refused by name", "[config][file]") {
  struct Row {
    std::string what, content, complaint;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing in it", "", "is not a JSON object"},
      {"not JSON", "port = 7070", "is not a JSON object"},
      {"an array", "[1]", "is not a JSON object"},
      {"text after the object", "{} {}", "is not a JSON object"},
      {"an unknown key", R"({"prot": 1})", "prot: there is no such option"},
      {"a key in the manner of variables", R"({"max_sessions": 1})",
       "max_sessions: there is no such option"},
      {"the name of another file", R"({"config": "x"})", "config: there is no such option"},
      {"null", R"({"name": null})", "name: expected a text, a number, true or false, not `null`"},
      {"a list", R"({"name": ["a"]})",
       R"(name: expected a text, a number, true or false, not `["a"]`)"},
      {"a fraction", R"({"port": 1.5})", "expected a whole number from 0 to 65535, not `1.5`"},
      {"a number below zero", R"({"port": -1})",
       "expected a whole number from 0 to 65535, not `-1`"},
      {"a switch for a number", R"({"port": true})",
       "expected a whole number from 0 to 65535, not `true`"},
  }));
  DYNAMIC_SECTION(row.what) {
    const ConfigFile file(row.content);
    const std::string message = refusal({"--config", file.path()});
    CHECK_THAT(message, Catch::Contains("`" + file.path() + "`"));
    CHECK_THAT(message, Catch::Contains(row.complaint));
  }
}

TEST_CASE("a file that is not there, or a directory, is refused, however it was named",
          "[config][file]") {
  const std::string path = GENERATE("/no/such/directory/options.json", "/");
  const std::string complaint = "--config: cannot read `" + path + "`";
  CHECK(refusal({"--config", path}) == complaint);
  CHECK(refusal({}, {{"DYNSESSIONS_CONFIG", path}}) == complaint);
}

}  // namespace
}  // namespace dynsessions::config
