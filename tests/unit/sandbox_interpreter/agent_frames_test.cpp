#include "sandbox/agents/python/agent_frames.h"

#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

using ValueKind = ResultFrame::ValueKind;
using nlohmann::json;

/// Decodes a frame of the server as the agent does; its length must be exact.
json unframed(const std::string& frame) {
  REQUIRE(announced_length(frame) == frame.size() - kFrameHeaderBytes);
  return json::parse(frame.substr(kFrameHeaderBytes));
}

json result_with_value(const json& value) {
  return {{"result", {{"id", 7}, {"ok", true}, {"value", value}, {"traceback", 0}}}};
}

std::optional<AgentFrame> decode(const json& frame) { return decode_agent_frame(frame.dump()); }

TEST_CASE("an execute frame carries the id and the exact code", "[agent_frames]") {
  const std::string code = GENERATE(as<std::string>{}, "1+1", "", "print(\"a\\n\")\n\t# \x01",
                                    "x = 'é€😀'", std::string("a\0b", 3));
  const json frame = unframed(encode_execute_frame({18446744073709551615U, code}));
  CHECK(frame == json{{"execute", {{"id", 18446744073709551615U}, {"code", code}}}});
}

TEST_CASE("code that is not UTF-8 is sent with replacement characters", "[agent_frames]") {
  const json frame = unframed(encode_execute_frame({1, "a\xff"}));
  CHECK(frame["execute"]["code"] == "a\xEF\xBF\xBD");
}

TEST_CASE("code too large for a frame is refused", "[agent_frames]") {
  const std::string code(kMaxExecuteFrameBytes, ' ');
  CHECK_THROWS_AS(encode_execute_frame({1, code}), std::runtime_error);
}

TEST_CASE("a length is read as a big-endian number", "[agent_frames]") {
  CHECK(announced_length(std::string("\0\0\0\0", 4)) == 0);
  CHECK(announced_length(std::string("\0\0\x01\x02", 4)) == 258);
  CHECK(announced_length("\xff\xff\xff\xff, and bytes behind it") == 0xFFFFFFFF);
}

TEST_CASE("a ready frame tells the version of Python", "[agent_frames]") {
  const auto frame = decode({{"ready", {{"python", "3.11.2"}, {"later", {1, 2}}}}});
  REQUIRE(frame);
  CHECK(std::get<ReadyFrame>(*frame).python_version == "3.11.2");
}

struct ValueCase {
  std::string what;
  json value;
  ValueKind kind;
  std::vector<std::size_t> lengths;  ///< base64, text, repr, characters, traceback, displays
};

std::vector<std::size_t> lengths_of(const ResultFrame& result) {
  const auto& [base64, text, repr, characters, traceback, displays] = result.lengths;
  return {base64, text, repr, characters, traceback, displays};
}

TEST_CASE("a result frame carries each kind of value", "[agent_frames]") {
  const auto row = GENERATE(values<ValueCase>({
      {"nothing", {{"kind", "nothing"}}, ValueKind::nothing, {0, 0, 0, 0, 0, 0}},
      {"none", {{"kind", "none"}}, ValueKind::none, {0, 0, 0, 0, 0, 0}},
      {"text", {{"kind", "text"}, {"text", 42}}, ValueKind::text, {0, 42, 0, 0, 0, 0}},
      {"string",
       {{"kind", "string"}, {"repr", 4}, {"characters", 2}},
       ValueKind::string,
       {0, 0, 4, 2, 0, 0}},
      {"image",
       {{"kind", "image"}, {"format", "png"}, {"base64", 4000}},
       ValueKind::image,
       {4000, 0, 0, 0, 0, 0}},
      {"unknown members",
       {{"kind", "text"}, {"text", 1}, {"html", "<b>"}},
       ValueKind::text,
       {0, 1, 0, 0, 0, 0}},
      {"members of other kinds",
       {{"kind", "none"}, {"text", 1}, {"base64", 1}},
       ValueKind::none,
       {0, 0, 0, 0, 0, 0}},
  }));
  DYNAMIC_SECTION(row.what) {
    const auto frame = decode(result_with_value(row.value));
    REQUIRE(frame);
    const auto& result = std::get<ResultFrame>(*frame);
    CHECK(result.id == 7);
    CHECK(result.ok);
    CHECK(result.value_kind == row.kind);
    CHECK(lengths_of(result) == row.lengths);
  }
}

TEST_CASE("an image can have an expression with it", "[agent_frames]") {
  const json image = {{"kind", "image"}, {"format", "png"}, {"base64", 4}};
  const auto decode_with = [&](const json& expression) {
    json value = image;
    value.update(expression);
    return decode(result_with_value(value));
  };
  const auto plain = decode_with(json::object());
  REQUIRE(plain);
  CHECK(std::get<ResultFrame>(*plain).with_image == ValueKind::nothing);
  CHECK(std::get<ResultFrame>(*plain).format == "png");

  const auto text = decode_with({{"text", 2}});
  REQUIRE(text);
  CHECK(std::get<ResultFrame>(*text).value_kind == ValueKind::image);
  CHECK(std::get<ResultFrame>(*text).with_image == ValueKind::text);
  CHECK(lengths_of(std::get<ResultFrame>(*text)) == std::vector<std::size_t>{4, 2, 0, 0, 0, 0});

  const auto string = decode_with({{"repr", 3}, {"characters", 1}});
  REQUIRE(string);
  CHECK(std::get<ResultFrame>(*string).with_image == ValueKind::string);
  CHECK(lengths_of(std::get<ResultFrame>(*string)) == std::vector<std::size_t>{4, 0, 3, 1, 0, 0});

  CHECK_FALSE(decode_with({{"text", "2"}}));
  CHECK_FALSE(decode_with({{"repr", 3}}));
  CHECK_FALSE(decode_with({{"repr", 3}, {"characters", nullptr}}));
}

