#pragma once

#include <optional>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include "emulator/base/result.h"
#include "emulator/test_double/snapshots/archive_walk.h"
#include "emulator/test_double/snapshots/snapshot_services.h"

namespace dynsessions::test_double {

/// Result of a restore: the pool, its new sessions, and the parts that the snapshot does not have.
struct RestoredSnapshot {
  pools::PoolName pool;
  nlohmann::ordered_json summary;
};

/// Makes a pool what it was in a snapshot: definition, faults, script, and sessions with files and
/// variables. All sessions are made aside and take the place of those of the pool at once, in the
/// end; on an Error nothing is changed. `pool` has its own name and not the snapshot's; nullopt:
/// the pool that the snapshot names, or else the default pool. Errors name the field of the
/// manifest, or the entry of the archive.
[[nodiscard]] boost::asio::awaitable<Result<RestoredSnapshot>> restore_snapshot(
    SnapshotServices services, std::optional<pools::PoolName> pool, SnapshotSource source);

}  // namespace dynsessions::test_double
