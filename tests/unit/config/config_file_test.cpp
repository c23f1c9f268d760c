#include "emulator/config/config_file.h"

#include <array>

#include "tests/support/catch.h"
#include "tests/unit/config/config_fixture.h"

namespace dynsessions::config {
namespace {

TEST_CASE("numbers, switches and texts of the file are read as what they are", "[config][file]") {
  const TemporaryConfig file(R"({
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
  const TemporaryConfig one(R"({"port": 1})");
  const TemporaryConfig two(R"({"port": 2})");
  const Variables variables{{"DYNSESSIONS_CONFIG", one.path()}};
  CHECK(parse({}, variables).config.server.port == 1);
  CHECK(parse({"--config", two.path()}, variables).config.server.port == 2);
}

TEST_CASE("an empty object sets nothing", "[config][file]") {
  const TemporaryConfig file("{}");
  CHECK(parse({"--config", file.path()}).config.server.port == Config().server.port);
}

TEST_CASE("a file that cannot be used is refused by name", "[config][file]") {
  struct Row {
    std::string what, content, complaint;
  };
  const auto row = GENERATE(values<Row>({
      {"nothing in it", "", "line 1, column 1: this is not JSON: unexpected end of input"},
      {"not JSON", "port = 7070", "line 1, column 1: this is not JSON: invalid literal"},
      {"an array", "[1]", "is not a JSON object"},
      {"text after the object", "{} {}", "line 1, column 4: this is not JSON"},
      {"a comma after the last member", "{\n  // a port\n  \"port\": 1,\n}",
       "line 4, column 1: this is not JSON: unexpected '}'"},
      {"no comma between members", "{\n  \"port\": 1\n  \"name\": \"a\"\n}",
       "line 3, column 8: this is not JSON: unexpected string literal"},
      {"a key twice", "{\n  \"port\": 1,\n  \"name\": \"a\",\n  \"port\": 1\n}",
       "line 4, column 3: `port` is there twice in one object"},
      {"a number beyond all", R"({"port": 1e999})",
       "line 1, column 14: this cannot be read: number overflow"},
      {"an unknown key", R"({"prot": 1})", "prot: there is no such option; did you mean `port`?"},
      {"a key in the manner of variables", R"({"max_sessions": 1})",
       "max_sessions: there is no such option; did you mean `max-sessions`?"},
      {"a key like no other", R"({"qqqqqqqq": "x"})",
       "qqqqqqqq: there is no such option; `dynsessions options` lists them all"},
      {"null", R"({"port": null})", "port: expected a whole number from 0 to 65535, not `null`"},
      {"a list", R"({"executor": ["a", "b"]})",
       R"(executor: expected names or ids with commas between them, not `["a","b"]`)"},
      {"a fraction", R"({"port": 1.5})", "expected a whole number from 0 to 65535, not `1.5`"},
      {"a number below zero", R"({"port": -1})",
       "expected a whole number from 0 to 65535, not `-1`"},
      {"a switch for a number", R"({"port": true})",
       "expected a whole number from 0 to 65535, not `true`"},
  }));
  DYNAMIC_SECTION(row.what) {
    const TemporaryConfig file(row.content);
    const std::string message = refusal({"--config", file.path()});
    CHECK_THAT(message, Catch::Contains("`" + file.path() + "`"));
    CHECK_THAT(message, Catch::Contains(row.complaint));
  }
}

TEST_CASE("keys with arrays and objects are kept as JSON, where they are expected",
          "[config][file]") {
  constexpr std::array<std::string_view, 2> kStructured{"pools", "other"};
  const TemporaryConfig file(R"({"pools": [{"name": "a"}, /* none */ {"name": "b"}], "port": 1})");
  const auto read = read_config_file(file.path(), kStructured);
  CHECK(read.structured == Values{{"pools", R"([{"name":"a"},{"name":"b"}])"}});
  CHECK(read.scalars == Values{{"port", "1"}});
  CHECK(read.place_of("pools") == "`" + file.path() + "`, pools");

  const auto message = [&](const std::string& content) {
    const TemporaryConfig wrong(content);
    try {
      (void)read_config_file(wrong.path(), kStructured);
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK_THAT(message(R"({"other": 1})"),
             Catch::EndsWith("other: expected an array or an object, not `1`"));
  CHECK_THAT(message(R"({"pool": []})"), Catch::EndsWith("did you mean `pools`?"));
  CHECK_THAT(message("{\"pools\": [{\"name\": 1,\n\"name\": 2}]}"),
             Catch::EndsWith("line 2, column 1: `name` is there twice in one object"));
  // Two objects can have equal keys.
  CHECK(message(R"({"pools": [{"name": 1}, {"name": 1}]})") == "accepted");
}

TEST_CASE("a file that is not there, or a directory, is refused, however it was named",
          "[config][file]") {
  const auto [path, why] = GENERATE(table<std::string, std::string>(
      {{"/no/such/directory/options.json", "No such file or directory"}, {"/", "Is a directory"}}));
  const std::string complaint = "--config: cannot read `" + path + "`: " + why;
  CHECK(refusal({"--config", path}) == complaint);
  CHECK(refusal({}, {{"DYNSESSIONS_CONFIG", path}}) == complaint);
}

}  // namespace
}  // namespace dynsessions::config
