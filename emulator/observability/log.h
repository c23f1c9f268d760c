#pragma once

#include <string_view>

#include "emulator/base/clock.h"
#include "emulator/pools/session_events.h"

namespace dynsessions::observability {

/// Sends the log to stderr (stdout belongs to the ready line), from messages of `level` on: error,
/// warning, info or debug.
void start_log(std::string_view level);

/// Writes the life of sessions to the log. Neither code nor output, tokens or identifiers.
class SessionLog final : public pools::SessionEvents {
 public:
  explicit SessionLog(const Clock& clock) : clock_(clock) {}
  void session_allocated(const pools::Session& session) override;
  void allocation_failed(const Error& error) override;
  void limit_exceeded(const pools::Session& session, execution::SessionLimit limit) override;
  void session_ended(const pools::Session& session, pools::EndReason reason) override;

 private:
  const Clock& clock_;
};

}  // namespace dynsessions::observability
