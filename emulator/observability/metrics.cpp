#include "emulator/observability/metrics.h"

#include <algorithm>
#include <exception>
#include <map>
#include <tuple>

#include <malloc.h>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <spdlog/spdlog.h>

#include "emulator/observability/event_names.h"

namespace dynsessions::observability {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;
using Buckets = Histogram::BucketBoundaries;

/// In seconds, from an answer of a warm session to the longest execution.
const Buckets kExecutionBuckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                1,     2.5,    5,     10,   30,    60,   120, 220};
/// In seconds. A ready session takes microseconds; an interpreter that is started without a zygote
/// takes seconds.
const Buckets kAllocationBuckets{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05,
                                 0.1,    0.25,   0.5,   1,     2.5,  5,     10};
const Buckets kLagBuckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};

/// Of all threads. The allocators of sanitizers report nothing.
std::size_t allocated_bytes() {
  const struct mallinfo2 heap = ::mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

Family<Counter>& counters(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Gauge>& gauges(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

Family<Histogram>& histograms(Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

/// The series of the registry by the values of their labels. The registry's own look-up is slower:
/// it compares maps of strings.
class Metrics::Series {
 public:
  explicit Series(const Subject& subject) : versions_(subject.api_versions) {
    std::sort(versions_.begin(), versions_.end());
    gauges(registry_, "dynsessions_build_info", "1; the label is the version of the program.")
        .Add({{"version", subject.version}})
        .Set(1);
  }

  void count_request(const http::Exchange& exchange) {
    const std::string_view operation = exchange.operation.empty() ? "none" : exchange.operation;
    const std::string_view surface = exchange.surface.empty() ? "none" : exchange.surface;
    request(surface, operation, exchange.status, version_label(exchange.api_version)).Increment();
    duration(surface, operation).Observe(seconds(exchange.duration));
    if (exchange.execution_time.count() > 0) execution_.Observe(seconds(exchange.execution_time));
    if (exchange.is_new_session) allocation_.Observe(seconds(exchange.allocation_time));
    for (const std::string& effect : exchange.fault_effects) {
      faults_.Add({{"effect", effect}}).Increment();
    }
  }

  void count_session_end(pools::EndReason reason) {
    session_ends_.Add({{"reason", std::string(name_of(reason))}}).Increment();
  }

  void count_kernel_end(const execution::KernelEnd& end) {
    kernel_ends_.Add({{"reason", std::string(name_of(end))}}).Increment();
  }

  void count_program(execution::ExecutionOutcome outcome) {
    Counter*& known = program_series_[outcome];
    if (known == nullptr) known = &programs_.Add({{"outcome", std::string(name_of(outcome))}});
    known->Increment();
  }

  void count_refused_allocation() { refused_allocations_.Increment(); }

  void count_allocation_failure() { allocation_failures_.Increment(); }

  void observe_lag(std::chrono::nanoseconds lag) { lag_.Observe(seconds(lag)); }

  std::string text(const Occupancy& now) {
    allocating_.Set(double(now.allocating));
    idle_.Set(double(now.idle));
    busy_.Set(double(now.busy));
    ready_.Set(double(now.ready));
    heap_.Set(double(allocated_bytes()));
    return prometheus::TextSerializer().Serialize(registry_.Collect());
  }

 private:
  using RequestKey = std::tuple<std::string_view, std::string_view, unsigned, std::string_view>;
  using DurationKey = std::pair<std::string_view, std::string_view>;

  [[nodiscard]] std::string_view version_label(std::string_view requested) const {
    if (requested.empty()) return "none";
    const auto found = std::lower_bound(versions_.begin(), versions_.end(), requested);
    return found != versions_.end() && *found == requested ? *found : "other";
  }

  Counter& request(std::string_view surface, std::string_view operation, unsigned status,
                   std::string_view version) {
    Counter*& known = request_series_[{surface, operation, status, version}];
    if (known == nullptr) {
      known = &requests_.Add({{"surface", std::string(surface)},
                              {"operation", std::string(operation)},
                              {"status", std::to_string(status)},
                              {"api_version", std::string(version)}});
    }
    return *known;
  }

  Histogram& duration(std::string_view surface, std::string_view operation) {
    Histogram*& known = duration_series_[{surface, operation}];
    if (known == nullptr) {
      known = &durations_.Add(
          {{"surface", std::string(surface)}, {"operation", std::string(operation)}},
          kExecutionBuckets);
    }
    return *known;
  }

  std::vector<std::string_view> versions_;
  Registry registry_;
  Family<Counter>& requests_ =
      counters(registry_, "dynsessions_requests_total",
               "Requests by surface, operation, status (0: the client left) and api-version.");
  Family<Histogram>& durations_ =
      histograms(registry_, "dynsessions_request_seconds",
                 "Time from the head of a request to the end of its answer.");
  Family<Counter>& faults_ = counters(registry_, "dynsessions_faults_hit_total",
                                      "Requests that an injected fault hit, by effect or preset.");
  Family<Counter>& programs_ =
      counters(registry_, "dynsessions_executions_total", "Programs that were run, by outcome.");
  Family<Counter>& session_ends_ =
      counters(registry_, "dynsessions_session_ends_total", "Sessions that ended, by reason.");
  Family<Counter>& kernel_ends_ = counters(registry_, "dynsessions_kernel_ends_total",
                                           "Interpreters that were replaced, by reason.");
  Family<Gauge>& sessions_ =
      gauges(registry_, "dynsessions_sessions", "Sessions of all pools, by state.");
  Gauge& allocating_ = sessions_.Add({{"state", "allocating"}});
  Gauge& idle_ = sessions_.Add({{"state", "idle"}});
  Gauge& busy_ = sessions_.Add({{"state", "busy"}});
  Gauge& ready_ = gauges(registry_, "dynsessions_ready_sessions",
                         "Sessions that were started before a client asked for them.")
                      .Add({});
  Gauge& heap_ = gauges(registry_, "dynsessions_heap_bytes",
                        "Memory that the server has allocated and not freed.")
                     .Add({});
  Histogram& execution_ =
      histograms(registry_, "dynsessions_execution_seconds",
                 "Time of synchronous programs, including the wait for their kernel.")
          .Add({}, kExecutionBuckets);
  Histogram& allocation_ = histograms(registry_, "dynsessions_allocation_seconds",
                                      "Time until a new session was allocated.")
                               .Add({}, kAllocationBuckets);
  Counter& allocation_failures_ = counters(registry_, "dynsessions_allocation_failures_total",
                                           "Sessions that could not be made.")
                                      .Add({});
  Counter& refused_allocations_ = counters(registry_, "dynsessions_allocations_refused_total",
                                           "Sessions that a pool at its maximum refused.")
                                      .Add({});
  Histogram& lag_ = histograms(registry_, "dynsessions_event_loop_lag_seconds",
                               "How late the event loop ran a timer, four times a second.")
                        .Add({}, kLagBuckets);
  std::map<RequestKey, Counter*> request_series_;
  std::map<DurationKey, Histogram*> duration_series_;
  std::map<execution::ExecutionOutcome, Counter*> program_series_;
};

class Metrics::SessionCounts final : public pools::SessionEvents {
 public:
  explicit SessionCounts(Series& series) : series_(series) {}

  void session_allocated(const pools::Session&) override {}
  void allocation_failed(const Error&) override { series_.count_allocation_failure(); }
  void kernel_ended(const pools::Session&, execution::Kernel,
                    const execution::KernelEnd& end) override {
    series_.count_kernel_end(end);
  }
  void session_ended(const pools::Session&, pools::EndReason reason) override {
    series_.count_session_end(reason);
  }
  void allocation_refused(const SessionIdentifier&) override { series_.count_refused_allocation(); }
  void program_ended(const pools::Session&, execution::Kernel,
                     const execution::ExecutionResult& result) override {
    series_.count_program(result.outcome);
  }

 private:
  Series& series_;
};

Metrics::Metrics(const Subject& subject) : series_(std::make_unique<Series>(subject)) {}

Metrics::~Metrics() = default;

void Metrics::exchange_ended(const http::Exchange& exchange) noexcept {
  try {
    series_->count_request(exchange);
  } catch (const std::exception& error) {
    spdlog::error("a request is missing in the metrics: {}", error.what());
  }
}

void Metrics::event_loop_lagged(std::chrono::nanoseconds lag) { series_->observe_lag(lag); }

std::unique_ptr<pools::SessionEvents> Metrics::for_sessions() {
  return std::make_unique<SessionCounts>(*series_);
}

std::string Metrics::text(const Occupancy& now) { return series_->text(now); }

}  // namespace dynsessions::observability
