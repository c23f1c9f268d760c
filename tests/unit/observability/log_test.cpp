#include "emulator/observability/log.h"

#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/unit/observability/captured_log.h"

namespace dynsessions::observability {
namespace {

using nlohmann::json;

TEST_CASE("an event in text is its sentence and the values that are not in it", "[log]") {
  CapturedLog captured(LogFormat::text);
  LogEvent event("happened", "it happened to s-1");
  event.in_sentence("session", "s-1").add("pool", "p").add("bytes", std::uint64_t{7});
  event.add_if_known("reason", "").add("odd", "a b=\"c\"\n").add("empty", "");
  captured.log().write(LogLevel::info, event);
  CHECK(captured.line() ==
        R"(info it happened to s-1 pool=p bytes=7 odd="a b=\"c\"\u000a" empty="")");
}

TEST_CASE("an event in JSON has all its values as members", "[log]") {
  CapturedLog captured(LogFormat::json);
  LogEvent event("happened", "it happened to s-1");
  event.in_sentence("session", "s-1").in_sentence("ms", 1.25).add("bytes", std::uint64_t{7});
  captured.log().write(LogLevel::warning, event);
  CHECK(captured.members() == json::parse(R"({"level":"warning","event":"happened",
      "message":"it happened to s-1","session":"s-1","ms":1.2,"bytes":7})"));
}

TEST_CASE("JSON gives foreign text back as it was, in one line", "[log]") {
  const auto text = GENERATE(
      values<std::string>({"a\"b\\c", "line\nline\r\t", "\x1b[31mred", "\xC2\x9Bx", "größe 日本",
                           "\xE2\x80\xAE", "\xF3\xA0\x81\x81", std::string("nul\0nul", 7)}));
  CapturedLog captured(LogFormat::json);
  captured.log().write(LogLevel::info, LogEvent("e", "s").add("path", text));
  CHECK(captured.members().at("path") == text);
  CHECK(captured.line().find('\x1b') == std::string::npos);
}

TEST_CASE("bytes that are no UTF-8 do not break JSON", "[log]") {
  CapturedLog captured(LogFormat::json);
  captured.log().write(LogLevel::info, LogEvent("e", "s").add("path", "\xFF\xC3"));
  CHECK(captured.members().at("path") == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("events below the level are not written", "[log]") {
  CapturedLog captured(LogFormat::text, spdlog::level::warn);
  const Log log = captured.log();
  log.write(LogLevel::debug, LogEvent("e", "debug"));
  log.write(LogLevel::info, LogEvent("e", "info"));
  log.write(LogLevel::warning, LogEvent("e", "warning"));
  log.write(LogLevel::error, LogEvent("e", "error"));
  CHECK(captured.lines() == std::vector<std::string>{"warning warning", "error error"});
  CHECK_FALSE(log.is_on(LogLevel::info));
  CHECK(log.is_on(LogLevel::error));
}

TEST_CASE("an identifier is shown as the start of its SHA-256", "[log]") {
  CHECK(digest_of("test") == "9f86d081");
  CHECK(digest_of("") == "e3b0c442");
}

}  // namespace
}  // namespace dynsessions::observability
