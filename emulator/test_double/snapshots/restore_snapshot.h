#pragma once

#include <optional>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json.hpp>

#include "emulator/base/result.h"
#include "emulator/test_double/snapshots/archive_walk.h"
#include "emulator/test_double/snapshots/snapshot_services.h"

namespace dynsessions::test_double {

/// Restores a pool from a snapshot, or every pool of the snapshot: definition, faults, script, and
/// sessions with files and variables. New sessions are made first and then replace those of the
/// pools all at once; on an Error nothing is changed. If `pool` is given, the snapshot must have a
/// single pool, which gets that name. nullopt: the pools that the snapshot names, or the default
/// pool if it names none. Returns a summary per pool: its new sessions, and the parts that the
/// snapshot lacks. Errors name the field of the manifest, or the entry of the archive.
[[nodiscard]] boost::asio::awaitable<Result<std::vector<nlohmann::ordered_json>>> restore_snapshot(
    SnapshotServices services, std::optional<pools::PoolName> pool, SnapshotSource source);

}  // namespace dynsessions::test_double
