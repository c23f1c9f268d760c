#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/base/unique_fd.h"

/// The servers that a user runs, so that `dynsessions env` and `exec --server last` find one
/// without being told where it is: a file per server in a directory of the user's, which has the
/// server's ready line. The server holds a lock on its file; a file without a lock was left by a
/// server that was killed.
namespace dynsessions::server_list {

/// Reads a variable of the environment.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Directory of the list; need not exist. nullopt if the user has no home directory.
[[nodiscard]] std::optional<std::filesystem::path> directory(const Environment& environment);

/// The file of this server, which is removed with this object.
class Entry {
 public:
  /// Makes the directory if there is none; the file appears whole and locked. Throws
  /// tls::StateError.
  Entry(const std::filesystem::path& directory, std::string_view ready_line);
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry();

 private:
  std::filesystem::path file_;
  UniqueFd lock_;
};

/// Ready lines of the servers that run, the newest first. Removes the files of servers that have
/// ended; files that cannot be read are skipped.
[[nodiscard]] std::vector<std::string> running_servers(const std::filesystem::path& directory);

}  // namespace dynsessions::server_list
