#pragma once

#include <optional>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include "emulator/base/result.h"
#include "emulator/test_double/snapshots/archive_walk.h"
#include "emulator/test_double/snapshots/snapshot_services.h"

namespace dynsessions::test_double {

/// Makes a pool what it was in a snapshot: definition, faults, script, and sessions with files and
/// variables; or every pool that the snapshot has. All sessions are made aside and take the place
/// of those of the pools at once, in the end; on an Error nothing is changed. `pool` has its own
/// name and not the snapshot's, which must be one of a single pool; nullopt: the pools that the
/// snapshot names, and the default pool if it names none. Returns a summary per pool: its new
/// sessions, and the parts that the snapshot lacks. Errors name the field of the manifest, or the
/// entry of the archive.
[[nodiscard]] boost::asio::awaitable<Result<std::vector<nlohmann::ordered_json>>> restore_snapshot(
    SnapshotServices services, std::optional<pools::PoolName> pool, SnapshotSource source);

}  // namespace dynsessions::test_double
