#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/http/filter.h"
#include "emulator/http/router.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/surfaces/admin/services.h"
#include "emulator/test_double/clock/clock_moves.h"

namespace dynsessions::surfaces::admin {

/// One request of the admin API. Lives in the frame of AdminApi::handle(), so operations can keep
/// references to it across co_await.
struct AdminCall {
  const Services& services;
  http::Call& http;
  std::optional<pools::PoolName> pool;  ///< pool that the path names; nullopt: all pools
  const http::PathParameters& parameters;
};

using Operation = boost::asio::awaitable<http::Answer>(AdminCall& call);

/// A row of the table of operations.
struct OperationRow {
  http::Method method;
  std::string_view pattern;  ///< part of the path after the name of the pool
  std::string_view name;
  Operation* operation;
};

/// The operations on paths without a pool, and on those with one.
[[nodiscard]] std::span<const OperationRow> operations_without_pool();
[[nodiscard]] std::span<const OperationRow> operations_below_pool();

// health.cpp
Operation live;
Operation ready;
Operation server;
Operation version;
Operation metrics;
Operation openapi;

// package_operations.cpp
Operation get_packages;
Operation reload_packages;

// pool_operations.cpp
Operation list_pools;
Operation get_pool;
Operation put_pool;
Operation patch_pool;
Operation delete_pool;

// session_operations.cpp
Operation list_sessions;
Operation get_session;
Operation delete_session;
Operation restart_kernel;

// clock_operations.cpp
Operation get_clock;
Operation put_clock;
Operation advance_clock;

// fault_operations.cpp
Operation list_faults;
Operation put_faults;
Operation add_fault;
Operation delete_faults;
Operation delete_fault;

// journal_operations.cpp
Operation get_journal;
Operation delete_journal;
Operation verify_journal;
Operation export_journal;

// event_operations.cpp
Operation follow_journal;
Operation follow_events;

// slot_operations.cpp
Operation get_slots;

// token_operations.cpp
Operation issue_token;

// script_operations.cpp
Operation get_script;
Operation put_script;
Operation delete_script;
Operation start_recording;
Operation get_recording;
Operation stop_recording;

// snapshot_operations.cpp
Operation get_snapshot;
Operation put_snapshot;

// reset.cpp
Operation reset;

/// The pools that a request is about and that exist.
[[nodiscard]] std::vector<pools::Pool*> pools_of(const AdminCall& call);

/// The clocks of those pools and, if the request means all, that of the server.
[[nodiscard]] std::vector<test_double::MovableClock> clocks_of(const AdminCall& call);

/// The clock to show for a request: its pool's, or the server's if it means all pools.
[[nodiscard]] AdjustableClock& clock_of(const AdminCall& call);

/// Makes the pool that the request names, if it names one that does not exist: as requests of the
/// data plane do, so that a test can prepare a pool before its first request.
[[nodiscard]] Result<void> require_pool(const AdminCall& call);

}  // namespace dynsessions::surfaces::admin