TEST_CASE("a result frame carries a failure with its traceback", "[agent_frames]") {
  json frame = result_with_value({{"kind", "nothing"}});
  frame["result"]["ok"] = false;
  frame["result"]["traceback"] = 20;
  const auto decoded = decode(frame);
  REQUIRE(decoded);
  const auto& result = std::get<ResultFrame>(*decoded);
  CHECK_FALSE(result.ok);
  CHECK(result.lengths.traceback == 20);
}

TEST_CASE("a result frame tells the length of its displays if it has some", "[agent_frames]") {
  json frame = result_with_value({{"kind", "none"}});
  frame["result"]["displays"] = 300;
  const auto decoded = decode(frame);
  REQUIRE(decoded);
  CHECK(std::get<ResultFrame>(*decoded).lengths.displays == 300);
  for (const json& bad : {json(-1), json("300"), json(kMaxResultBytes + 1), json(nullptr)}) {
    frame["result"]["displays"] = bad;
    CHECK_FALSE(decode(frame));
  }
  frame["result"]["displays"] = kMaxResultBytes - 5;
  frame["result"]["traceback"] = 6;
  CHECK_FALSE(decode(frame));
}

TEST_CASE("an execute frame has a trace, and asks for displays, if that is wanted",
          "[agent_frames]") {
  const json frame = unframed(encode_execute_frame({1, "2", kExecute, "00-trace", true}));
  CHECK(frame ==
        json{{"execute",
              {{"id", 1}, {"code", "2"}, {"traceparent", "00-trace"}, {"displays", true}}}});
}

TEST_CASE("the texts of a result are bounded together", "[agent_frames]") {
  const auto with_lengths = [](std::uint64_t repr, std::uint64_t characters) {
    return decode(
        result_with_value({{"kind", "string"}, {"repr", repr}, {"characters", characters}}));
  };
  CHECK(with_lengths(kMaxResultBytes - 10, 10));
  CHECK_FALSE(with_lengths(kMaxResultBytes - 10, 11));
  CHECK_FALSE(with_lengths(kMaxResultBytes + 1, 0));
  CHECK_FALSE(with_lengths(18446744073709551615U, 1));
}

TEST_CASE("members out of place are refused, whatever their place", "[agent_frames]") {
  json frame = result_with_value({{"kind", "string"}, {"repr", 3}, {"characters", 1}});
  REQUIRE(decode(frame));
  const json::json_pointer place(GENERATE(
      as<std::string>{}, "/result", "/result/id", "/result/ok", "/result/value",
      "/result/traceback", "/result/value/kind", "/result/value/repr", "/result/value/characters"));
  const json wrong = GENERATE(as<json>{}, nullptr, -1, 1.5, json::array(), json::array({"x"}));
  DYNAMIC_SECTION(place << " as " << wrong) {
    frame[place] = wrong;
    CHECK_FALSE(decode(frame));
  }
  DYNAMIC_SECTION(place << " missing") {
    frame[place.parent_pointer()].erase(place.back());
    CHECK_FALSE(decode(frame));
  }
}

struct BadPayload {
  std::string what;
  std::string payload;
};

TEST_CASE("a payload that is no frame is refused", "[agent_frames]") {
  const std::string deep_array = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  std::string wide_array = "[1";
  for (int i = 0; i < 100; ++i) wide_array += ",1";
  wide_array += ']';
  const auto [what, payload] = GENERATE_COPY(values<BadPayload>({
      {"empty", ""},
      {"not JSON", "ready"},
      {"cut short", R"({"ready":{"python":"3)"},
      {"bytes behind it", R"({"ready":{"python":"3"}}x)"},
      {"an array", R"([{"ready":{"python":"3"}}])"},
      {"null", "null"},
      {"an object without a frame", "{}"},
      {"a frame of the server", R"({"execute":{"id":1,"code":""}})"},
      {"ready with a number", R"({"ready":{"python":3}})"},
      {"ready without a version", R"({"ready":{}})"},
      {"ready that is no object", R"({"ready":"3.11"})"},
      {"an unknown kind of value",
       R"({"result":{"id":1,"ok":true,"value":{"kind":"html"},"traceback":0}})"},
      {"an id as text", R"({"result":{"id":"1","ok":true,"value":{"kind":"none"},"traceback":0}})"},
      {"an id too large",
       R"({"result":{"id":18446744073709551616,"ok":true,"value":{"kind":"none"},"traceback":0}})"},
      {"ok as a number", R"({"result":{"id":1,"ok":1,"value":{"kind":"none"},"traceback":0}})"},
      {"bytes that are not UTF-8", "{\"ready\":{\"python\":\"\xff\"}}"},
      {"a lone surrogate", R"({"ready":{"python":"\ud800"}})"},
      {"a million brackets", deep_array},
      {"a million brackets in an unknown member",
       R"({"ready":{"python":"3"},"x":)" + deep_array + "}"},
      {"a hundred values next to a good member",
       R"({"ready":{"python":"3"},"x":)" + wide_array + "}"},
  }));
  DYNAMIC_SECTION(what) { CHECK_FALSE(decode_agent_frame(payload)); }
}

TEST_CASE("escapes and characters of every length arrive as UTF-8", "[agent_frames]") {
  const auto frame =
      decode_agent_frame(R"({"ready":{"python":"\u00e9\u20ac\ud83d\ude00\u0000é"}})");
  REQUIRE(frame);
  CHECK(std::get<ReadyFrame>(*frame).python_version == std::string("é€😀\0é", 12));
}

}  // namespace
}  // namespace dynsessions::sandbox
