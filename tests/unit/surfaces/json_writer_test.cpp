#include "emulator/surfaces/json_writer.h"

#include <cstdint>
#include <limits>
#include <string>

#include "tests/support/catch.h"

namespace dynsessions::surfaces {
namespace {

std::string nested_document(ObjectIds ids) {
  JsonWriter json(ids);
  json.begin_object().member("z", "last letter first").key("list").begin_array();
  json.begin_object().key("inner").begin_object().member("n", std::int64_t{1}).end_object();
  json.end_object();
  json.begin_object().end_object();
  json.end_array().member("a", std::int64_t{2}).end_object();
  return json.take();
}

TEST_CASE("members come out in the order in which they were written", "[api][json_writer]") {
  CHECK(nested_document(ObjectIds::absent) ==
        R"({"z":"last letter first","list":[{"inner":{"n":1}},{}],"a":2})");
}

TEST_CASE("every object gets an $id, first and in document order; arrays get none",
          "[api][json_writer]") {
  CHECK(nested_document(ObjectIds::numbered) ==
        R"({"$id":"1","z":"last letter first","list":[{"$id":"2","inner":{"$id":"3","n":1}},)"
        R"({"$id":"4"}],"a":2})");
}

TEST_CASE("a document that is taken in pieces is the same document", "[api][json_writer]") {
  JsonWriter json(ObjectIds::numbered);
  std::string text = json.take_piece();
  json.begin_object().key("value");
  text += json.take_piece();
  json.begin_array();
  for (int i = 0; i < 3; ++i) {
    text += json.take_piece() + json.take_piece();
    json.begin_object().member("n", std::int64_t{i});
    text += json.take_piece();
    json.end_object();
  }
  text += json.take_piece();
  json.end_array().end_object();
  text += json.take_piece();
  CHECK(text == R"({"$id":"1","value":[{"$id":"2","n":0},{"$id":"3","n":1},{"$id":"4","n":2}]})");
  CHECK(json.size() == 0);
}

TEST_CASE("values of every kind are separated by commas", "[api][json_writer]") {
  JsonWriter json(ObjectIds::absent);
  json.begin_array().string("").integer(0).null().raw("true").raw("[1]").begin_array().end_array();
  json.begin_object().end_object().string("[").string("{").string(":").integer(7).end_array();
  CHECK(json.take() == R"(["",0,null,true,[1],[],{},"[","{",":",7])");
}

TEST_CASE("raw text goes out as it is and takes no part in the numbering", "[api][json_writer]") {
  JsonWriter json(ObjectIds::numbered);
  json.begin_object().key("a").raw(R"({ "b" : 1.50e+1 })").key("c").begin_object().end_object();
  json.end_object();
  CHECK(json.take() == R"({"$id":"1","a":{ "b" : 1.50e+1 },"c":{"$id":"2"}})");
}

TEST_CASE("integers keep their whole range", "[api][json_writer]") {
  JsonWriter json(ObjectIds::absent);
  json.begin_array().integer(std::numeric_limits<std::int64_t>::min());
  json.integer(std::numeric_limits<std::int64_t>::max()).end_array();
  const std::string text = json.take();
  CHECK(text == "[-9223372036854775808,9223372036854775807]");
}

struct Escaped {
  std::string what;
  std::string text;
  std::string json;
};

TEST_CASE("text is escaped where JSON asks for it and nowhere else", "[api][json_writer]") {
  const auto row = GENERATE(values<Escaped>({
      {"plain", "Hello world", R"("Hello world")"},
      {"line ends and tabs", "a\r\n\tb", R"("a\r\n\tb")"},
      {"quotes and backslashes", R"(say "hi" \ o/)", R"("say \"hi\" \\ o/")"},
      {"control characters", std::string("\x1b[0m\x00\x01\b\f", 8),
       R"("\u001b[0m\u0000\u0001\b\f")"},
      {"delete is no control character of JSON's", "\x7f", "\"\x7f\""},
      {"text beyond ASCII",
       "gr\xC3\xB6\xC3\x9F"
       "e \xF0\x9F\x98\x80",
       "\"gr\xC3\xB6\xC3\x9F"
       "e \xF0\x9F\x98\x80\""},
      {"markup", "<a href='x'>&amp;+</a>", R"("<a href='x'>&amp;+</a>")"},
  }));
  DYNAMIC_SECTION(row.what) {
    JsonWriter value(ObjectIds::absent);
    CHECK(value.string(row.text).take() == row.json);
    JsonWriter name(ObjectIds::absent);
    CHECK(name.begin_object().key(row.text).null().end_object().take() ==
          "{" + row.json + ":null}");
  }
}

TEST_CASE("text that is not UTF-8 becomes no JSON", "[api][json_writer]") {
  JsonWriter json(ObjectIds::absent);
  CHECK_THROWS_AS(json.string("a\xFFz"), std::invalid_argument);
}

TEST_CASE("a number of JSON's grammar is one", "[api][json_writer]") {
  const auto text = GENERATE(values<std::string>({
      "0",
      "-0",
      "7",
      "42",
      "-42",
      "10",
      "118726350.28999999",
      "0.5",
      "-0.5",
      "0.0",
      "1.0",
      "1e5",
      "1E5",
      "1e+16",
      "1e-07",
      "2.5e10",
      "-1.25E-3",
      "0e0",
      "123456789012345678901234567890",
  }));
  DYNAMIC_SECTION(text) { CHECK(is_json_number(text)); }
}

TEST_CASE("text that only Python or a person would read as a number is not a number",
          "[api][json_writer]") {
  const auto text = GENERATE(values<std::string>({
      "",
      "-",
      "+1",
      ".5",
      "5.",
      "1.e5",
      "00",
      "01",
      "-01",
      "1e",
      "1e+",
      "e5",
      "1_000",
      "1,5",
      "nan",
      "-nan",
      "inf",
      "-inf",
      "NaN",
      "0x10",
      "1j",
      "(1+2j)",
      " 1",
      "1 ",
      "1\n",
      "--1",
      "1.2.3",
      "1e5.5",
      "True",
      "None",
      "[1]",
      "'1'",
      "\"1\"",
      "1/2",
      "\xD9\xA1",
      "np.float64(1.0)",
      "Decimal('1')",
      "datetime.timedelta(0)",
  }));
  DYNAMIC_SECTION("not a number: '" << text << "'") { CHECK_FALSE(is_json_number(text)); }
}

}  // namespace
}  // namespace dynsessions::surfaces
