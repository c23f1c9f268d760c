#pragma once

#include <filesystem>

#include <boost/asio/thread_pool.hpp>

#include "emulator/packages/package_list.h"
#include "emulator/pools/pool_catalog.h"

namespace dynsessions::surfaces::data_plane {

/// What handlers work with; all of it outlives them.
struct Services {
  pools::PoolCatalog& pools;
  boost::asio::thread_pool& file_pool;
  std::filesystem::path python_environment = {};  ///< prefix of the sessions' Python
  packages::PackageList service_packages = {};    ///< for advice on modules that are missing
  /// Whether uploads are counted against their session's quota, since no file system enforces it.
  bool counts_uploads = false;
};

}  // namespace dynsessions::surfaces::data_plane
