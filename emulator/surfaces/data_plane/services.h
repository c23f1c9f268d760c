#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "emulator/base/id_source.h"
#include "emulator/execution/spool.h"
#include "emulator/packages/package_list.h"
#include "emulator/pools/pool_catalog.h"

namespace dynsessions::surfaces::data_plane {

/// Parts of the server that handlers use; they outlive the handlers.
struct Services {
  pools::PoolCatalog& pools;
  boost::asio::thread_pool& file_pool;
  IdSource& ids;
  /// Returns the prefix of the Python of new sessions; empty if no Python runs.
  std::function<std::filesystem::path()> python_environment = [] {
    return std::filesystem::path();
  };
  packages::PackageList service_packages = {};  ///< for advice on modules that are missing
  /// The command that adds packages to this server, for the same advice.
  std::string add_packages = "dynsessions packages add";
  /// Whether uploads are counted against their session's quota, since no file system enforces it.
  bool counts_uploads = false;
  /// Answers are the same in each run: measured times are shown as 0, listings are in the order of
  /// names.
  bool repeatable = false;
  /// The bytes in TMPDIR for long listings that clients have not read yet.
  std::shared_ptr<execution::SpoolQuota> list_bytes =
      std::make_shared<execution::SpoolQuota>(std::int64_t{1} << 30);
};

}  // namespace dynsessions::surfaces::data_plane
