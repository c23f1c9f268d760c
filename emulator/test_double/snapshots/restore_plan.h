#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include "emulator/base/result.h"
#include "emulator/pools/pool_definition.h"
#include "emulator/test_double/faults/fault_book.h"
#include "emulator/test_double/scripts/script.h"
#include "emulator/test_double/snapshots/archive_walk.h"
#include "emulator/test_double/snapshots/snapshot_services.h"

namespace dynsessions::test_double {

/// One pool of a snapshot, with the name and definition that it gets.
struct PoolPlan {
  std::string field;  ///< field that errors name; empty: the manifest
  pools::PoolDefinition definition;
  std::optional<FaultBook::Rules> faults;
  std::optional<Script> script;
  nlohmann::ordered_json omitted;
};

/// A snapshot that can be restored: everything in it was read and checked.
struct RestorePlan {
  std::vector<PoolPlan> pools;
  std::vector<SnapshotSession> sessions;
  std::vector<SnapshotFiles> files;             ///< by session
  std::optional<FaultBook::Rules> faults = {};  ///< rules of the server
  std::optional<Script> script = {};

  [[nodiscard]] std::size_t sessions_of(std::size_t pool) const {
    return static_cast<std::size_t>(
        std::count_if(sessions.begin(), sessions.end(),
                      [pool](const SnapshotSession& session) { return session.pool == pool; }));
  }
};

/// Reads the whole archive and finds everything that can be wrong with it before anything is made.
/// `pool`: as for restore_snapshot().
[[nodiscard]] boost::asio::awaitable<Result<RestorePlan>> plan_restore(
    const SnapshotServices& services, std::optional<pools::PoolName> pool, SnapshotSource source);

/// Turns an error in a part of the manifest into an error of the manifest, by extending its field.
[[nodiscard]] Error error_within(const std::string& part, Error error);

}  // namespace dynsessions::test_double
