#include "emulator/test_double/scripts/recording.h"

#include <string>

#include "emulator/test_double/scripts/script.h"
#include "tests/support/catch.h"

namespace dynsessions::test_double {
namespace {

using execution::ExecutionOutcome;
using execution::ExecutionResult;

RecordedProgram printed(const std::string& code, const std::string& text) {
  ExecutionResult result;
  result.stdout_text = text;
  return recorded_program(code, result);
}

TEST_CASE("an answer that changes is replayed in the order of the recording",
          "[double][recording]") {
  Recording recording;
  for (const char* text : {"1", "2", "2", "3"}) recording.add(printed("next()", text));
  const auto script = recording.script();
  REQUIRE(script["rules"].size() == 3);
  CHECK(script["rules"][0]["times"] == 1);
  CHECK(script["rules"][1]["times"] == 1);
  CHECK_FALSE(script["rules"][2].contains("times"));
  CHECK(script["strict"] == true);
  CHECK(parse_script(script));
}

TEST_CASE("a program that was stopped is listed and not recorded", "[double][recording]") {
  const auto outcome = GENERATE(ExecutionOutcome::timed_out, ExecutionOutcome::timed_out_restarted,
                                ExecutionOutcome::aborted, ExecutionOutcome::interpreter_died,
                                ExecutionOutcome::out_of_memory, ExecutionOutcome::out_of_storage);
  ExecutionResult result;
  result.outcome = outcome;
  Recording recording;
  recording.add(recorded_program("x", result));
  const auto script = recording.script();
  CHECK(script["rules"].empty());
  REQUIRE(script["omitted"].size() == 1);
  CHECK(script["omitted"][0]["sha256"] == sha256_of("x"));
  CHECK(parse_script(script));
}

TEST_CASE("a recording is bounded", "[double][recording]") {
  Recording recording;
  const std::string text(std::size_t{1} << 20, 'x');
  for (int i = 0; i < 4; ++i) recording.add(printed(std::to_string(i), text));
  const auto script = recording.script();
  CHECK(script["rules"].size() == 2);
  CHECK(script["omitted"].size() == 2);
}

TEST_CASE("texts that are no UTF-8 are repaired", "[double][recording]") {
  const auto rule = printed("x", "a\xff").rule;
  CHECK(rule["stdout"] == "a\xef\xbf\xbd");
}

}  // namespace
}  // namespace dynsessions::test_double
