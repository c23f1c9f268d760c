#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <system_error>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace dynsessions {

/// Notices changes of the file at a path: that it was written, replaced, removed, made, or got
/// other permissions, also if it or its directory does not exist yet, and behind symbolic links.
/// Uses inotify(7), which sees the changes that programs of this machine make, but not those of a
/// server of a network file system. Spurious reports are possible. Event-loop thread only.
class FileWatch {
 public:
  /// `path` is absolute.
  FileWatch(const boost::asio::any_io_executor& executor, std::filesystem::path path);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  /// Begins to watch. On an error, such as too many watches of the user, nothing is watched.
  [[nodiscard]] std::error_code start();
  /// Waits for a possible change of the file since start(), or since the last call returned.
  /// Returns an error after stop(), or if the file cannot be watched any more.
  boost::asio::awaitable<std::error_code> changed();
  void stop() { events_.close(); }

 private:
  /// Watches the directory that decides what `path` names, and those of the targets of links.
  std::error_code watch(std::filesystem::path path, int links_left);
  /// Returns whether one of the events in this buffer is about the file.
  [[nodiscard]] bool concerns_file(const char* events, std::size_t size) const;

  const std::filesystem::path path_;
  boost::asio::posix::stream_descriptor events_;  ///< descriptor of inotify
  std::map<int, std::set<std::string>> names_;    ///< names to report, by watched directory
};

}  // namespace dynsessions
