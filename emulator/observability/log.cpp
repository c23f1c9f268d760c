#include "emulator/observability/log.h"

#include <string>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "emulator/base/terminal_style.h"
#include "emulator/cures/cures.h"
#include "emulator/pools/session.h"

namespace dynsessions::observability {
namespace {

std::string_view words_for(pools::EndReason reason) {
  switch (reason) {
    case pools::EndReason::cooldown_passed:
      return "its cooldown passed";
    case pools::EndReason::deleted:
      return "a client deleted it";
    case pools::EndReason::interpreter_lost:
      return "its interpreter was lost";
    case pools::EndReason::pool_stopped:
      return "the pool stops";
  }
  return "";
}

}  // namespace

void start_log(std::string_view level) {
  const auto colours =
      colours_are_unwanted() ? spdlog::color_mode::never : spdlog::color_mode::automatic;
  spdlog::set_default_logger(spdlog::stderr_color_mt("dynsessions", colours));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  spdlog::set_level(spdlog::level::from_str(std::string(level)));
}

void SessionLog::session_allocated(const pools::Session& session) {
  spdlog::info("session {} allocated", session.guid());
}

void SessionLog::allocation_failed(const Error& error) {
  const std::string cure = error.step.empty() ? "" : "; " + cure_of(error);
  spdlog::error("session not allocated: {}{}", error.message, cure);
}

void SessionLog::limit_exceeded(const pools::Session& session, execution::SessionLimit limit) {
  spdlog::warn("a program of session {} was ended; {}", session.guid(), reason_of(limit));
}

void SessionLog::session_ended(const pools::Session& session, pools::EndReason reason) {
  const auto age =
      std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - session.created_at());
  spdlog::info("session {} ended after {} s: {}", session.guid(), age.count(), words_for(reason));
}

}  // namespace dynsessions::observability
