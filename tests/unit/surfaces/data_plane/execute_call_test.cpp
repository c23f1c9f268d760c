#include <chrono>
#include <optional>
#include <string>

#include "emulator/surfaces/data_plane/executions/execute_wire.h"
#include "tests/support/catch.h"
#include "tests/unit/surfaces/data_plane/execute_call_checks.h"

namespace dynsessions::surfaces::data_plane::executions {
namespace {

using std::chrono::seconds;

TEST_CASE("each dialect's own body is taken", "[api][execute]") {
  const auto row = GENERATE(values<Accepted>({
      {"as the first clients sent it", kPython,
       R"({"properties":{"identifier":"s1","codeInputType":"inline","executionType":"synchronous",)"
       R"("pythonCode":"1+1","timeoutInSeconds":100}})",
       "1+1", seconds(100), "synchronous", "s1"},
      {"python: the later name of the code is taken too", kPython, R"({"properties":{"code":"2"}})",
       "2"},
      {"python: pythonCode wins", kPython, R"({"properties":{"code":"2","pythonCode":"3"}})", "3"},
      {"python: an empty identifier is none", kPython,
       R"({"properties":{"identifier":"","code":"2"}})", "2"},
      {"as the Azure CLI recorded it", kWrapped,
       R"({"properties": {"identifier": "s1", "codeInputType": "inline", "executionType": )"
       R"json("synchronous", "code": "print(\"Hello world\")", "timeoutInSeconds": 60}})json",
       "print(\"Hello world\")", seconds(60), "synchronous", "s1"},
      {"wrapped: only the code is needed", kWrapped, R"({"properties":{"code":"x"}})", "x"},
      {"as the Azure CLI recorded it later", kFlat,
       R"({"codeInputType": "inline", "executionType": "synchronous", "code": "x = 1", )"
       R"("timeoutInSeconds": 60})",
       "x = 1", seconds(60), "synchronous"},
      {"flat: only the code is needed", kFlat, R"({"code":"x"})", "x"},
      {"flat: a code next to a wrapper is code", kFlat, R"({"code":"x","properties":{"code":"y"}})",
       "x"},
  }));
  DYNAMIC_SECTION(row.what) { check_accepted(row); }
}

TEST_CASE("optional members have defaults, bounds and any casing of their words",
          "[api][execute]") {
  const auto row = GENERATE(values<Accepted>({
      {"an empty program", kFlat, R"({"code":""})", ""},
      {"null members are absent ones", kFlat,
       R"({"code":"x","timeoutInSeconds":null,"executionType":null,"codeInputType":null})", "x"},
      {"unknown members", kFlat, R"({"code":"x","identifier":"other","a":[{}],"b":{"c":1}})", "x"},
      {"Pascal case", kFlat,
       R"({"code":"x","executionType":"Synchronous","codeInputType":"Inline"})", "x"},
      {"upper case", kFlat,
       R"({"code":"x","executionType":"SYNCHRONOUS","codeInputType":"INLINE"})", "x", seconds(120),
       "SYNCHRONOUS"},
      {"inline text", kFlat, R"({"code":"x","codeInputType":"inlineText"})", "x"},
      {"the shortest timeout", kFlat, R"({"code":"x","timeoutInSeconds":1})", "x", seconds(1)},
      {"the ceiling", kFlat, R"({"code":"x","timeoutInSeconds":220})", "x", seconds(220)},
      {"above the ceiling", kFlat, R"({"code":"x","timeoutInSeconds":221})", "x", seconds(220)},
      {"the largest 64-bit number", kFlat, R"({"code":"x","timeoutInSeconds":9223372036854775807})",
       "x", seconds(220)},
      {"escapes as .NET writes them", kFlat,
       R"({"code":"\u0027\u00F6\u0027 \u002B \uD83D\uDE00\n"})", "'\xC3\xB6' + \xF0\x9F\x98\x80\n"},
      {"white space around the object", kFlat, " \r\n{\"code\":\"x\"}\n", "x"},
      {"nesting up to the limit", kFlat,
       R"({"code":"x","deep":)" + std::string(31, '[') + std::string(31, ']') + "}", "x"},
  }));
  DYNAMIC_SECTION(row.what) { check_accepted(row); }
}

TEST_CASE("the streams are cut from 2025-10-02-preview on, by default at 4096 characters",
          "[api][execute]") {
  struct Row {
    std::string line, body;
    std::optional<std::size_t> characters;
  };
  const auto row = GENERATE(values<Row>({
      {kNewest, R"({"code":""})", 4096},
      {kNewest, R"({"code":"","outputStreamsMaxLength":null})", 4096},
      {kNewest, R"({"code":"","outputStreamsMaxLength":1})", 1},
      {kNewest, R"({"code":"","outputStreamsMaxLength":100000})", 100000},
      {kFlat, R"({"code":""})", std::nullopt},
      {kFlat, R"({"code":"","outputStreamsMaxLength":1})", std::nullopt},
      {kWrapped, R"({"properties":{"code":"","outputStreamsMaxLength":"ignored"}})", std::nullopt},
  }));
  DYNAMIC_SECTION(row.line << " " << row.body) {
    const auto call = parse_execute_call(route_of(row.line), row.body);
    REQUIRE(call);
    CHECK(call->request.output_characters == row.characters);
  }
}

