#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "emulator/base/timestamp.h"
#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

using Json = nlohmann::ordered_json;
using test_double::ClockTarget;
using test_double::FiredTimer;
using test_double::MovableClock;

constexpr double kFastest = 1'000'000;

Json clock_json(const AdjustableClock& clock) {
  const bool frozen = clock.rate() == 0.0;
  Json json{{"mode", frozen ? "frozen" : "running"}, {"now", timestamp(clock.now())}};
  json["rate"] = frozen ? 1.0 : clock.rate();
  return json;
}

Json fired_json(const std::vector<FiredTimer>& all) {
  Json list = Json::array();
  for (const FiredTimer& one : all) {
    Json json{{"at", timestamp(one.fired.at)}, {"what", one.fired.label.what}};
    json["session"] = one.fired.label.session;
    json["pool"] = one.pool;
    list.push_back(std::move(json));
  }
  return list;
}

/// The members of PUT …/clock. An absent member is not changed.
struct ClockChange {
  std::optional<bool> frozen;
  std::optional<Clock::TimePoint> now;
  std::optional<double> rate;
};

Result<void> assign(ClockChange& change, const std::string& name, const nlohmann::json& value) {
  if (name == "mode") {
    if (value != "running" && value != "frozen") {
      return wrong_field(name, "expected \"running\" or \"frozen\"");
    }
    change.frozen = value == "frozen";
    return {};
  }
  if (name == "now") {
    if (value.is_string()) change.now = parse_timestamp(value.get<std::string>());
    if (!change.now) {
      return wrong_field(name,
                         "expected a time in UTC such as \"2026-03-01T12:00:00Z\", of the "
                         "years 1970 to 2199");
    }
    return {};
  }
  if (name == "rate") {
    if (value.is_number()) change.rate = value.get<double>();
    if (!change.rate || !(*change.rate > 0 && *change.rate <= kFastest)) {
      return wrong_field(name,
                         "expected a number above 0, at most 1000000: seconds of this clock "
                         "in a real second",
                         "\"mode\": \"frozen\" stops the clock");
    }
    return {};
  }
  return wrong_field(name, "a clock has no such member", "it has mode, now and rate");
}

Result<ClockChange> parse_change(const nlohmann::json& body) {
  ClockChange change;
  for (const auto& [name, value] : body.items()) {
    if (const Result<void> assigned = assign(change, name, value); !assigned) {
      return assigned.error();
    }
  }
  if (change.frozen.value_or(false) && change.rate.value_or(1.0) != 1.0) {
    return wrong_field("rate", "a frozen clock has none");
  }
  return change;
}

Error back_in_time(const MovableClock& clock) {
  const std::string whose =
      clock.pool ? "pool " + clock.pool->definition().id.name : std::string("the server");
  return {ErrorCode::conflict,
          "now: the clock of " + whose + " shows " + timestamp(clock.clock->now()) +
              " and never goes back.",
          "now", "POST …/reset ends the sessions and returns to real time"};
}

/// Sets the rate of a clock that stands still or runs.
void set_rate(AdjustableClock& clock, const ClockChange& change) {
  const double before = clock.rate();
  double rate = before;
  if (change.frozen) rate = *change.frozen ? 0.0 : before == 0.0 ? 1.0 : before;
  if (change.rate && rate != 0.0) rate = *change.rate;
  if (rate != before) clock.set_rate(rate);
}

/// Whether the change would give a rate to a clock that it leaves frozen.
bool scales_frozen(const std::vector<MovableClock>& clocks, const ClockChange& change) {
  if (!change.rate || change.frozen) return false;
  return std::any_of(clocks.begin(), clocks.end(),
                     [](const MovableClock& one) { return one.clock->rate() == 0.0; });
}

Result<Clock::Duration> parse_advance(const nlohmann::json& body) {
  std::optional<Clock::Duration> by;
  for (const auto& [name, value] : body.items()) {
    if (name != "seconds" && name != "by") {
      return wrong_field(name, "there is no such member", "it takes seconds or by");
    }
    if (by) return wrong_field(name, "give either seconds or by, not both");
    if (name == "seconds") {
      if (value.is_number()) by = duration_of_seconds(value.get<double>());
      if (!by) return wrong_field(name, "expected a number from 0 to a hundred years");
    } else {
      if (value.is_string()) by = parse_duration(value.get<std::string>());
      if (!by) return wrong_field(name, "expected a duration such as \"PT5M\"");
    }
  }
  if (!by) return wrong_field("seconds", "missing", "send {\"seconds\":300} or {\"by\":\"PT5M\"}");
  return *by;
}

/// The latest time that parse_timestamp() accepts: sums with cooldowns stay in range.
Clock::TimePoint latest_time() {
  return std::chrono::sys_days(std::chrono::year(2200) / 1 / 1) - std::chrono::seconds(1);
}

asio::awaitable<http::Answer> moved(const AdminCall& call, std::vector<ClockTarget> targets) {
  const std::vector<FiredTimer> fired = co_await test_double::move(std::move(targets));
  Json json = clock_json(clock_of(call));
  json["fired"] = fired_json(fired);
  co_return json_answer(json);
}

}  // namespace

asio::awaitable<http::Answer> get_clock(AdminCall& call) {
  co_return json_answer(clock_json(clock_of(call)));
}

asio::awaitable<http::Answer> put_clock(AdminCall& call) {
  const auto body = co_await read_object(call.http);
  if (!body) co_return body.error();
  const auto change = parse_change(body->members);
  if (!change) co_return change.error();
  if (const auto exists = require_pool(call); !exists) co_return exists.error();
  const std::vector<MovableClock> clocks = clocks_of(call);
  co_await test_double::until_still(clocks);
  if (scales_frozen(clocks, *change)) {
    co_return wrong_field("rate", "the clock is frozen", "send \"mode\": \"running\" with it");
  }
  std::vector<ClockTarget> targets;
  for (const MovableClock& one : clocks) {
    const Clock::TimePoint now = one.clock->now();
    const Clock::TimePoint wanted = change->now.value_or(now);
    // Times are shown in units of 100 ns, so the shown time must not count as a move backwards.
    if (wanted < std::chrono::floor<Ticks>(now)) co_return back_in_time(one);
    targets.push_back({one, std::max(wanted, now)});
  }
  for (const MovableClock& one : clocks) set_rate(*one.clock, *change);
  if (!change->now) {  // a clock that is not set keeps its time
    for (ClockTarget& target : targets) target.time = target.clock.clock->now();
  }
  co_return co_await moved(call, std::move(targets));
}

asio::awaitable<http::Answer> advance_clock(AdminCall& call) {
  const auto body = co_await read_object(call.http);
  if (!body) co_return body.error();
  const auto by = parse_advance(body->members);
  if (!by) co_return by.error();
  if (const auto exists = require_pool(call); !exists) co_return exists.error();
  const std::vector<MovableClock> clocks = clocks_of(call);
  co_await test_double::until_still(clocks);
  std::vector<ClockTarget> targets;
  for (const MovableClock& one : clocks) {
    const Clock::TimePoint now = one.clock->now();
    if (*by > latest_time() - now) {
      co_return wrong_field(body->members.begin().key(), "the clock ends with the year 2199");
    }
    targets.push_back({one, now + *by});
  }
  co_return co_await moved(call, std::move(targets));
}

}  // namespace dynsessions::surfaces::admin
