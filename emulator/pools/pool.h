#pragma once

#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include "emulator/base/adjustable_clock.h"
#include "emulator/execution/workspace.h"
#include "emulator/pools/pool_definition.h"
#include "emulator/pools/session_events.h"
#include "emulator/pools/session_pool.h"

namespace dynsessions::pools {

/// A session pool with everything that belongs to it alone. The catalog owns it together with
/// callers that use it across a wait, in which it can be removed. Event-loop thread only; await
/// sessions().stop() before destroying it.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  struct Parts {
    boost::asio::any_io_executor executor;
    IdSource& ids;                                            ///< of the server; outlives the pool
    std::unique_ptr<AdjustableClock> clock;                   ///< of this pool alone
    std::shared_ptr<execution::WorkspaceFactory> workspaces;  ///< includes the ready sessions
    std::unique_ptr<SessionEvents> events;
  };

  Pool(PoolDefinition definition, Parts parts)
      : clock_(std::move(parts.clock)),
        events_(std::move(parts.events)),
        sessions_(std::move(parts.executor), *clock_, parts.ids, std::move(parts.workspaces),
                  *events_, std::move(definition)) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  [[nodiscard]] const PoolDefinition& definition() const { return sessions_.definition(); }
  [[nodiscard]] execution::Readiness readiness() const { return sessions_.readiness(); }
  boost::asio::awaitable<void> first_attempt() { return sessions_.first_attempt(); }
  [[nodiscard]] SessionPool& sessions() { return sessions_; }
  [[nodiscard]] AdjustableClock& clock() { return *clock_; }

  /// Whether the pool was declared. Otherwise it exists because a request named it.
  [[nodiscard]] bool is_declared() const { return is_declared_; }
  void declare() { is_declared_ = true; }

  /// Calls SessionPool::change(). The pool keeps its clock and its events.
  void change(PoolDefinition definition, Parts parts) {
    sessions_.change(std::move(definition), std::move(parts.workspaces));
  }

 private:
  const std::unique_ptr<AdjustableClock> clock_;
  const std::unique_ptr<SessionEvents> events_;
  SessionPool sessions_;
  bool is_declared_ = false;
};

}  // namespace dynsessions::pools