TEST_CASE("a body without usable code is refused as such", "[api][execute]") {
  constexpr auto kMissing = ErrorCode::execution_body_missing;
  const auto row = GENERATE_COPY(values<Refused>({
      {"flat: wrapped", kFlat, R"({"properties":{"code":"1"}})", kMissing},
      {"newest: wrapped", kNewest, R"({"properties":{"code":"1"}})", kMissing},
      {"flat: empty", kFlat, "{}", kMissing},
      {"flat: null", kFlat, R"({"code":null})", kMissing},
      {"flat: name in another case", kFlat, R"({"Code":"1"})", kMissing},
      {"flat: the python dialect's name", kFlat, R"({"pythonCode":"1"})", kMissing},
      {"flat: a shell command", kFlat, R"({"shellCommand":"ls"})", kMissing},
      {"wrapped: flat", kWrapped, R"({"code":"1"})", kMissing},
      {"wrapped: empty", kWrapped, "{}", kMissing},
      {"wrapped: empty properties", kWrapped, R"({"properties":{}})", kMissing},
      {"wrapped: properties are no object", kWrapped, R"({"properties":"code"})", kMissing},
      {"wrapped: properties are null", kWrapped, R"({"properties":null})", kMissing},
      {"wrapped: the python dialect's name", kWrapped, R"({"properties":{"pythonCode":"1"}})",
       kMissing},
      {"python: flat", kPython, R"({"pythonCode":"1"})", kMissing},
      {"python: empty properties", kPython, R"({"properties":{}})", kMissing},
      {"python: null", kPython, R"({"properties":{"pythonCode":null}})", kMissing},
  }));
  DYNAMIC_SECTION(row.what) { check_refused(row); }
}

TEST_CASE("the refusal of a wrapped body names the cure", "[api][execute]") {
  const auto call = parse_execute_call(route_of(kFlat), R"({"properties":{"code":"1"}})");
  REQUIRE_FALSE(call);
  CHECK(call.error().reason == "body is wrapped in \"properties\"; this api-version takes it flat");
}

TEST_CASE("a body that is not one JSON object is refused", "[api][execute]") {
  const auto body = GENERATE(values<std::string>({
      "",
      " ",
      "null",
      "1",
      "\"code\"",
      "[]",
      R"([{"code":"1"}])",
      "code=1",
      "{",
      R"({"code":"1")",
      R"({"code":"1"}})",
      R"({"code":"1"} x)",
      R"({'code':'1'})",
      R"({"code":"1",})",
      R"({"code":"1" /* comment */})",
      R"({"code":NaN})",
      "{\"code\":\"\n\"}",
      R"({"code":"\ud800"})",
      "{\"code\":\"\xFF\"}",
      std::string("{\"code\":\"\0\"}", 12),
      "--boundary\r\n",
  }));
  DYNAMIC_SECTION("body: " << body) {
    check_refused({"", kFlat, body, ErrorCode::invalid_request, "body"});
  }
}

TEST_CASE("nesting without end is refused", "[api][execute]") {
  const auto depth = GENERATE(33U, 1000U, 1'000'000U);
  DYNAMIC_SECTION(depth << " levels") {
    const std::string closed =
        R"({"code":"1","deep":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    check_refused({"", kFlat, closed, ErrorCode::invalid_request, "body"});
    std::string objects;
    for (unsigned i = 0; i < depth; ++i) objects += R"({"a":)";
    check_refused({"", kFlat, objects, ErrorCode::invalid_request, "body"});
  }
}

TEST_CASE("values without end are refused", "[api][execute]") {
  std::string zeros = "0";
  for (int i = 0; i < 1000; ++i) zeros += ",0";
  const auto body = GENERATE_COPY(as<std::string>(), R"({"code":"1","wide":[)" + zeros + "]}",
                                  R"({"wide":[)" + zeros + R"(],"code":"1"})");
  check_refused({"", kFlat, body, ErrorCode::invalid_request, "body"});
}

