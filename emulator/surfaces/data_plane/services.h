#pragma once

#include <filesystem>
#include <optional>

#include <boost/asio/thread_pool.hpp>

#include "emulator/base/clock.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/workspace_files/session_files.h"

namespace dynsessions::surfaces::data_plane {

/// What handlers work with; all of it outlives them.
struct Services {
  Clock& clock;
  pools::PoolCatalog& pools;
  boost::asio::thread_pool& file_pool;
  std::filesystem::path python_environment = {};  ///< prefix of the sessions' Python
  /// Of each session's /mnt/data, where no file system keeps it.
  std::optional<dynsessions::workspace_files::Quota> upload_quota = {};
  bool own_headers = true;  ///< whether answers may have `x-emulator-reason`
};

}  // namespace dynsessions::surfaces::data_plane
