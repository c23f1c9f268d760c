#include "emulator/packages/layer_build.h"

#include "tests/support/catch.h"

namespace dynsessions::packages::test {

TEST_CASE("a failure of pip shows its errors and a cure", "[packages]") {
  struct Row {
    const char* said;
    const char* cure;
  };
  const auto row = GENERATE(values<Row>({
      {"WARNING: Retrying after connection broken by 'NewConnectionError'\n"
       "ERROR: No matching distribution found for a\n",
       "the registry cannot be reached"},
      {"ERROR: No matching distribution found for a\n", "look at the name"},
      {"ERROR: ResolutionImpossible: for help visit\n", "exclude each other"},
      {"/usr/bin/python3: No module named pip\n", "has no pip"},
      {"something else\n", ""},
  }));
  DYNAMIC_SECTION(row.said) {
    const Error error = pip_failure(row.said);
    CHECK_THAT(error.reason, Catch::Contains(row.cure));
    CHECK_THAT(error.message, Catch::StartsWith("pip could not install the packages:\n  "));
  }
}

TEST_CASE("of what pip says errors are shown, or else the last lines, made printable",
          "[packages]") {
  CHECK(pip_failure("noise\nERROR: one\x1b[0m\nnoise\nERROR: two\n").message ==
        "pip could not install the packages:\n  ERROR: one\\u001b[0m\n  ERROR: two");
  std::string many;
  for (int i = 1; i <= 20; ++i) many += "line " + std::to_string(i) + "\n";
  const std::string message = pip_failure(many).message;
  CHECK_THAT(message, Catch::Contains("line 20"));
  CHECK_FALSE(message.find("line 8\n") != std::string::npos);
  CHECK(pip_failure("ERROR: Exception:\nTraceback:\n  line\nInvalidMarker: nonsense\n").message ==
        "pip could not install the packages:\n  ERROR: Exception:\n  InvalidMarker: nonsense");
  CHECK_THAT(
      pip_failure("ERROR: the agent of sessions does not work with these packages: x\n").message,
      Catch::StartsWith("sessions could not start with the packages:\n"));
  CHECK(pip_failure("").message == "pip could not install the packages");
}

TEST_CASE("facts of a layer are the last line that the script prints", "[packages]") {
  const auto facts = read_layer_facts(
      "text of some package\n{\"packages\": {\"a\": \"1\"}, \"conflicts\": [\"a needs b\"]}\n");
  REQUIRE(facts);
  CHECK(facts->packages == Versions{{"a", "1"}});
  CHECK(facts->conflicts == std::vector<std::string>{"a needs b"});
  for (const char* text : {"", "{}", "[]", "{\"packages\": {\"a\": 1}, \"conflicts\": []}"}) {
    CHECK_FALSE(read_layer_facts(text));
  }
}

}  // namespace dynsessions::packages::test
