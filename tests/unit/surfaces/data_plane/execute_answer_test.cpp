#include <chrono>
#include <string>
#include <string_view>

#include <boost/asio/thread_pool.hpp>

#include "emulator/surfaces/data_plane/executions/execute_wire.h"
#include "tests/support/catch.h"
#include "tests/support/test_loop.h"
#include "tests/unit/surfaces/data_plane/requests.h"

namespace dynsessions::surfaces::data_plane::executions {
namespace {

namespace asio = boost::asio;
using namespace execution;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kExecutePython = "POST /python/execute";
const std::string kExecuteWrapped = "POST /code/execute?api-version=2024-02-02-preview";

std::string executions(std::string_view version) {
  return "POST /executions?api-version=" + std::string(version);
}

struct Call {
  ExecutionLabels labels{"the-id", "s1", "Synchronous"};
  ExecutionRequest request;
};

Call call_with(std::string execution_type, seconds timeout = seconds(120)) {
  Call call;
  call.labels.execution_type = std::move(execution_type);
  call.request.timeout = timeout;
  return call;
}

/// Returns the whole answer, joined from its parts.
std::string text_of(AnswerParts parts) {
  std::string text;
  while (const auto piece = parts.next()) text += *piece;
  return text;
}

std::string answer(const std::string& line, const ExecutionResult& result,
                   const Call& call = call_with("Synchronous"),
                   const VersionTable& versions = default_versions()) {
  return text_of(to_json(route_of(line, versions), call.labels, call.request, &result));
}

ExecutionResult printed(std::string text, milliseconds duration) {
  ExecutionResult result;
  result.stdout_text = std::move(text);
  result.duration = duration;
  return result;
}

TEST_CASE("recorded and captured answers come out byte for byte", "[api][execute]") {
  SECTION("2024-02-02-preview, Python pool, recorded in November 2024") {
    CHECK(answer(kExecuteWrapped, printed("Hello world\n", milliseconds(9))) ==
          R"({"$id":"1","properties":{"$id":"2","status":"Success","stdout":"Hello world\n",)"
          R"("stderr":"","result":"","executionTimeInMilliseconds":9}})");
  }
  SECTION("2024-02-02-preview, captured in October 2025") {
    CHECK(answer(kExecuteWrapped,
                 printed("Package information saved to /mnt/data/installed_packages.json\n",
                         milliseconds(8))) ==
          R"({"$id":"1","properties":{"$id":"2","status":"Success","stdout":)"
          R"("Package information saved to /mnt/data/installed_packages.json\n",)"
          R"("stderr":"","result":"","executionTimeInMilliseconds":8}})");
  }
  SECTION("2024-10-02-preview, Python pool, recorded in November 2024") {
    const Call call{{"9852df68-949f-415e-9de5-906f9da98f3c", "testidentifier000005", "synchronous"},
                    {}};
    CHECK(answer(executions(kOctober2024), printed("Hello world\n", milliseconds(8)), call) ==
          R"({"$id":"1","id":"9852df68-949f-415e-9de5-906f9da98f3c",)"
          R"("identifier":"testidentifier000005","executionType":"synchronous",)"
          R"("status":"Succeeded","result":{"$id":"2","stdout":"Hello world\n","stderr":"",)"
          R"("executionResult":"","executionTimeInMilliseconds":8}})");
  }
  SECTION("the python dialect's fixture, spring 2024") {
    ExecutionResult two;
    two.value = TextValue{"2"};
    two.duration = milliseconds(33);
    CHECK(answer(kExecutePython, two) ==
          R"({"$id":"1","status":"Success","stdout":"","stderr":"","result":2,)"
          R"("executionTimeInMilliseconds":33})");
  }
}

TEST_CASE("from 2025-02-02-preview on there is no $id", "[api][execute]") {
  const auto version = GENERATE(kFebruary2025, kOctober2025);
  DYNAMIC_SECTION(version) {
    CHECK(answer(executions(version), printed("x\n", milliseconds(7)), call_with("SYNCHRONOUS")) ==
          R"({"id":"the-id","identifier":"s1","executionType":"SYNCHRONOUS","status":"Succeeded",)"
          R"("result":{"stdout":"x\n","stderr":"","executionResult":"",)"
          R"("executionTimeInMilliseconds":7}})");
  }
}

/// Returns the value in the answer.
std::string value_in(const std::string& line, const ExecutionResult& result,
                     const VersionTable& versions = default_versions()) {
  const std::string text = answer(line, result, call_with("Synchronous"), versions);
  const std::string name =
      route_of(line).dialect == Dialect::flat ? R"("executionResult":)" : R"("result":)";
  const std::size_t begin = text.rfind(name) + name.size();
  return text.substr(begin, text.rfind(R"(,"executionTimeInMilliseconds")") - begin);
}

/// The JSON of one value in the three forms of the api-versions.
struct Rendered {
  std::string before_2025, in_2025_02, in_2025_10;
};

Rendered always(const std::string& json) { return {json, json, json}; }

TEST_CASE("a value is a number, text, an image or nothing, by version", "[api][execute]") {
  struct Row {
    std::string what;
    ExecutionValue value;
    Rendered json;
  };
  const std::string many_digits = "123456789012345678901234567890";
  const auto row = GENERATE_COPY(values<Row>({
      {"no value", NoValue{}, always(R"("")")},
      {"None", NoneValue{}, {R"("")", R"("")", "null"}},
      {"an int", TextValue{"42"}, always("42")},
      {"an int of any size", TextValue{many_digits}, always(many_digits)},
      {"a float with all its digits", TextValue{"118726350.28999999"},
       always("118726350.28999999")},
      {"a float with an exponent", TextValue{"1e-07"}, always("1e-07")},
      {"not a number", TextValue{"nan"}, always(R"("nan")")},
      {"infinity", TextValue{"-inf"}, always(R"("-inf")")},
      {"a bool", TextValue{"True"}, always(R"("True")")},
      {"a numpy scalar", TextValue{"np.float64(1.5)"}, always("\"np.float64(1.5)\"")},
      {"a list of numbers", TextValue{"[1, 2]"}, always(R"("[1, 2]")")},
      {"a list on several lines", TextValue{"['a',\n 'b']"}, always(R"("['a',\n 'b']")")},
      {"a str", StringValue{"'plain'", "plain"}, {R"("plain")", R"("'plain'")", R"("'plain'")"}},
      {"a str of digits is text", StringValue{"'42'", "42"}, {R"("42")", R"("'42'")", R"("'42'")"}},
      {"a str with quotes",
       StringValue{R"('say "x"')", R"(say "x")"},
       {R"("say \"x\"")", R"("'say \"x\"'")", R"("'say \"x\"'")"}},
      {"an image, which has no $id", ImageValue{"png", "iVBOR"},
       always(R"({"type":"image","format":"png","base64_data":"iVBOR"})")},
  }));
  DYNAMIC_SECTION(row.what) {
    ExecutionResult result;
    result.value = row.value;
    CHECK(value_in(kExecutePython, result) == row.json.before_2025);
    CHECK(value_in(kExecuteWrapped, result) == row.json.before_2025);
    CHECK(value_in(executions(kOctober2024), result) == row.json.before_2025);
    CHECK(value_in(executions(kFebruary2025), result) == row.json.in_2025_02);
    CHECK(value_in(executions(kOctober2025), result) == row.json.in_2025_10);
  }
}

TEST_CASE("a value with an image is shown if the option says so", "[api][execute]") {
  contract::ContractOptions options;
  options.image_and_value = contract::ImageAndValue::value;
  const VersionTable versions(options);
  ExecutionResult both;
  both.value = ImageValue{"png", "iVBOR"};
  both.with_image = StringValue{"'a'", "a"};
  ExecutionResult image_alone;
  image_alone.value = ImageValue{"png", "iVBOR"};
  ExecutionResult text_alone;
  text_alone.value = TextValue{"42"};

  const std::string image = R"({"type":"image","format":"png","base64_data":"iVBOR"})";
  const std::string line = executions(kOctober2025);
  CHECK(value_in(line, both) == image);
  CHECK(value_in(line, both, versions) == R"("'a'")");
  CHECK(value_in(kExecuteWrapped, both, versions) == R"("a")");
  CHECK(value_in(line, image_alone, versions) == image);
  CHECK(value_in(line, text_alone, versions) == "42");
}

TEST_CASE("quotes and None are as chosen, at every version", "[api][execute]") {
  using contract::ByVersion;
  ExecutionResult text;
  text.value = StringValue{"'a'", "a"};
  ExecutionResult none;
  none.value = NoneValue{};
  contract::ContractOptions options;
  options.string_quotes = ByVersion::always;
  options.none_value = contract::NoneValue::null;
  const VersionTable quoting(options);
  options.string_quotes = ByVersion::never;
  options.none_value = contract::NoneValue::empty;
  const VersionTable plain(options);
  for (const auto& line :
       {kExecutePython, kExecuteWrapped, executions(kOctober2024), executions(kOctober2025)}) {
    CHECK(value_in(line, text, quoting) == R"("'a'")");
    CHECK(value_in(line, text, plain) == R"("a")");
    CHECK(value_in(line, none, quoting) == "null");
    CHECK(value_in(line, none, plain) == R"("")");
  }
}

TEST_CASE("a program that failed has no value, whatever came before", "[api][execute]") {
  ExecutionResult result;
  result.value = TextValue{"42"};
  result.outcome = ExecutionOutcome::raised;
  for (const auto& line : {kExecuteWrapped, executions(kOctober2024), executions(kFebruary2025),
                           executions(kOctober2025)}) {
    CHECK(value_in(line, result) == "null");
  }
  CHECK(value_in(kExecutePython, result) == R"("")");

  contract::ContractOptions options;
  options.failure_value = contract::FailureValue::null;
  const VersionTable null(options);
  options.failure_value = contract::FailureValue::empty;
  const VersionTable empty(options);
  for (const auto& line : {kExecutePython, kExecuteWrapped, executions(kOctober2025)}) {
    CHECK(value_in(line, result, null) == "null");
    CHECK(value_in(line, result, empty) == R"("")");
  }
}

TEST_CASE("a program that failed is recognised by its status and by stderr", "[api][execute]") {
  struct Row {
    std::string what;
    ExecutionOutcome outcome;
    seconds timeout;
    std::string stderr_json;
  };
  const std::string timed_out = "Request timed out waiting for code execution to complete";
  const auto row = GENERATE_COPY(values<Row>({
      {"raised", ExecutionOutcome::raised, seconds(120), R"(warned\nbad valueTraceback ...\n)"},
      {"its own timeout", ExecutionOutcome::timed_out, seconds(7),
       R"(warned\n)" + timed_out + " after 7 seconds"},
      {"one second below the ceiling", ExecutionOutcome::timed_out, seconds(219),
       R"(warned\n)" + timed_out + " after 219 seconds"},
      {"the ceiling", ExecutionOutcome::timed_out, seconds(220), R"(warned\n)" + timed_out},
      {"a timeout that took the state along", ExecutionOutcome::timed_out_restarted, seconds(7),
       R"(warned\n)" + timed_out + R"( after 7 seconds\nKernel restarted)"},
      {"queued behind a timeout", ExecutionOutcome::aborted, seconds(120),
       R"(warned\nExecution aborted)"},
      {"the interpreter died", ExecutionOutcome::interpreter_died, seconds(120),
       R"(warned\nKernel restarted)"},
      {"out of memory", ExecutionOutcome::out_of_memory, seconds(120),
       R"(warned\nKernel restarted)"},
      {"out of storage", ExecutionOutcome::out_of_storage, seconds(120),
       R"(warned\nKernel restarted)"},
  }));
  DYNAMIC_SECTION(row.what) {
    ExecutionResult result = printed("out\n", milliseconds(5));
    result.outcome = row.outcome;
    result.stderr_text = "warned\n";
    if (row.outcome == ExecutionOutcome::raised) result.traceback = "bad valueTraceback ...\n";
    const Call call = call_with("Synchronous", row.timeout);
    const std::string streams = R"("stdout":"out\n","stderr":")" + row.stderr_json + R"(",)";
    const std::string end = R"(:null,"executionTimeInMilliseconds":5})";

    CHECK(answer(kExecutePython, result, call) ==
          R"({"$id":"1","status":"Failure",)" + streams +
              R"("result":"","executionTimeInMilliseconds":5})");
    CHECK(answer(kExecuteWrapped, result, call) ==
          R"({"$id":"1","properties":{"$id":"2","status":"Failure",)" + streams + R"("result")" +
              end + "}");
    CHECK(answer(executions(kOctober2024), result, call) ==
          R"({"$id":"1","id":"the-id","identifier":"s1","executionType":"Synchronous",)"
          R"("status":"Failed","result":{"$id":"2",)" +
              streams + R"("executionResult")" + end + "}");
    CHECK(answer(executions(kOctober2025), result, call) ==
          R"({"id":"the-id","identifier":"s1","executionType":"Synchronous","status":"Failed",)"
          R"("result":{)" +
              streams + R"("executionResult")" + end + "}");
  }
}

TEST_CASE("each stream is cut after its characters, without a mark and never inside one",
          "[api][execute]") {
  ExecutionResult result = printed("a\xC3\xB6\xF0\x9F\x98\x80z", milliseconds(1));
  result.outcome = ExecutionOutcome::raised;
  result.stderr_text = "12";
  result.traceback = "345";
  Call call = call_with("Synchronous");
  call.request.output_characters = 3;
  CHECK_THAT(answer(executions(kOctober2025), result, call),
             Catch::Contains("\"stdout\":\"a\xC3\xB6\xF0\x9F\x98\x80\",\"stderr\":\"123\","));
  call.request.output_characters = std::nullopt;
  CHECK_THAT(answer(executions(kFebruary2025), result, call),
             Catch::Contains("\"stdout\":\"a\xC3\xB6\xF0\x9F\x98\x80z\",\"stderr\":\"12345\","));
}

/// Returns the text as a program writes it: in a file except for its first part.
SpooledText spooled(const std::string& text) {
  test::TestLoop loop;
  asio::thread_pool file_pool(1);
  const auto file = std::make_shared<SpoolFile>(Spool(file_pool).new_kernel());
  TextSpooler spooler(file_pool, file, text.size());
  for (std::size_t at = 0; at < text.size(); at += 10'000) {
    loop.run(spooler.append(text.substr(at, 10'000)));
  }
  return spooler.take();
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("long texts make the same answer as short ones, in pieces", "[api][execute]") {
  struct Row {
    std::string what;
    std::string written, shown;
    std::optional<std::size_t> characters;
  };
  const auto row = GENERATE(values<Row>({
      {"letters", "abcdefg", "abcdefg", std::nullopt},
      {"characters of two, three and four bytes", "\xC3\xB6.\xE2\x82\xAC\xF0\x9F\x98\x80",
       "\xC3\xB6.\xE2\x82\xAC\xF0\x9F\x98\x80", std::nullopt},
      {"bytes that are no UTF-8", "a\xFF\xE2\x82z\xF0\x9F",
       "a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD", std::nullopt},
      {"what JSON escapes", std::string("\0\"\n", 3), R"(\u0000\"\n)", std::nullopt},
      {"a limit of characters", "\xE2\x82\xAC", "\xE2\x82\xAC", 99'999},
  }));
  DYNAMIC_SECTION(row.what) {
    constexpr std::size_t kTimes = 100'000;
    ExecutionResult result;
    result.stdout_text = spooled(repeated(row.written, kTimes));
    result.stderr_text = "short";
    result.value = StringValue{"'s'", spooled(repeated(row.written, kTimes))};
    REQUIRE_FALSE(result.stdout_text.is_in_memory());
    Call call = call_with("Synchronous");
    call.request.output_characters = row.characters;
    const std::string shown = repeated(row.shown, kTimes);
    const std::string cut = repeated(row.shown, row.characters.value_or(kTimes));
    CHECK(answer(kExecutePython, result, call) ==
          R"({"$id":"1","status":"Success","stdout":")" + cut + R"(","stderr":"short","result":")" +
              shown + R"(","executionTimeInMilliseconds":0})");
  }
}

TEST_CASE("no piece of an answer is large, whatever is escaped", "[api][execute]") {
  ExecutionResult result;
  result.stdout_text = spooled(std::string(1'000'000, '\0'));
  AnswerParts parts = to_json(route_of(kExecutePython), {}, {}, &result);
  CHECK_FALSE(parts.is_in_memory());
  std::size_t pieces = 0;
  while (const auto piece = parts.next()) {
    CHECK(piece->size() < std::size_t{116} << 10);
    ++pieces;
  }
  CHECK(pieces > 6'000'000 / (std::size_t{116} << 10));
}

TEST_CASE("output that is not UTF-8 is repaired, and what the limit cuts, too", "[api][execute]") {
  ExecutionResult result = printed("caf\xE9", milliseconds(1));
  result.stderr_text = "\xED\xA0\x80 12\xE2\x82";
  CHECK_THAT(answer(executions(kFebruary2025), result),
             Catch::Contains("\"stdout\":\"caf\xEF\xBF\xBD\",\"stderr\":\"\xEF\xBF\xBD\xEF\xBF\xBD"
                             "\xEF\xBF\xBD 12\xEF\xBF\xBD\","));
}

TEST_CASE("an execution that waits or runs has no result yet", "[api][execute]") {
  const Call call = call_with("Asynchronous");
  CHECK(text_of(to_json(route_of(executions(kOctober2024)), call.labels, call.request, nullptr)) ==
        R"({"$id":"1","id":"the-id","identifier":"s1","executionType":"Asynchronous",)"
        R"("status":"Running"})");
  CHECK(text_of(to_json(route_of(executions(kOctober2025)), call.labels, call.request, nullptr)) ==
        R"({"id":"the-id","identifier":"s1","executionType":"Asynchronous","status":"Running"})");
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane::executions
