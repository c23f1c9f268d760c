#include "sandbox/agents/python/agent_frames.h"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

namespace dynsessions::sandbox {
namespace {

using ValueKind = ResultFrame::ValueKind;
using nlohmann::json;

std::string length_prefix(std::uint32_t size) {
  std::string prefix;
  for (const int shift : {24, 16, 8, 0}) prefix.push_back(static_cast<char>(size >> shift));
  return prefix;
}

std::string framed(std::string_view payload) {
  return length_prefix(static_cast<std::uint32_t>(payload.size())).append(payload);
}

/// What the agent reads out of a frame of ours; the length must be exact.
json unframed(const std::string& frame) {
  FrameReader reader;
  reader.append(frame);
  const auto payload = reader.next();
  REQUIRE(payload);
  REQUIRE(payload->size() == frame.size() - 4);
  return json::parse(*payload);
}

json result_with_value(const json& value) {
  return {{"result", {{"id", 7}, {"ok", true}, {"value", value}, {"traceback", ""}}}};
}

std::optional<AgentFrame> decode(const json& frame) { return decode_agent_frame(frame.dump()); }

TEST_CASE("an execute frame carries the id and the exact code", "[agent_frames]") {
  const std::string code = GENERATE(as<std::string>{}, "1+1", "", "print(\"a\\n\")\n\t# \x01",
                                    "x = 'é€😀'", std::string("a\0b", 3));
  const json frame = unframed(encode_execute_frame(18446744073709551615U, code));
  CHECK(frame == json{{"execute", {{"id", 18446744073709551615U}, {"code", code}}}});
}

TEST_CASE("code that is not UTF-8 is sent with replacement characters", "[agent_frames]") {
  const json frame = unframed(encode_execute_frame(1, "a\xff"));
  CHECK(frame["execute"]["code"] == "a\xEF\xBF\xBD");
}

TEST_CASE("code too large for a frame is refused", "[agent_frames]") {
  const std::string code(kMaxFrameBytes, ' ');
  CHECK_THROWS_AS(encode_execute_frame(1, code), std::runtime_error);
}

TEST_CASE("a reader gives nothing until a frame is whole", "[agent_frames]") {
  const std::string frame = framed("{\"a\":1}");
  FrameReader reader;
  for (std::size_t i = 0; i + 1 < frame.size(); ++i) {
    reader.append(frame.substr(i, 1));
    CHECK_FALSE(reader.next());
  }
  reader.append(frame.substr(frame.size() - 1));
  CHECK(reader.next() == "{\"a\":1}");
  CHECK_FALSE(reader.next());
}

TEST_CASE("a reader cuts frames that arrive together, in order", "[agent_frames]") {
  FrameReader reader;
  reader.append(framed("first") + framed("") + framed(std::string(70'000, 'x')));
  CHECK(reader.next() == "first");
  CHECK(reader.next() == "");
  CHECK(reader.next() == std::string(70'000, 'x'));
  CHECK_FALSE(reader.next());
}

TEST_CASE("a reader stays in step over many frames cut at odd places", "[agent_frames]") {
  std::string stream;
  for (int i = 0; i < 500; ++i) stream += framed(std::to_string(i));
  FrameReader reader;
  int expected = 0;
  for (std::size_t at = 0; at < stream.size(); at += 13) {
    reader.append(std::string_view(stream).substr(at, 13));
    while (const auto payload = reader.next()) CHECK(*payload == std::to_string(expected++));
  }
  CHECK(expected == 500);
}

TEST_CASE("a reader accepts the largest length and throws at one more", "[agent_frames]") {
  FrameReader patient;
  patient.append(length_prefix(kMaxFrameBytes));
  CHECK_FALSE(patient.next());
  FrameReader strict;
  strict.append(length_prefix(kMaxFrameBytes + 1));
  CHECK_THROWS_AS(strict.next(), std::runtime_error);
  FrameReader negative_looking;
  negative_looking.append("\xff\xff\xff\xff");
  CHECK_THROWS_AS(negative_looking.next(), std::runtime_error);
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
  std::string text;
  std::string detail;
};

TEST_CASE("a result frame carries each kind of value", "[agent_frames]") {
  const auto [what, value, kind, text, detail] = GENERATE(values<ValueCase>({
      {"nothing", {{"kind", "nothing"}}, ValueKind::nothing, "", ""},
      {"none", {{"kind", "none"}}, ValueKind::none, "", ""},
      {"text", {{"kind", "text"}, {"text", "42"}}, ValueKind::text, "42", ""},
      {"string",
       {{"kind", "string"}, {"repr", "'é'"}, {"characters", "é"}},
       ValueKind::string,
       "'é'",
       "é"},
      {"image",
       {{"kind", "image"}, {"format", "png"}, {"base64", "iVBO"}},
       ValueKind::image,
       "iVBO",
       "png"},
      {"unknown members",
       {{"kind", "text"}, {"text", "1"}, {"html", "<b>"}},
       ValueKind::text,
       "1",
       ""},
  }));
  DYNAMIC_SECTION(what) {
    const auto frame = decode(result_with_value(value));
    REQUIRE(frame);
    const auto& result = std::get<ResultFrame>(*frame);
    CHECK(result.id == 7);
    CHECK(result.ok);
    CHECK(result.value_kind == kind);
    CHECK(result.text == text);
    CHECK(result.detail == detail);
  }
}

TEST_CASE("an image may have an expression beside it", "[agent_frames]") {
  const json image = {{"kind", "image"}, {"format", "png"}, {"base64", "iVBO"}};
  const auto decode_with = [&](const json& beside) {
    json value = image;
    value.update(beside);
    return decode(result_with_value(value));
  };
  const auto plain = decode_with(json::object());
  REQUIRE(plain);
  CHECK(std::get<ResultFrame>(*plain).beside_image.value_kind == ValueKind::nothing);

  const auto text = decode_with({{"text", "42"}});
  REQUIRE(text);
  CHECK(std::get<ResultFrame>(*text).value_kind == ValueKind::image);
  CHECK(std::get<ResultFrame>(*text).text == "iVBO");
  CHECK(std::get<ResultFrame>(*text).beside_image.value_kind == ValueKind::text);
  CHECK(std::get<ResultFrame>(*text).beside_image.text == "42");

  const auto string = decode_with({{"repr", "'a'"}, {"characters", "a"}});
  REQUIRE(string);
  CHECK(std::get<ResultFrame>(*string).beside_image.value_kind == ValueKind::string);
  CHECK(std::get<ResultFrame>(*string).beside_image.detail == "a");

  CHECK_FALSE(decode_with({{"text", 42}}));
  CHECK_FALSE(decode_with({{"repr", "'a'"}}));
  CHECK_FALSE(decode_with({{"repr", "'a'"}, {"characters", nullptr}}));
}

TEST_CASE("a result frame carries a failure with its traceback", "[agent_frames]") {
  json frame = result_with_value({{"kind", "nothing"}});
  frame["result"]["ok"] = false;
  frame["result"]["traceback"] = "division by zero---\n";
  const auto decoded = decode(frame);
  REQUIRE(decoded);
  const auto& result = std::get<ResultFrame>(*decoded);
  CHECK_FALSE(result.ok);
  CHECK(result.traceback == "division by zero---\n");
}

TEST_CASE("members out of place are refused, whatever their place", "[agent_frames]") {
  json frame = result_with_value({{"kind", "string"}, {"repr", "'a'"}, {"characters", "a"}});
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
      {"a frame of ours", R"({"execute":{"id":1,"code":""}})"},
      {"ready with a number", R"({"ready":{"python":3}})"},
      {"ready without a version", R"({"ready":{}})"},
      {"ready that is no object", R"({"ready":"3.11"})"},
      {"an unknown kind of value",
       R"({"result":{"id":1,"ok":true,"value":{"kind":"html"},"traceback":""}})"},
      {"an id as text",
       R"({"result":{"id":"1","ok":true,"value":{"kind":"none"},"traceback":""}})"},
      {"an id too large",
       R"({"result":{"id":18446744073709551616,"ok":true,"value":{"kind":"none"},"traceback":""}})"},
      {"ok as a number", R"({"result":{"id":1,"ok":1,"value":{"kind":"none"},"traceback":""}})"},
      {"bytes that are not UTF-8", "{\"ready\":{\"python\":\"\xff\"}}"},
      {"a lone surrogate", R"({"ready":{"python":"\ud800"}})"},
      {"a million brackets", deep_array},
      {"a million brackets in an unknown member",
       R"({"ready":{"python":"3"},"x":)" + deep_array + "}"},
      {"a hundred values beside a good member",
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
