#include "emulator/observability/metrics.h"

#include <memory>
#include <string>

#include "emulator/pools/session.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

namespace dynsessions::observability {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;

constexpr const char* kKnownVersion = "2025-10-02-preview";

Metrics::Subject subject() { return {"1.2.3", {kKnownVersion, "2024-02-02-preview"}}; }

http::Exchange counted_exchange() {
  http::Exchange exchange;
  exchange.surface = "data-plane";
  exchange.operation = "execute";
  exchange.api_version = kKnownVersion;
  exchange.status = 200;
  exchange.duration = 2ms;
  exchange.execution_time = 1500us;
  return exchange;
}

TEST_CASE("requests are counted by operation, status and version", "[metrics]") {
  Metrics metrics(subject());
  metrics.exchange_ended(counted_exchange());
  metrics.exchange_ended(counted_exchange());
  http::Exchange refused = counted_exchange();
  refused.status = 401;
  refused.execution_time = 0ns;
  metrics.exchange_ended(refused);
  const std::string text = metrics.text({});
  CHECK_THAT(text, Contains(R"(dynsessions_requests_total{api_version="2025-10-02-preview",)"
                            R"(operation="execute",status="200",surface="data-plane"} 2)"));
  CHECK_THAT(text, Contains(R"(status="401",surface="data-plane"} 1)"));
  CHECK_THAT(text, Contains(R"(dynsessions_request_seconds_count{operation="execute",)"
                            R"(surface="data-plane"} 3)"));
  CHECK_THAT(text, Contains("dynsessions_execution_seconds_count 2"));
  CHECK_THAT(text, Contains(R"(dynsessions_execution_seconds_bucket{le="0.001"} 0)"));
  CHECK_THAT(text, Contains(R"(dynsessions_execution_seconds_bucket{le="0.0025"} 2)"));
  CHECK_THAT(text, Contains(R"(dynsessions_build_info{version="1.2.3"} 1)"));
}

TEST_CASE("values that clients choose add no series", "[metrics]") {
  Metrics metrics(subject());
  for (int number = 0; number < 100; ++number) {
    http::Exchange exchange = counted_exchange();
    exchange.api_version = "version-" + std::to_string(number);
    exchange.pool = "pool-" + std::to_string(number);
    exchange.identifier = "identifier-" + std::to_string(number);
    exchange.method = "METHOD" + std::to_string(number);
    exchange.operation = {};
    metrics.exchange_ended(exchange);
  }
  const std::string text = metrics.text({});
  CHECK_THAT(text, Contains(R"(dynsessions_requests_total{api_version="other",operation="none",)"
                            R"(status="200",surface="data-plane"} 100)"));
  CHECK_THAT(text, !Contains("version-1") && !Contains("pool-1") && !Contains("identifier-1"));
}

TEST_CASE("a request without a version, and bytes that were no request, are counted too",
          "[metrics]") {
  Metrics metrics(subject());
  metrics.exchange_ended({});
  CHECK_THAT(metrics.text({}), Contains(R"({api_version="none",operation="none",status="0",)"
                                        R"(surface="none"} 1)"));
}

TEST_CASE("only requests that made a session count as allocations", "[metrics]") {
  Metrics metrics(subject());
  http::Exchange exchange = counted_exchange();
  exchange.allocation_time = 20ms;
  metrics.exchange_ended(exchange);
  CHECK_THAT(metrics.text({}), Contains("dynsessions_allocation_seconds_count 0"));
  exchange.is_new_session = true;
  metrics.exchange_ended(exchange);
  CHECK_THAT(metrics.text({}), Contains("dynsessions_allocation_seconds_count 1"));
}

TEST_CASE("faults are counted by their effect", "[metrics]") {
  Metrics metrics(subject());
  http::Exchange exchange = counted_exchange();
  exchange.faults = {"my-rule"};
  exchange.fault_effects = {"throttled"};
  metrics.exchange_ended(exchange);
  const std::string text = metrics.text({});
  CHECK_THAT(text, Contains(R"(dynsessions_faults_hit_total{effect="throttled"} 1)"));
  CHECK_THAT(text, !Contains("my-rule"));
}

TEST_CASE("gauges show the moment of the look", "[metrics]") {
  Metrics metrics(subject());
  CHECK_THAT(metrics.text({.allocating = 1, .idle = 2, .busy = 3, .ready = 4}),
             Contains(R"(dynsessions_sessions{state="allocating"} 1)") &&
                 Contains(R"(dynsessions_sessions{state="idle"} 2)") &&
                 Contains(R"(dynsessions_sessions{state="busy"} 3)") &&
                 Contains("dynsessions_ready_sessions 4"));
  CHECK_THAT(metrics.text({}), Contains("dynsessions_ready_sessions 0"));
}

TEST_CASE("events of sessions are counted by reason and outcome", "[metrics]") {
  Metrics metrics(subject());
  const auto events = metrics.for_sessions();
  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint()};
  const auto identifier = SessionIdentifier::parse("a", IdentifierRule::one_to_256).value();
  pools::Session session(loop.executor(), identifier, "8c6eb330-3c75-4dde-a89d-458d572cfaf7",
                         std::make_shared<pools::PoolDefinition>(), clock, *events);
  events->session_ended(session, pools::EndReason::cooldown_passed);
  events->session_ended(session, pools::EndReason::deleted);
  events->kernel_ended(session, execution::Kernel::synchronous, {.timed_out = true});
  events->allocation_failed({ErrorCode::sandbox_unavailable, "no", {}, {}});
  events->allocation_refused(identifier);
  execution::ExecutionResult raised;
  raised.outcome = execution::ExecutionOutcome::raised;
  events->program_ended(session, execution::Kernel::synchronous, raised);
  CHECK_THAT(metrics.text({}),
             Contains(R"(dynsessions_session_ends_total{reason="cooldown-passed"} 1)") &&
                 Contains(R"(dynsessions_session_ends_total{reason="deleted"} 1)") &&
                 Contains(R"(dynsessions_kernel_ends_total{reason="timeout"} 1)") &&
                 Contains("dynsessions_allocation_failures_total 1") &&
                 Contains("dynsessions_allocations_refused_total 1") &&
                 Contains(R"(dynsessions_executions_total{outcome="raised"} 1)"));
}

}  // namespace
}  // namespace dynsessions::observability
