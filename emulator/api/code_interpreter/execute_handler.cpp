#include "emulator/api/code_interpreter/execute_handler.h"

#include <chrono>
#include <utility>

#include "emulator/api/code_interpreter/execute_wire.h"
#include "emulator/api/session_access.h"
#include "emulator/api/wire_text.h"

namespace dynsessions::api::code_interpreter {
namespace asio = boost::asio;

namespace {

/// The service's limit is unknown; ten megabytes of source are more than any program has.
constexpr std::size_t kLargestBody = std::size_t{10} << 20;

/// Measures one section after the other.
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
  std::chrono::nanoseconds read_response;  ///< shaping the answer
  std::chrono::nanoseconds total;
};

void add_execute_headers(http::Headers& headers, const Timings& timings,
                         const sessions::Session& session, std::chrono::milliseconds duration) {
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

}  // namespace

asio::awaitable<Result<http::Response>> execute(const Services& services, Route route,
                                                http::Request request, http::BodyReader& body) {
  Stopwatch stopwatch;
  Timings timings{};
  auto text = co_await http::read_all(request, body, kLargestBody);
  if (!text) co_return text.error();
  auto call = parse_execute_call(route, *text);
  if (!call) co_return call.error();
  auto identifier = session_identifier(route, request, call->identifier);
  if (!identifier) co_return identifier.error();
  timings.preparation = stopwatch.lap();

  auto session = co_await acquire_session(services, route, *identifier);
  if (!session) co_return session.error();
  timings.allocation = stopwatch.lap();

  execution::ExecutionRequest program = call->request;
  auto result = co_await (*session)->execute(std::move(program));
  if (!result) co_return result.error();
  timings.execution = stopwatch.lap();

  http::Response response;
  response.status = route.version->execute_status;
  response.body = to_json(route, *call, *result, identifier->text(), random_uuid());
  timings.read_response = stopwatch.lap();
  timings.total = stopwatch.total();
  add_execute_headers(response.headers, timings, **session, result->duration);
  co_return response;
}

}  // namespace dynsessions::api::code_interpreter