TEST_CASE("a member of the wrong type or value is refused by name", "[api][execute]") {
  constexpr auto kInvalid = ErrorCode::invalid_request;
  const auto row = GENERATE_COPY(values<Refused>({
      {"code: number", kFlat, R"({"code":1})", kInvalid, "code"},
      {"code: list", kFlat, R"({"code":["1"]})", kInvalid, "code"},
      {"pythonCode: object", kPython, R"({"properties":{"pythonCode":{}}})", kInvalid,
       "pythonCode"},
      {"identifier: number", kPython, R"({"properties":{"code":"","identifier":1}})", kInvalid,
       "identifier"},
      {"timeout: zero", kFlat, R"({"code":"","timeoutInSeconds":0})", kInvalid, "timeoutInSeconds"},
      {"timeout: negative", kFlat, R"({"code":"","timeoutInSeconds":-1})", kInvalid,
       "timeoutInSeconds"},
      {"timeout: fraction", kFlat, R"({"code":"","timeoutInSeconds":1.5})", kInvalid,
       "timeoutInSeconds"},
      {"timeout: text", kFlat, R"({"code":"","timeoutInSeconds":"60"})", kInvalid,
       "timeoutInSeconds"},
      {"timeout: truth", kFlat, R"({"code":"","timeoutInSeconds":true})", kInvalid,
       "timeoutInSeconds"},
      {"timeout: beyond 64 bits", kFlat, R"({"code":"","timeoutInSeconds":9223372036854775808})",
       kInvalid, "timeoutInSeconds"},
      {"timeout: the largest without sign", kFlat,
       R"({"code":"","timeoutInSeconds":18446744073709551615})", kInvalid, "timeoutInSeconds"},
      {"timeout: beyond any integer", kFlat, R"({"code":"","timeoutInSeconds":1e99})", kInvalid,
       "timeoutInSeconds"},
      {"wrapped timeout", kWrapped, R"({"properties":{"code":"","timeoutInSeconds":0}})", kInvalid,
       "timeoutInSeconds"},
      {"code input type: unknown", kFlat, R"({"code":"","codeInputType":"file"})", kInvalid,
       "codeInputType"},
      {"code input type: number", kFlat, R"({"code":"","codeInputType":1})", kInvalid,
       "codeInputType"},
      {"execution type: unknown", kFlat, R"({"code":"","executionType":"later"})", kInvalid,
       "executionType"},
      {"execution type: empty", kFlat, R"({"code":"","executionType":""})", kInvalid,
       "executionType"},
      {"execution type: list", kFlat, R"({"code":"","executionType":[]})", kInvalid,
       "executionType"},
      {"identifier of a wrapped body: list", kWrapped,
       R"({"properties":{"code":"","identifier":[]}})", kInvalid, "identifier"},
      {"empty kernel: text", kNewest, R"({"code":"","useEmptyKernel":"true"})", kInvalid,
       "useEmptyKernel"},
      {"empty kernel: number", kNewest, R"({"code":"","useEmptyKernel":1})", kInvalid,
       "useEmptyKernel"},
      {"empty kernel: object", kNewest, R"({"code":"","useEmptyKernel":{}})", kInvalid,
       "useEmptyKernel"},
      {"stream length: zero", kNewest, R"({"code":"","outputStreamsMaxLength":0})", kInvalid,
       "outputStreamsMaxLength"},
      {"stream length: text", kNewest, R"({"code":"","outputStreamsMaxLength":"4096"})", kInvalid,
       "outputStreamsMaxLength"},
  }));
  DYNAMIC_SECTION(row.what) { check_refused(row); }
}

TEST_CASE("code in base64 is decoded", "[api][execute]") {
  const auto row = GENERATE(values<Accepted>({
      {"flat", kFlat, R"({"codeInputType":"InlineBase64","code":"NiAqIDc="})", "6 * 7"},
      {"lower case, wrapped", kWrapped,
       R"({"properties":{"codeInputType":"inlinebase64","code":"J8O2Jw=="}})", "'\xC3\xB6'"},
      {"an empty program", kFlat, R"({"codeInputType":"InlineBase64","code":""})", ""},
      {"broken into lines", kFlat, R"({"codeInputType":"InlineBase64","code":"NiAq\r\nIDc=\n"})",
       "6 * 7"},
      {"with blanks", kFlat, R"({"codeInputType":"InlineBase64","code":" NiAq\tIDc="})", "6 * 7"},
      {"not asked for", kFlat, R"({"codeInputType":"Inline","code":"NiAqIDc="})", "NiAqIDc="},
  }));
  DYNAMIC_SECTION(row.what) { check_accepted(row); }
}

TEST_CASE("code that is not the base64 of UTF-8 text is refused", "[api][execute]") {
  const auto code = GENERATE(values<std::string>(
      {"6 * 7", "NiAqIDc", "/w==", "====", "N-_=", R"(NiAq\u00a0IDc=)", R"(NiAq\u0000IDc=)"}));
  DYNAMIC_SECTION(code) {
    check_refused({"", kFlat, R"({"codeInputType":"InlineBase64","code":")" + code + R"("})",
                   ErrorCode::invalid_request, "code"});
  }
}

TEST_CASE("the flat dialect has asynchronous executions, the others have not", "[api][execute]") {
  const auto word = GENERATE(values<std::string>({"Asynchronous", "asynchronous"}));
  DYNAMIC_SECTION(word) {
    const std::string members = R"("code":"","executionType":")" + word + R"(")";
    const auto call = parse_execute_call(route_of(kFlat), "{" + members + "}");
    REQUIRE(call);
    CHECK(call->asynchronous);
    CHECK(call->execution_type == word);
    check_refused({word, kWrapped, R"({"properties":{)" + members + "}}",
                   ErrorCode::operation_not_supported, "executionType"});
  }
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane::executions
