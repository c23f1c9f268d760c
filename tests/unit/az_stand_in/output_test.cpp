#include "emulator/az_stand_in/output.h"

#include "tests/support/catch.h"

namespace dynsessions::az_stand_in {
namespace {

using Json = nlohmann::ordered_json;

const Json kAnswer = {
    {"id", "hidden"},    {"tokenType", "Bearer"}, {"expiresOn", "2026-11-30 10:00:00.000000"},
    {"isDefault", true}, {"list", Json::array()}, {"user", {{"name", "it's me"}}}};

TEST_CASE("an answer is written as the Azure CLI writes it", "[az]") {
  const auto written = [](const char* form) { return written_as(form, kAnswer, Members::sorted); };
  CHECK(written("none").empty());
  CHECK(written("json") ==
        "{\n"
        "  \"expiresOn\": \"2026-11-30 10:00:00.000000\",\n"
        "  \"id\": \"hidden\",\n"
        "  \"isDefault\": true,\n"
        "  \"list\": [],\n"
        "  \"tokenType\": \"Bearer\",\n"
        "  \"user\": {\n"
        "    \"name\": \"it's me\"\n"
        "  }\n"
        "}\n");
  CHECK(written("jsonc") == written("json"));
  CHECK(written("tsv") == "2026-11-30 10:00:00.000000\thidden\tTrue\t0\tBearer\t\n");
  CHECK(written("table") ==
        "ExpiresOn                   IsDefault  TokenType\n"
        "--------------------------  ---------  ---------\n"
        "2026-11-30 10:00:00.000000  True       Bearer\n");
  CHECK(written("yaml") ==
        "expiresOn: '2026-11-30 10:00:00.000000'\n"
        "id: hidden\n"
        "isDefault: true\n"
        "list: []\n"
        "tokenType: Bearer\n"
        "user:\n"
        "  name: 'it''s me'\n");
  CHECK(written("yamlc") == written("yaml"));
}

TEST_CASE("a selected text is written alone", "[az]") {
  const Json text = "abc";
  CHECK(written_as("json", text, Members::as_asked) == "\"abc\"\n");
  CHECK(written_as("tsv", text, Members::as_asked) == "abc\n");
  CHECK(written_as("table", text, Members::as_asked) == "Result\n------\nabc\n");
  CHECK(written_as("yaml", text, Members::as_asked) == "abc\n...\n");
  CHECK(written_as("tsv", Json(true), Members::as_asked) == "true\n");
  CHECK(written_as("json", Json(), Members::as_asked).empty());
  CHECK(written_as("tsv", Json(), Members::as_asked).empty());
}

TEST_CASE("a selected list has a line for each member", "[az]") {
  const Json list = {"abc", nullptr};
  CHECK(written_as("tsv", list, Members::as_asked) == "abc\nNone\n");
  CHECK(written_as("table", list, Members::as_asked) == "Result\n------\nabc\nNone\n");
  CHECK(written_as("yaml", list, Members::as_asked) == "- abc\n- null\n");
}

TEST_CASE("a selected object keeps its order in lines and tables", "[az]") {
  const Json object = {{"z", "1"}, {"a", "2"}};
  CHECK(written_as("tsv", object, Members::as_asked) == "1\t2\n");
  CHECK(written_as("table", object, Members::as_asked) == "Z  A\n-  -\n1  2\n");
  CHECK(written_as("yaml", object, Members::as_asked) == "a: '2'\nz: '1'\n");
}

TEST_CASE("yaml quotes a text that would be read as something else", "[az]") {
  const auto text = GENERATE(values<std::string>({"", "true", "No", "null", "12", "1e3", "a: b"}));
  CHECK(written_as("yaml", text, Members::as_asked) == "'" + text + "'\n...\n");
  const std::string id = "00000000-0000-4000-8000-000000000001";
  CHECK(written_as("yaml", id, Members::as_asked) == id + "\n...\n");
}

}  // namespace
}  // namespace dynsessions::az_stand_in
