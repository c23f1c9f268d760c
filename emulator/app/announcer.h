#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "emulator/app/announcement.h"
#include "emulator/app/ready_file.h"
#include "emulator/base/output.h"
#include "emulator/config/config.h"
#include "emulator/server_list/server_list.h"

namespace dynsessions {

/// Publishes where the server is: in the banner, in the lines on standard output, in the ready file
/// and in the list of running servers. Event-loop thread only.
class Announcer {
 public:
  /// The references outlive this.
  Announcer(boost::asio::any_io_executor executor, const config::ServerOptions& options,
            ReadyFile& ready_file, const Outputs& outputs);

  /// Prints the banner, or only its warnings, and the "listening" line.
  boost::asio::awaitable<void> announce_listening(Announcement facts);
  /// Writes the ready file and the entry in the list of servers, and prints the "ready" line.
  boost::asio::awaitable<void> announce_ready(Announcement facts);
  /// Removes the ready file and the entry in the list.
  void withdraw();

 private:
  void enter_list(std::string_view ready_line);
  boost::asio::awaitable<void> print_line(std::string line);

  const boost::asio::any_io_executor executor_;
  const config::ServerOptions& options_;
  ReadyFile& ready_file_;
  const Outputs& outputs_;
  std::optional<server_list::Entry> list_entry_;  ///< exists as long as the ready file
};

}  // namespace dynsessions
