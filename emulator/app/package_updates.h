#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "emulator/base/clock.h"
#include "emulator/base/event.h"
#include "emulator/base/file_watch.h"
#include "emulator/base/result.h"
#include "emulator/config/config.h"
#include "emulator/packages/layer_store.h"
#include "emulator/runtimes/installation.h"
#include "emulator/surfaces/admin/services.h"

namespace dynsessions {

/// Gives a running server the packages of its requirements file whenever that file changes, by
/// `dynsessions packages`, an editor or a version control system. Packages that are not
/// installed yet are installed by another process of this program (`dynsessions packages install`);
/// sessions get the earlier packages until then, and also if anything fails.
///
/// One change at a time. A change during an installation ends the installation, so the last change
/// counts.
/// Event-loop thread only; await stop() before destroying it.
class PackageUpdates {
 public:
  /// Lets later sessions have the packages of the layer, or only those of the base. An Error, after
  /// which nothing is different, if sessions could not start with them.
  using Use =
      std::function<boost::asio::awaitable<Result<void>>(std::optional<packages::KeptLayer>)>;

  struct Parts {
    boost::asio::any_io_executor executor;
    Clock& real_time;
    boost::asio::thread_pool& file_pool;
    const runtimes::Installation& installation;
    Use use;
  };

  /// `config.host.python` names the base. `in_use` is the prefix of the layer that sessions have
  /// now; empty: none.
  PackageUpdates(Parts parts, config::Config config, std::filesystem::path in_use);
  PackageUpdates(const PackageUpdates&) = delete;
  PackageUpdates& operator=(const PackageUpdates&) = delete;

  /// Begins to watch the file, and applies changes that were made since the server read it. Does
  /// nothing if the settings name no file and there is no state directory.
  void start();
  /// Applies the present content of the file. Resolves when that is done or has failed: see
  /// report().
  boost::asio::awaitable<void> reload();
  [[nodiscard]] surfaces::admin::PackageReport report() const;
  /// Ends an installation. Resolves when later sessions cannot change any more.
  boost::asio::awaitable<void> stop();

 private:
  struct Wanted;

  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> watch();
  void note_change();
  boost::asio::awaitable<void> pause(Clock::Duration time);
  /// Returns why sessions do not have the packages of the file; empty if they have them.
  boost::asio::awaitable<std::string> apply();
  boost::asio::awaitable<Result<Wanted>> find_wanted();
  /// Returns why the packages could not be installed; empty if they were, or after a later change.
  boost::asio::awaitable<std::string> install(std::filesystem::path base_python);
  boost::asio::awaitable<std::string> end_of(std::vector<std::string> command);
  /// The command that installs the packages of the file.
  [[nodiscard]] std::vector<std::string> installer(const std::filesystem::path& base_python) const;
  [[nodiscard]] bool is_outdated() const { return stopping_ || last_change_ != applying_; }
  void end_task();

  const Parts parts_;
  const config::Config config_;
  const std::filesystem::path path_;     ///< path of the file; empty: no directory for it
  const std::filesystem::path program_;  ///< this program
  std::filesystem::path in_use_;
  FileWatch file_;
  std::string failure_;
  std::string not_watched_;        ///< why changes of the file are not noticed
  std::uint64_t last_change_ = 0;  ///< number of the last change
  std::uint64_t applying_ = 0;     ///< the change that is being applied, or was applied last
  std::uint64_t applied_ = 0;
  int tasks_ = 0;
  bool installing_ = false;
  bool stopping_ = false;
  Event changed_;  ///< a member above has changed
};

}  // namespace dynsessions
