#pragma once

#include <string>

#include <boost/asio/thread_pool.hpp>

#include "emulator/pools/pool_catalog.h"
#include "emulator/test_double/faults/fault_book.h"
#include "emulator/test_double/journal/journal.h"
#include "emulator/test_double/scripts/script_book.h"

namespace dynsessions::test_double {

/// Parts of the server that taking and restoring snapshots uses; they outlive both.
struct SnapshotServices {
  pools::PoolCatalog& pools;
  FaultBook& faults;
  ScriptBook& scripts;
  const Journal& journal;
  boost::asio::thread_pool& file_pool;
  std::string version;  ///< version of the program
};

}  // namespace dynsessions::test_double
