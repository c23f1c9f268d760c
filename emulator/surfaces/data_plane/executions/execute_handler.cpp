#include "emulator/surfaces/data_plane/executions/execute_handler.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "emulator/base/offload.h"
#include "emulator/base/utf8.h"
#include "emulator/cures/cures.h"
#include "emulator/http/text.h"
#include "emulator/packages/missing_module.h"
#include "emulator/surfaces/data_plane/executions/execute_wire.h"
#include "emulator/surfaces/data_plane/session_access.h"
#include "emulator/surfaces/data_plane/wire_text.h"

namespace dynsessions::surfaces::data_plane::executions {
namespace asio = boost::asio;

namespace {

/// The service's limit is unknown; ten megabytes of source are more than any program has.
constexpr std::size_t kLargestBody = std::size_t{10} << 20;

/// Longer bodies are parsed on the file pool: parsing ten megabytes takes a tenth of a second.
constexpr std::size_t kLongBody = std::size_t{1} << 20;

/// Measures consecutive sections of a request.
class Stopwatch {
 public:
  /// Time since the last lap, or since the start.
  std::chrono::nanoseconds lap() {
    const auto now = std::chrono::steady_clock::now();
    return now - std::exchange(last_, now);
  }
  [[nodiscard]] std::chrono::nanoseconds total() const {
    return std::chrono::steady_clock::now() - start_;
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_ = start_;
};

struct Timings {
  std::chrono::nanoseconds preparation;  ///< reading and checking the request
  std::chrono::nanoseconds allocation;
  std::chrono::nanoseconds execution;
  std::chrono::nanoseconds read_response;  ///< making the answer
  std::chrono::nanoseconds total;
};

void add_execute_headers(http::Headers& headers, const Timings& timings,
                         const pools::Session& session, std::chrono::milliseconds duration) {
  headers.add("x-ms-allocation-retries", "0");
  headers.add("x-ms-allocation-time", wire_milliseconds(timings.allocation));
  headers.add("x-ms-preparation-time", wire_milliseconds(timings.preparation));
  headers.add("x-ms-overall-execution-time", wire_milliseconds(timings.execution));
  headers.add("x-ms-total-execution-service-time", wire_milliseconds(timings.total));
  headers.add("x-ms-execution-read-response-time", wire_milliseconds(timings.read_response));
  headers.add("x-ms-execution-request-time", std::to_string(duration.count()));
  headers.add("x-ms-container-execution-duration", std::to_string(duration.count()));
  headers.add("x-ms-session-guid", session.guid());
}

/// Adds a header that was documented in 2026 (CONTRACT.md section 1.6); the spelling of its value
/// is a guess.
void add_new_allocation(http::Headers& headers, const ApiVersion& version, bool is_new) {
  if (version.sends_new_allocation) {
    headers.add("x-ms-new-allocation", is_new ? "true" : "false");
  }
}

constexpr std::size_t kLongestOperationId = 256;

/// The id that the caller chose for the execution (section 8 row 32).
Result<std::optional<std::string>> chosen_id(const http::Request& request) {
  const auto chosen = request.headers.find("operation-id");
  if (!chosen) return std::optional<std::string>();
  const bool plain = std::all_of(chosen->begin(), chosen->end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
  if (chosen->empty() || chosen->size() > kLongestOperationId || !plain) {
    return invalid_request(
        "The header operation-id takes up to 256 letters, digits, `-`, `_` and `.`.",
        "operation-id");
  }
  return std::optional(std::string(*chosen));
}

/// Returns the URL at which the execution can be polled: absolute, as specified (section 8 row 31).
std::string operation_location(const Route& route, const http::Request& request,
                               const ExecutionLabels& labels) {
  return link_to(route, request, "/executions/" + labels.id,
                 "identifier=" + http::percent_encode(labels.identifier));
}

/// Returns the module that the program could not import.
std::optional<std::string> missing_module(const execution::ExecutionResult& result) {
  if (result.outcome != execution::ExecutionOutcome::raised || !result.traceback.is_in_memory()) {
    return std::nullopt;
  }
  const std::string_view traceback = result.traceback.in_memory();
  return packages::missing_module(traceback.substr(0, packages::kTracebackBytes));
}

/// Notes a reason that the service would not give: why a program failed, or which rule of a script
/// answered it.
void note_reason(const Services& services, http::Exchange& exchange,
                 const execution::ExecutionResult& result) {
  if (!result.answered_by.empty()) exchange.reason = result.answered_by;
  if (const auto limit = execution::exceeded_limit(result.outcome)) {
    exchange.reason = reason_of(*limit);
  } else if (const auto module = missing_module(result)) {
    exchange.advice =
        packages::advice_on_missing(*module, services.service_packages, services.add_packages);
  }
}

asio::awaitable<Result<ExecuteCall>> parse(const Services& services, const Route& route,
                                           std::string body) {
  if (body.size() <= kLongBody) co_return parse_execute_call(route, body);
  auto work = [&route, text = std::move(body)] { return parse_execute_call(route, text); };
  co_return co_await offload(services.file_pool, std::move(work));
}

/// Whether the answer has less of a stream than the program wrote. Blocks if the text is not at
/// hand.
bool is_cut(const execution::SpooledText& text, std::uint64_t written,
            std::optional<std::size_t> characters) {
  if (written > text.size()) return true;
  if (!characters || text.size() <= *characters) return false;
  std::string bytes(text.size(), '\0');
  text.read(0, bytes);
  return count_characters(to_valid_utf8(bytes)) > *characters;
}

/// Records facts about the program that the answer does not show.
void note_output(http::Exchange& exchange, const execution::ExecutionResult& result,
                 std::optional<std::size_t> characters) {
  exchange.stdout_bytes = result.stdout_bytes;
  exchange.stderr_bytes = result.stderr_bytes;
  exchange.stdout_cut = is_cut(result.stdout_text, result.stdout_bytes, characters);
  exchange.stderr_cut = is_cut(result.stderr_text, result.stderr_bytes, characters);
  if (!exchange.wants_displays || result.displays.empty()) return;
  exchange.displays.resize(result.displays.size());
  result.displays.read(0, exchange.displays);
}

asio::awaitable<void> note_result(const Services& services, http::Exchange& exchange,
                                  const execution::ExecutionResult& result,
                                  std::optional<std::size_t> characters) {
  note_reason(services, exchange, result);
  const bool all_in_memory = result.stdout_text.is_in_memory() &&
                             result.stderr_text.is_in_memory() && result.displays.is_in_memory();
  if (all_in_memory) {
    note_output(exchange, result, characters);
    co_return;
  }
  const auto work = [&exchange, &result, characters] { note_output(exchange, result, characters); };
  co_await offload(services.file_pool, work);
}

/// Starts the execution and answers at once.
Result<http::Response> start(const Route& route, const http::Request& request,
                             const ExecutionLabels& labels, pools::SessionLease session,
                             const execution::ExecutionRequest& program) {
  http::Response response;
  add_new_allocation(response.headers, *route.version, session.is_new_allocation());
  auto begun = pools::SessionPool::begin_execution(std::move(session), labels.id, program);
  if (!begun) return begun.error();
  response.status = route.version->execute_status;
  response.headers.add("operation-id", labels.id);
  response.headers.add("operation-location", operation_location(route, request, labels));
  response.body = to_json(route, labels, program, nullptr).next().value_or("");
  return response;
}

/// Runs the execution and answers when it has ended.
asio::awaitable<http::Answer> run(const Services& services, const Route& route,
                                  http::Exchange& exchange, ExecutionLabels labels,
                                  pools::SessionLease session, execution::ExecutionRequest program,
                                  Stopwatch stopwatch, Timings timings) {
  auto result = co_await session->execute(program);
  timings.execution = stopwatch.lap();
  exchange.execution_time = timings.execution;
  if (!result) co_return result.error();
  if (services.repeatable) result->duration = {};
  http::Response response;
  response.status = route.version->execute_status;
  response.body = body_of(to_json(route, labels, program, &*result), services.file_pool);
  timings.read_response = stopwatch.lap();
  timings.total = stopwatch.total();
  if (services.repeatable) timings = {};
  add_execute_headers(response.headers, timings, *session, result->duration);
  add_new_allocation(response.headers, *route.version, session.is_new_allocation());
  co_await note_result(services, exchange, *result, program.output_characters);
  co_return response;
}

}  // namespace

asio::awaitable<http::Answer> execute(const Services& services, const Route& route,
                                      http::Call& call) {
  Stopwatch stopwatch;
  Timings timings{};
  auto text = co_await http::read_all(call.request, *call.body, kLargestBody);
  if (!text) co_return text.error();
  auto wanted = co_await parse(services, route, *std::move(text));
  if (!wanted) co_return wanted.error();
  auto identifier = session_identifier(route, call, wanted->identifier);
  if (!identifier) co_return identifier.error();
  auto chosen = chosen_id(call.request);
  if (!chosen) co_return chosen.error();
  timings.preparation = stopwatch.lap();

  auto session = co_await acquire_session(services, route, call.exchange, *identifier);
  if (!session) co_return session.error();
  timings.allocation = stopwatch.lap();

  std::string id =
      *chosen ? **std::move(chosen) : services.ids.next("execution " + (*session)->guid());
  wanted->request.traceparent = call.exchange.traceparent;
  wanted->request.wants_displays = call.exchange.wants_displays;
  ExecutionLabels labels{std::move(id), identifier->text(), std::move(wanted->execution_type)};
  if (wanted->asynchronous) {
    co_return start(route, call.request, labels, std::move(*session), wanted->request);
  }
  co_return co_await run(services, route, call.exchange, std::move(labels), std::move(*session),
                         std::move(wanted->request), stopwatch, timings);
}

asio::awaitable<http::Answer> get_execution(const Services& services, const Route& route,
                                            http::Call& call) {
  auto identifier = session_identifier(route, call);
  if (!identifier) co_return identifier.error();
  auto pool = services.pools.find_or_create(route.pool);
  if (!pool) co_return pool.error();
  auto session = co_await (*pool)->sessions().acquire_existing(*identifier);
  if (!session) co_return session.error();
  call.exchange.session = (*session)->guid();
  const pools::ExecutionRecord* record = (*session)->executions().find(route.name);
  if (record == nullptr) {
    co_return Error{ErrorCode::execution_not_found,
                    "No execution available for operation Id: " + route.name, "executionId",
                    "only asynchronous executions can be polled, as long as their session exists"};
  }
  const ExecutionLabels labels{record->id, identifier->text(), "Asynchronous"};
  http::Response response;
  std::optional<execution::ExecutionResult> result = record->result;
  if (result && services.repeatable) result->duration = {};
  response.body = body_of(to_json(route, labels, record->request, result ? &*result : nullptr),
                          services.file_pool);
  if (result) {
    // The record can be removed from here on.
    const auto characters = record->request.output_characters;
    co_await note_result(services, call.exchange, *result, characters);
  }
  co_return response;
}

}  // namespace dynsessions::surfaces::data_plane::executions
