// JSON from clients: the bodies of an execute call in every dialect and with several contract
// options (surfaces/data_plane/executions/execute_wire.h), and the claims of tokens
// (auth/claims.h); and JSON to clients: the answer that shows a program's output.
//
// Input: a byte that selects the options, then the body.

#include <array>
#include <string>
#include <variant>

#include <nlohmann/json.hpp>

#include "emulator/auth/base64url.h"
#include "emulator/auth/claims.h"
#include "emulator/base/base64.h"
#include "emulator/base/utf8.h"
#include "emulator/surfaces/data_plane/executions/execute_wire.h"
#include "emulator/surfaces/data_plane/operations.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/property.h"

namespace dynsessions::fuzz {
namespace {

using nlohmann::json;
using surfaces::data_plane::executions::ExecuteCall;
using surfaces::data_plane::executions::parse_execute_call;

const surfaces::data_plane::VersionTable& versions_of(std::uint8_t choice) {
  static const std::array<surfaces::data_plane::VersionTable, 3> kTables{
      surfaces::data_plane::VersionTable(),
      surfaces::data_plane::VersionTable({.lenient_bodies = true}),
      surfaces::data_plane::VersionTable(
          {.timeout_above_maximum = contract::TimeoutAboveMaximum::reject,
           .asynchronous_kernel = contract::AsynchronousKernel::shared}),
  };
  return kTables.at(choice % kTables.size());
}

surfaces::data_plane::Route route_of(const surfaces::data_plane::VersionTable& versions,
                                     surfaces::data_plane::Dialect dialect) {
  return {.operation = &surfaces::data_plane::operations().front(),
          .dialect = dialect,
          .version = &versions.newest(dialect),
          .version_is_guessed = false,
          .pool = {},
          .name = {},
          .pool_path = {}};
}

void check_call(const surfaces::data_plane::Route& route, const ExecuteCall& call) {
  require(is_valid_utf8(call.request.code), "code is UTF-8");
  require(call.request.timeout >= std::chrono::seconds(1), "a program can run");
  require(call.request.timeout <= surfaces::data_plane::executions::kExecutionCeiling,
          "no program runs longer than the ceiling");
  require(call.request.output_characters != std::size_t{0}, "a limit of output is none or some");
  require(!call.asynchronous || route.dialect == surfaces::data_plane::Dialect::flat,
          "only the flat dialect is asynchronous");
  require(!call.identifier || !call.identifier->empty(), "an identifier is none or a text");
}

/// Writes the call in its dialect.
std::string write(const surfaces::data_plane::Route& route, const ExecuteCall& call) {
  json members{{"executionType", call.execution_type},
               {"timeoutInSeconds", call.request.timeout.count()}};
  members[route.dialect == surfaces::data_plane::Dialect::python ? "pythonCode" : "code"] =
      call.request.code;
  if (call.identifier) members["identifier"] = *call.identifier;
  if (call.request.output_characters && route.version->has_stream_length) {
    members["outputStreamsMaxLength"] = *call.request.output_characters;
  }
  members["useEmptyKernel"] = call.request.kernel == execution::Kernel::empty;
  const bool flat =
      route.dialect == surfaces::data_plane::Dialect::flat || route.version->lenient_bodies;
  return flat ? members.dump() : json{{"properties", members}}.dump();
}

void require_same(const ExecuteCall& left, const ExecuteCall& right) {
  require(left.request.code == right.request.code, "the code reads the same again");
  require(left.request.kernel == right.request.kernel, "the kernel reads the same again");
  require(left.request.timeout == right.request.timeout, "the timeout reads the same again");
  require(left.request.output_characters == right.request.output_characters,
          "the limit of output reads the same again");
  require(left.identifier == right.identifier, "the identifier reads the same again");
  require(left.execution_type == right.execution_type && left.asynchronous == right.asynchronous,
          "the type reads the same again");
}

/// A program's output can be any UTF-8 and must be unchanged in the answer.
void check_answer(const surfaces::data_plane::Route& route, const ExecuteCall& call) {
  execution::ExecutionResult result;
  result.stdout_text = call.request.code;
  result.stderr_text = call.request.code;
  result.value = execution::TextValue{call.request.code};
  auto parts = surfaces::data_plane::executions::to_json(
      route, {"id", "identifier", call.execution_type}, call.request, &result);
  const std::string answer = parts.next().value_or("");
  require(!parts.next(), "an answer that is at hand is one piece");
  const json parsed = json::parse(answer, nullptr, /*allow_exceptions=*/false);
  require(parsed.is_object(), "an answer is JSON");
  const json& shown = route.dialect == surfaces::data_plane::Dialect::python ? parsed
                      : route.dialect == surfaces::data_plane::Dialect::wrapped
                          ? parsed["properties"]
                          : parsed["result"];
  const std::size_t limit = call.request.output_characters.value_or(call.request.code.size());
  require(shown["stdout"] == first_characters(call.request.code, limit),
          "an answer shows what was written, up to its limit");
}

void check_body(const surfaces::data_plane::Route& route, std::string_view body) {
  const auto call = parse_execute_call(route, body);
  if (!call) return require_service_shape(call.error());
  check_call(route, *call);
  const auto again = parse_execute_call(route, write(route, *call));
  require(again.has_value(), "written out again it is accepted");
  require_same(*call, *again);
  check_answer(route, *call);
}

void check_token(std::string_view payload) {
  const auto claims = auth::parse_claims("e30." + auth::encode_base64url(payload) + ".");
  if (!claims) return;
  for (const auto* texts : {&claims->audiences, &claims->roles, &claims->principals}) {
    for (const std::string& text : *texts) require(is_valid_utf8(text), "a claim is UTF-8");
  }
}

void check(Input input) {
  const surfaces::data_plane::VersionTable& versions = versions_of(input.byte());
  for (const auto dialect :
       {surfaces::data_plane::Dialect::python, surfaces::data_plane::Dialect::wrapped,
        surfaces::data_plane::Dialect::flat}) {
    check_body(route_of(versions, dialect), input.rest());
  }
  check_token(input.rest());
  const auto bytes = decode_base64(input.rest());
  require(!bytes || bytes->size() <= input.rest().size(), "decoding makes nothing longer");
}

}  // namespace
}  // namespace dynsessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dynsessions::fuzz::check({data, size});
  return 0;
}
