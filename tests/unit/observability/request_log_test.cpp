#include "emulator/observability/request_log.h"

#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"
#include "tests/unit/observability/captured_log.h"

namespace dynsessions::observability {
namespace {

using nlohmann::json;

http::Exchange execute_exchange() {
  http::Exchange exchange;
  exchange.connection = 3;
  exchange.number = 2;
  exchange.correlation_id = "c-1";
  exchange.method = "POST";
  exchange.path = "/code/execute";
  exchange.surface = "data-plane";
  exchange.operation = "execute";
  exchange.pool = "default";
  exchange.api_version = "2024-02-02-preview";
  exchange.identifier = "test";
  exchange.principal = "somebody";
  exchange.session = "g-1";
  exchange.status = 200;
  exchange.delivered = true;
  exchange.request_bytes = 20;
  exchange.response_bytes = 300;
  exchange.duration = std::chrono::microseconds(35250);
  return exchange;
}

http::Exchange refused_exchange(ErrorCode code) {
  http::Exchange exchange = execute_exchange();
  exchange.status = 400;
  exchange.refused_by = "operation";
  exchange.refusal = Error{code, "a message with a secret", "identifier", "a reason"};
  exchange.reason = "a reason";
  return exchange;
}

TEST_CASE("a request is one line of text", "[log][request]") {
  CapturedLog captured(LogFormat::text);
  RequestLog(captured.log()).exchange_ended(execute_exchange());
  CHECK(captured.line() ==
        "info POST /code/execute 200 in 35.2 ms surface=data-plane operation=execute "
        "pool=default apiVersion=2024-02-02-preview identifier=9f86d081 session=g-1 "
        "requestBytes=20 responseBytes=300 connection=3 correlationId=c-1");
}

TEST_CASE("a request is one object of JSON", "[log][request]") {
  CapturedLog captured(LogFormat::json);
  RequestLog(captured.log()).exchange_ended(execute_exchange());
  CHECK(captured.members() == json::parse(R"({"level":"info","event":"request",
      "message":"POST /code/execute 200 in 35.2 ms","method":"POST","path":"/code/execute",
      "status":200,"durationMs":35.2,"surface":"data-plane","operation":"execute",
      "pool":"default","apiVersion":"2024-02-02-preview","identifier":"9f86d081",
      "session":"g-1","requestBytes":20,"responseBytes":300,"connection":3,
      "correlationId":"c-1"})"));
}

TEST_CASE("a refusal says who refused and why, but not its message", "[log][request]") {
  CapturedLog captured(LogFormat::text);
  RequestLog(captured.log()).exchange_ended(refused_exchange(ErrorCode::invalid_request));
  CHECK_THAT(captured.line(),
             Catch::EndsWith(R"( refusedBy=operation field=identifier reason="a reason")"));
  CHECK_THAT(captured.line(), !Catch::Contains("secret"));
}

TEST_CASE("limits are warnings and bugs are errors", "[log][request]") {
  struct Level {
    ErrorCode code;
    std::string level;
  };
  const auto row = GENERATE(values<Level>({{ErrorCode::invalid_request, "info"},
                                           {ErrorCode::unauthenticated, "info"},
                                           {ErrorCode::pool_exhausted, "warning"},
                                           {ErrorCode::storage_full, "warning"},
                                           {ErrorCode::sandbox_unavailable, "warning"},
                                           {ErrorCode::internal, "error"}}));
  CapturedLog captured(LogFormat::text);
  RequestLog(captured.log()).exchange_ended(refused_exchange(row.code));
  CHECK_THAT(captured.line(), Catch::StartsWith(row.level + " "));
}

TEST_CASE("bytes that never became a request have the connection's own words", "[log][request]") {
  http::Exchange exchange;
  exchange.status = 400;
  exchange.delivered = true;
  exchange.refused_by = "connection";
  exchange.refusal = invalid_request("The request head is not HTTP/1.1: bad method.");
  CapturedLog captured(LogFormat::text);
  RequestLog(captured.log()).exchange_ended(exchange);
  CHECK_THAT(captured.line(), Catch::StartsWith("info unreadable request 400 in "));
  CHECK_THAT(captured.line(), Catch::Contains("bad method"));
}

TEST_CASE("an answer that did not arrive is logged as such", "[log][request]") {
  http::Exchange exchange = execute_exchange();
  exchange.delivered = false;
  CapturedLog captured(LogFormat::text);
  RequestLog(captured.log()).exchange_ended(exchange);
  CHECK_THAT(captured.line(), Catch::Contains("200 in 35.2 ms, not delivered "));
  exchange.status = 0;
  CapturedLog other(LogFormat::text);
  RequestLog(other.log()).exchange_ended(exchange);
  CHECK_THAT(other.line(), Catch::Contains("POST /code/execute unanswered after 35.2 ms "));
}

TEST_CASE("a hostile request stays one line that is safe to print", "[log][request]") {
  http::Exchange exchange = execute_exchange();
  exchange.path = "/files/a\xC2\x9B\nb\x1b[31m\"c" + std::string(100'000, 'x');
  exchange.method = std::string(1000, 'M');
  exchange.api_version = "\"}\n" + std::string(1000, 'v');
  exchange.pool = "p\"\x1b";
  CapturedLog text(LogFormat::text);
  RequestLog(text.log()).exchange_ended(exchange);
  CHECK_THAT(text.line(), Catch::Contains("/files/a\\u009b\\u000ab\\u001b[31m\"cxxx"));
  CHECK(text.line().size() < 2500);
  CHECK(text.line().find('\x1b') == std::string::npos);
  CapturedLog as_json(LogFormat::json);
  RequestLog(as_json.log()).exchange_ended(exchange);
  CHECK(as_json.members().at("pool") == "p\"\x1b");
  CHECK(as_json.line().size() < 5000);
}

TEST_CASE("an identifier in the path is not shown", "[log][request]") {
  http::Exchange exchange = execute_exchange();
  exchange.identifier = "my-user";
  exchange.path = "/sessions/my-user/files/my-user.txt";
  CapturedLog captured(LogFormat::json);
  RequestLog(captured.log()).exchange_ended(exchange);
  CHECK(captured.members().at("path") == "/sessions/{identifier}/files/my-user.txt");
}

TEST_CASE("health probes are logged at debug level", "[log][request]") {
  http::Exchange exchange = execute_exchange();
  exchange.surface = "admin";
  exchange.path = "/health/ready";
  CapturedLog captured(LogFormat::text);
  RequestLog(captured.log()).exchange_ended(exchange);
  CHECK_THAT(captured.line(), Catch::StartsWith("debug "));
}

}  // namespace
}  // namespace dynsessions::observability
