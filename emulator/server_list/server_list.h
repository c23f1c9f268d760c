#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/base/unique_fd.h"

/// The running servers of a user, so that `dynsessions env` and `exec --server last` find one
/// without an address. Each server has a file with its ready line in a directory of the user. The
/// server holds a lock on its file; a file without a lock was left by a server that was killed.
namespace dynsessions::server_list {

/// Reads a variable of the environment.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Directory of the list; need not exist. nullopt if the user has no home directory.
[[nodiscard]] std::optional<std::filesystem::path> directory(const Environment& environment);

/// The file of this server. The destructor removes it.
class Entry {
 public:
  /// Makes the directory if there is none. The file appears complete and locked. Throws
  /// tls::StateError.
  Entry(const std::filesystem::path& directory, std::string_view ready_line);
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry();

 private:
  std::filesystem::path file_;
  UniqueFd lock_;
};

/// Returns the ready lines of the running servers, newest first. Removes the files of servers that
/// have exited; skips unreadable files.
[[nodiscard]] std::vector<std::string> running_servers(const std::filesystem::path& directory);

}  // namespace dynsessions::server_list
