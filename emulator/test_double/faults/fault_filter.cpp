#include "emulator/test_double/faults/fault_filter.h"

#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "emulator/base/event.h"
#include "emulator/base/offload.h"
#include "emulator/base/spawn.h"
#include "emulator/base/spdlog.h"
#include "emulator/http/text.h"
#include "emulator/pools/session_errors.h"
#include "emulator/surfaces/error_response.h"
#include "emulator/surfaces/json_response.h"
#include "emulator/test_double/request_text.h"
#include "emulator/workspace_files/session_files.h"

namespace dynsessions::test_double {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kLongestLookedAt = std::size_t{1} << 20;
constexpr std::chrono::milliseconds kPauseForProgram{2};

std::string reason_of(const FaultHit& hit) { return "fault " + hit.id + ": " + hit.name; }

Error refusal_by(const FaultHit& hit, ErrorCode code, std::string message) {
  return {code, std::move(message), {}, reason_of(hit)};
}

/// Makes the error of surfaces without the service's envelope (RFC 6749 section 5.2).
http::Response oauth_error(const effects::Status& effect) {
  const nlohmann::ordered_json body{{"error", effect.code}, {"error_description", effect.message}};
  return surfaces::uncached_json_response(effect.status, body.dump());
}

/// Makes the answer in the envelope of the request's surface.
http::Response worded(const effects::Status& effect, const http::Exchange& exchange) {
  if (exchange.surface == "identity") return oauth_error(effect);
  if (exchange.surface == "control-plane") {
    return surfaces::arm_envelope(effect.status, effect.code, effect.message);
  }
  return surfaces::error_envelope(effect.status, effect.code, effect.message, {},
                                  exchange.correlation_id);
}

/// Shared between an execution and the coroutine that kills its kernel.
struct Execution {
  explicit Execution(const asio::any_io_executor& executor) : changed(executor) {}
  Event changed;
  bool has_ended = false;
  bool was_killed = false;
};

/// Tells the end of an execution, also if the request for it is cancelled.
class ExecutionScope {
 public:
  explicit ExecutionScope(std::shared_ptr<Execution> execution)
      : execution_(std::move(execution)) {}
  ExecutionScope(const ExecutionScope&) = delete;
  ExecutionScope& operator=(const ExecutionScope&) = delete;
  ~ExecutionScope() {
    execution_->has_ended = true;
    execution_->changed.notify();
  }

 private:
  const std::shared_ptr<Execution> execution_;
};

/// Waits until the time has passed or the execution has ended.
asio::awaitable<void> wait_during(Execution& execution, Clock::Duration time, Clock& real_time) {
  const Clock::TimePoint end = real_time.now() + time;
  const ScopedTimer timer(real_time, end, [&execution] { execution.changed.notify(); });
  while (!execution.has_ended && real_time.now() < end) co_await execution.changed.wait();
}

/// Kills the kernels of the session when a program has run for `after`; not if it ends before.
asio::awaitable<void> kill_during(std::shared_ptr<pools::Pool> pool, SessionIdentifier identifier,
                                  std::chrono::nanoseconds after, Clock& real_time,
                                  std::shared_ptr<Execution> execution) {
  while (!execution->has_ended && !pool->sessions().is_executing(identifier)) {
    co_await wait_during(*execution, kPauseForProgram, real_time);
  }
  co_await wait_during(*execution, after, real_time);
  if (execution->has_ended) co_return;
  execution->was_killed = true;
  co_await pool->sessions().kill_kernels(identifier);
}

/// Removes the files whose path below /mnt/data matches. Blocks.
void remove_matching(int root, const std::string& glob) {
  using workspace_files::DataPath;
  const auto listing = workspace_files::list(root, DataPath(), workspace_files::Depth::recursive);
  if (!listing) return;
  for (const workspace_files::FileInfo& file : listing->files) {
    const std::string path = file.directory == "." ? file.name : file.directory + '/' + file.name;
    if (file.is_directory || !matches_glob(glob, path)) continue;
    if (const auto parsed = DataPath::parse(path, "name")) {
      (void)workspace_files::remove(root, *parsed);  // a missing file is fine
    }
  }
}

}  // namespace

asio::awaitable<http::Answer> FaultFilter::handle(http::Call& call, http::Next next) {
  const bool counts = !book_.is_empty() && !call.exchange.operation.empty();
  return counts ? handle_with_rules(call, next) : next(call);
}

asio::awaitable<http::Answer> FaultFilter::handle_with_rules(http::Call& call, http::Next next) {
  Target target{call, next, std::nullopt, std::nullopt, {}};
  const http::Exchange& exchange = call.exchange;
  if (!exchange.pool.empty()) {
    target.pool = pools::PoolName{exchange.subscription, exchange.resource_group, exchange.pool};
  }
  FaultSubject subject;
  subject.operation = exchange.operation;
  subject.method = call.request.method_text;
  subject.headers = &call.request.headers;
  std::string identifier = exchange.identifier;
  std::string first;
  std::optional<RepeatedBody> repeated;
  const bool identifier_is_inside = identifier.empty() && exchange.operation == "execute" &&
                                    book_.looks_at_identifiers(target.pool);
  if (identifier_is_inside || book_.looks_at_bodies(target.pool)) {
    auto read = co_await read_first(*call.body, kLongestLookedAt);
    if (!read) co_return read.error();
    first = *std::move(read);
    repeated.emplace(first, *call.body);
    call.body = &*repeated;
    if (identifier_is_inside) identifier = identifier_in(first);
  }
  subject.identifier = identifier;
  subject.body = first;
  if (auto parsed = SessionIdentifier::parse(identifier, IdentifierRule::one_to_256)) {
    target.identifier = *std::move(parsed);
  }
  subject.has_session = has_session(target);
  subject.takes_token = exchange.surface != "identity";
  auto hit_by = book_.decide(target.pool, subject);
  if (!hit_by) co_return co_await next(call);
  target.hit = *std::move(hit_by);
  co_return co_await hit(target);
}

