#include <chrono>
#include <optional>
#include <string>

#include "tests/support/catch.h"
#include "tests/unit/surfaces/data_plane/execute_call_checks.h"

namespace dynsessions::surfaces::data_plane::executions {
namespace {

using std::chrono::seconds;

TEST_CASE("a chosen stream limit is a default at every version, which the newest can overrule",
          "[api][execute]") {
  using Rule = contract::StreamLimit::Rule;
  struct Row {
    contract::StreamLimit limit;
    std::string line, body;
    std::optional<std::size_t> characters;
  };
  const auto row = GENERATE(values<Row>({
      {{Rule::fixed, 9}, kFlat, R"({"code":""})", 9},
      {{Rule::fixed, 9}, kFlat, R"({"code":"","outputStreamsMaxLength":1})", 9},
      {{Rule::fixed, 9}, kNewest, R"({"code":""})", 9},
      {{Rule::fixed, 9}, kNewest, R"({"code":"","outputStreamsMaxLength":1})", 1},
      {{Rule::none}, kFlat, R"({"code":""})", std::nullopt},
      {{Rule::none}, kNewest, R"({"code":""})", std::nullopt},
      {{Rule::none}, kNewest, R"({"code":"","outputStreamsMaxLength":1})", 1},
  }));
  DYNAMIC_SECTION(int(row.limit.rule) << " " << row.line << " " << row.body) {
    contract::ContractOptions options;
    options.stream_limit = row.limit;
    const VersionTable versions(options);
    const auto call = parse_execute_call(route_of(row.line, versions), row.body);
    REQUIRE(call);
    CHECK(call->request.output_characters == row.characters);
  }
}

TEST_CASE("a timeout above the ceiling can be refused", "[api][execute]") {
  contract::ContractOptions options;
  options.timeout_above_maximum = contract::TimeoutAboveMaximum::reject;
  const VersionTable versions(options);
  check_accepted({"", kFlat, R"({"code":"x","timeoutInSeconds":220})", "x", seconds(220)},
                 versions);
  for (const std::string seconds_text : {"221", "600", "9223372036854775807"}) {
    check_refused({"", kFlat, R"({"code":"x","timeoutInSeconds":)" + seconds_text + "}",
                   ErrorCode::invalid_request, "timeoutInSeconds"},
                  versions);
  }
}

TEST_CASE("lenient bodies come in either wrapping, with their identifier", "[api][execute]") {
  contract::ContractOptions options;
  options.lenient_bodies = true;
  const VersionTable versions(options);
  const auto row = GENERATE(values<Accepted>({
      {"flat: wrapped", kFlat, R"({"properties":{"code":"1","timeoutInSeconds":5}})", "1",
       seconds(5)},
      {"newest: wrapped", kNewest, R"({"properties":{"code":"1","identifier":"s1"}})", "1",
       seconds(120), "Synchronous", "s1"},
      {"flat: flat", kFlat, R"({"code":"1","identifier":"s1"})", "1", seconds(120), "Synchronous",
       "s1"},
      {"flat: a code next to a wrapper is code", kFlat, R"({"code":"x","properties":{"code":"y"}})",
       "x"},
      {"wrapped: flat", kWrapped, R"({"code":"1"})", "1"},
      {"wrapped: wrapped", kWrapped, R"({"properties":{"code":"1"}})", "1"},
      {"python: flat", kPython, R"({"pythonCode":"1"})", "1"},
  }));
  DYNAMIC_SECTION(row.what) { check_accepted(row, versions); }
}

TEST_CASE("lenient bodies still need a code in the right place", "[api][execute]") {
  contract::ContractOptions options;
  options.lenient_bodies = true;
  const VersionTable versions(options);
  constexpr auto kMissing = ErrorCode::execution_body_missing;
  const auto row = GENERATE_COPY(values<Refused>({
      {"flat: empty", kFlat, "{}", kMissing},
      {"flat: empty properties", kFlat, R"({"properties":{}})", kMissing},
      {"flat: properties are no object", kFlat, R"({"properties":"code"})", kMissing},
      {"flat: wrapped twice", kFlat, R"({"properties":{"properties":{"code":"1"}}})", kMissing},
      {"flat: the python dialect's name", kFlat, R"({"pythonCode":"1"})", kMissing},
      {"wrapped: a shell command", kWrapped, R"({"shellCommand":"ls"})", kMissing},
      {"flat: identifier is a number", kFlat, R"({"code":"","identifier":1})",
       ErrorCode::invalid_request, "identifier"},
  }));
  DYNAMIC_SECTION(row.what) { check_refused(row, versions); }
}

TEST_CASE("a program runs in the kernel that its call asks for", "[api][execute]") {
  using execution::Kernel;
  struct Row {
    std::string what, line, body;
    Kernel separate, shared;
  };
  const auto row = GENERATE(values<Row>({
      {"synchronous", kNewest, R"({"code":""})", Kernel::synchronous, Kernel::synchronous},
      {"asynchronous", kNewest, R"({"code":"","executionType":"asynchronous"})",
       Kernel::asynchronous, Kernel::synchronous},
      {"asynchronous, older", kFlat, R"({"code":"","executionType":"Asynchronous"})",
       Kernel::asynchronous, Kernel::synchronous},
      {"empty", kNewest, R"({"code":"","useEmptyKernel":true})", Kernel::empty, Kernel::empty},
      {"asynchronous and empty", kNewest,
       R"({"code":"","executionType":"Asynchronous","useEmptyKernel":true})", Kernel::empty,
       Kernel::empty},
      {"not empty", kNewest, R"({"code":"","useEmptyKernel":false})", Kernel::synchronous,
       Kernel::synchronous},
      {"null is absent", kNewest, R"({"code":"","useEmptyKernel":null})", Kernel::synchronous,
       Kernel::synchronous},
      {"unknown before 2025-10-02-preview", kFlat, R"({"code":"","useEmptyKernel":true})",
       Kernel::synchronous, Kernel::synchronous},
      {"unknown and of any type", kFlat, R"({"code":"","useEmptyKernel":"yes"})",
       Kernel::synchronous, Kernel::synchronous},
      {"wrapped", kWrapped, R"({"properties":{"code":"","useEmptyKernel":true}})",
       Kernel::synchronous, Kernel::synchronous},
  }));
  DYNAMIC_SECTION(row.what) {
    contract::ContractOptions options;
    options.asynchronous_kernel = contract::AsynchronousKernel::shared;
    const VersionTable sharing(options);
    CHECK(parse_execute_call(route_of(row.line), row.body).value().request.kernel == row.separate);
    CHECK(parse_execute_call(route_of(row.line, sharing), row.body).value().request.kernel ==
          row.shared);
  }
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane::executions
