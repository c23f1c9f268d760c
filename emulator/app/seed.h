#pragma once

#include <filesystem>

#include <boost/asio/awaitable.hpp>

#include "emulator/test_double/snapshots/restore_snapshot.h"

namespace dynsessions {

/// Makes the sessions of --seed: `path` is a directory or an archive (docs/snapshots.md). Throws
/// config::ConfigError, which names the option, if it cannot be used; no session is made in this
/// case.
boost::asio::awaitable<void> plant_seed(std::filesystem::path path,
                                        test_double::SnapshotServices services);

}  // namespace dynsessions
