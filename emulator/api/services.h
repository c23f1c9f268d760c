#pragma once

#include <filesystem>
#include <optional>

#include <boost/asio/thread_pool.hpp>

#include "emulator/core/clock.h"
#include "emulator/files/session_files.h"
#include "emulator/sessions/pool_registry.h"

namespace dynsessions::api {

/// What handlers work with; all of it outlives them.
struct Services {
  Clock& clock;
  sessions::PoolRegistry& pools;
  boost::asio::thread_pool& file_pool;
  std::filesystem::path python_environment = {};  ///< prefix of the sessions' Python
  /// Of each session's /mnt/data, where no file system keeps it.
  std::optional<dynsessions::files::Quota> upload_quota = {};
  bool own_headers = true;  ///< whether answers may have `x-emulator-reason`
};

}  // namespace dynsessions::api
