#pragma once

#include <string>
#include <string_view>

#include "emulator/base/clock.h"
#include "emulator/observability/log.h"
#include "emulator/pools/session_events.h"

namespace dynsessions::observability {

/// Logs when the sessions of one pool start and end. It logs identifiers as digests, and no code,
/// output or tokens.
class SessionLog final : public pools::SessionEvents {
 public:
  /// `clock` is the pool's clock and outlives this.
  SessionLog(const Clock& clock, std::string pool, Log log = Log());

  void session_allocated(const pools::Session& session) override;
  void allocation_failed(const Error& error) override;
  void kernel_ended(const pools::Session& session, execution::Kernel kernel,
                    const execution::KernelEnd& end) override;
  void session_ended(const pools::Session& session, pools::EndReason reason) override;

 private:
  void write(LogLevel level, LogEvent event, const pools::Session& session) const;

  const Clock& clock_;
  const std::string pool_;
  const Log log_;
};

}  // namespace dynsessions::observability
