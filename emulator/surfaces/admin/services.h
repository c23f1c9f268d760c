#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "emulator/auth/signing_keys.h"
#include "emulator/auth/token_issuer.h"
#include "emulator/pools/pool_catalog.h"
#include "emulator/test_double/events/event_feed.h"
#include "emulator/test_double/faults/fault_book.h"
#include "emulator/test_double/journal/journal.h"
#include "emulator/test_double/scripts/script_book.h"
#include "emulator/test_double/slots/slot_history.h"

namespace dynsessions::surfaces::admin {

/// A part of the server that must work before sessions can be allocated.
struct Component {
  std::string name;
  bool ready = false;
  std::string detail;  ///< a description, or why it is not ready
};

/// Checks every component. Can ask other processes; resolves within a few seconds.
using Health = std::function<boost::asio::awaitable<std::vector<Component>>()>;

/// The packages that sessions have in addition to those of their Python environment.
struct PackageReport {
  enum class State {
    none,        ///< the server runs no Python, or there is no place for a requirements file
    current,     ///< new sessions have the packages of the file
    installing,  ///< they have earlier packages until those of the file are installed
    failed,      ///< they have earlier packages: see `failure`
  };
  State state = State::none;
  std::string requirements = {};  ///< path of the file, which need not exist
  std::string layer = {};         ///< directory of the packages; empty: there are none
  std::string failure = {};       ///< reason and cure in one line
  std::string not_watched = {};   ///< why changes of the file are not noticed; empty: they are
};

/// Parts of the server that operations of the admin API use; they outlive the operations.
struct Services {
  std::string version;
  Health health;
  std::function<std::string()> server;   ///< JSON of its addresses
  std::function<std::string()> metrics;  ///< returns the metrics in the text format of Prometheus
  pools::PoolCatalog& pools;
  test_double::FaultBook& faults;
  test_double::Journal& journal;
  test_double::ScriptBook& scripts;
  test_double::EventFeed& events;
  test_double::SlotHistory& slots;
  auth::SigningKeys& keys;
  const auth::IdentitySettings& identity;  ///< defaults for tokens
  boost::asio::thread_pool& file_pool;
  std::function<PackageReport()> packages;
  /// Reads the requirements file again. Resolves when that is done or has failed.
  std::function<boost::asio::awaitable<void>()> reload_packages;
};

}  // namespace dynsessions::surfaces::admin
