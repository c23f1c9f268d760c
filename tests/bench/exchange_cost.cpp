// The cost of journal and metrics per request: the processor time of JournalRecorder and Metrics
// for a warm execute with its small bodies.
//
//   exchange_cost COUNT    prints microseconds per request, one number for each of ten rounds

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "emulator/observability/metrics.h"
#include "emulator/test_double/journal/journal_recorder.h"
#include "tests/support/text_body.h"

namespace dynsessions {
namespace {

namespace asio = boost::asio;

constexpr int kRounds = 10;
constexpr const char* kVersion = "2025-10-02-preview";
const std::string kBody = R"({"code": "1 + 1"})";
const std::string kAnswer =
    R"({"id":"8c6eb330-3c75-4dde-a89d-458d572cfaf8","identifier":"user-1",)"
    R"("executionType":"Synchronous","status":"Succeeded","result":{"stdout":"","stderr":"",)"
    R"("executionResult":2,"executionTimeInMilliseconds":3}})";

http::Request request_of_client() {
  http::Request request;
  request.method = http::Method::post;
  request.method_text = "POST";
  request.target.segments = {"executions"};
  request.target.query = {{"api-version", kVersion}, {"identifier", "user-1"}};
  for (const char* name : {"host", "accept-encoding", "authorization", "content-type",
                           "content-length", "user-agent", "accept", "connection"}) {
    request.headers.add(name, "a value of some length");
  }
  return request;
}

http::Exchange exchange_of_client() {
  http::Exchange exchange;
  exchange.surface = "data-plane";
  exchange.operation = "execute";
  exchange.method = "POST";
  exchange.path = "/executions";
  exchange.api_version = kVersion;
  exchange.identifier = "user-1";
  exchange.pool = "default";
  exchange.correlation_id = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736";
  exchange.session = "00f067aa-0ba9-42b7-8c6e-b3303c754dde";
  exchange.execution_time = std::chrono::milliseconds(2);
  exchange.duration = std::chrono::milliseconds(2);
  exchange.status = 200;
  exchange.delivered = true;
  return exchange;
}

/// The operation reads the body and answers.
asio::awaitable<http::Answer> answered(http::Call& call) {
  std::array<char, 256> buffer;
  (void)co_await call.body->read(buffer);
  http::Response response;
  for (int i = 0; i < 12; ++i) response.headers.add("x-ms-some-time", "12.3456");
  response.headers.add("content-type", "application/json; charset=utf-8");
  response.body = kAnswer;
  co_return response;
}

asio::awaitable<void> serve(test_double::JournalRecorder& recorder, observability::Metrics& metrics,
                            int count) {
  const http::Endpoint operation = answered;
  for (int i = 0; i < count; ++i) {
    http::Exchange exchange = exchange_of_client();
    http::TextBody body(kBody);
    http::Call call{exchange, request_of_client(), &body};
    const http::Answer answer = co_await recorder.handle(call, http::Next({}, operation));
    recorder.exchange_ended(exchange);
    metrics.exchange_ended(exchange);
  }
}

/// The same loop without journal and metrics, for comparison.
asio::awaitable<void> serve_plainly(int count) {
  for (int i = 0; i < count; ++i) {
    http::Exchange exchange = exchange_of_client();
    http::TextBody body(kBody);
    http::Call call{exchange, request_of_client(), &body};
    const http::Answer answer = co_await answered(call);
  }
}

template <typename Work>
double microseconds_of(int count, Work work) {
  asio::io_context loop(1);
  const auto begin = std::chrono::steady_clock::now();
  asio::co_spawn(loop, work(), [](const std::exception_ptr& exception) {
    if (exception) std::rethrow_exception(exception);
  });
  loop.run();
  const std::chrono::duration<double, std::micro> taken = std::chrono::steady_clock::now() - begin;
  return taken.count() / count;
}

int measure(int count) {
  asio::io_context loop(1);
  SystemClock system(loop.get_executor());
  AdjustableClock clock(system);
  const auto make_no_parts = [](const pools::PoolDefinition&, pools::PoolCatalog::Origin) {
    return Result<pools::Pool::Parts>(Error{ErrorCode::internal, "no pools here", {}, {}});
  };
  const pools::PoolCatalog pools({}, clock, make_no_parts);
  test_double::Journal journal(std::size_t{32} << 20);
  test_double::JournalRecorder recorder(journal, pools, test_double::JournalRecorder::Bodies::kept);
  observability::Metrics metrics({"bench", {kVersion}});
  for (int round = 0; round < kRounds; ++round) {
    const double with = microseconds_of(count, [&] { return serve(recorder, metrics, count); });
    const double without = microseconds_of(count, [&] { return serve_plainly(count); });
    std::printf("%f\n", with - without);
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace dynsessions

int main(int argc, char** argv) {
  const int count = argc == 2 ? std::atoi(argv[1]) : 0;
  if (count > 0) return dynsessions::measure(count);
  std::fputs("usage: exchange_cost COUNT\n", stderr);
  return EXIT_FAILURE;
}