asio::awaitable<http::Answer> FaultFilter::hit(Target& target) {
  http::Exchange& exchange = target.call.exchange;
  exchange.faults.push_back(target.hit.id);
  exchange.fault_effects.push_back(target.hit.name);
  const auto apply_to_target = [this, &target](const auto& effect) {
    return apply(effect, target);
  };
  auto applied = std::visit(apply_to_target, target.hit.effect);
  http::Answer answer = co_await std::move(applied);
  if (!answer) {
    if (exchange.refused_by.empty()) exchange.refused_by = "fault";
    co_return answer;
  }
  exchange.reason = reason_of(target.hit);
  const bool has_reason = answer->headers.find("x-emulator-reason").has_value();
  if (own_headers_ && !has_reason) {
    answer->headers.add("x-emulator-reason", http::as_header_value(exchange.reason));
  }
  co_return answer;
}

std::shared_ptr<pools::Pool> FaultFilter::pool_of(const Target& target) const {
  pools::Pool* const pool = target.pool ? pools_.find(*target.pool) : nullptr;
  return pool == nullptr ? nullptr : pool->shared_from_this();
}

bool FaultFilter::has_session(const Target& target) const {
  const auto pool = pool_of(target);
  return pool && target.identifier && pool->sessions().find(*target.identifier).has_value();
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::Status& effect, Target& target) {
  http::Exchange& exchange = target.call.exchange;
  http::Response response = worded(effect, exchange);
  for (const auto& [name, value] : effect.headers) response.headers.add(name, value);
  exchange.refused_by = "fault";
  co_return response;
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::Delay&, Target& target) {
  co_await services_.real_time.sleep_until(services_.real_time.now() + target.hit.delay);
  co_return co_await target.next(target.call);
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::Reset& effect, Target& target) {
  if (effect.when == When::after) (void)co_await target.next(target.call);
  co_return reset_connection();
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::Truncate& effect, Target& target) {
  http::Answer answer = co_await target.next(target.call);
  if (answer) truncate(*answer, effect.bytes, services_);
  co_return answer;
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::Slice& effect, Target& target) {
  http::Answer answer = co_await target.next(target.call);
  if (answer) slice(*answer, effect.bytes, effect.pause, services_);
  co_return answer;
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::Hang& effect, Target& target) {
  if (effect.when == When::after) (void)co_await target.next(target.call);
  co_return hang();
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::KillKernel& effect,
                                                 Target& target) {
  if (target.pool && effect.during && target.identifier) {
    const auto pool = pools_.find_or_create(*target.pool);
    if (!pool) co_return pool.error();
    const auto executor = co_await asio::this_coro::executor;
    const auto execution = std::make_shared<Execution>(executor);
    auto kill = kill_during((*pool)->shared_from_this(), *target.identifier, effect.after,
                            services_.real_time, execution);
    const ExecutionScope scope(execution);
    spawn(executor, std::move(kill));
    http::Answer answer = co_await target.next(target.call);
    if (!execution->was_killed) {
      target.hit.name += ", without effect: no program ran when it was due";
    }
    co_return answer;
  }
  if (const auto pool = pool_of(target); pool && target.identifier) {
    co_await pool->sessions().kill_kernels(*target.identifier);
  }
  co_return co_await target.next(target.call);
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::Evict&, Target& target) {
  if (const auto pool = pool_of(target); pool && target.identifier) {
    co_await pool->sessions().end_session(*target.identifier, pools::EndReason::evicted);
  }
  co_return co_await target.next(target.call);
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::PoolFull&, Target& target) {
  const std::uint32_t maximum = target.pool ? pools_.definition_of(*target.pool).max_sessions : 0;
  co_return refusal_by(target.hit, ErrorCode::pool_exhausted, pools::pool_is_full(maximum));
}

/// Clients search for this text, which is not JSON (CONTRACT.md section 8 row 42).
asio::awaitable<http::Answer> FaultFilter::apply(const effects::AllocationFailed& effect,
                                                 Target& target) {
  http::Response response;
  response.status = effect.status;
  response.headers.add("content-type", "text/plain; charset=utf-8");
  response.body = "Error happened when allocating pod for identifier " +
                  (target.identifier ? target.identifier->text() : "") + " in pool " +
                  (target.pool ? target.pool->name : "");
  target.call.exchange.refused_by = "fault";
  co_return response;
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::LoseFile& effect, Target& target) {
  const auto pool = pool_of(target);
  if (pool && target.identifier) {
    const auto session = co_await pool->sessions().acquire_existing(*target.identifier);
    if (session) {
      auto root = (*session)->open_data_directory();
      if (!root) co_return root.error();
      auto remove = [&effect, directory = root->get()] { remove_matching(directory, effect.path); };
      co_await offload(services_.file_pool, remove);
    }
  }
  co_return co_await target.next(target.call);
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::SlowAllocation& effect,
                                                 Target& target) {
  co_await services_.real_time.sleep_until(services_.real_time.now() + effect.time);
  co_return co_await target.next(target.call);
}

asio::awaitable<http::Answer> FaultFilter::apply(const effects::RejectToken& effect,
                                                 Target& target) {
  if (effect.forbidden) {
    co_return refusal_by(target.hit, ErrorCode::permission_denied,
                         "The token does not have the role for this session pool.");
  }
  co_return refusal_by(target.hit, ErrorCode::unauthenticated, "The token is expired");
}

}  // namespace dynsessions::test_double
