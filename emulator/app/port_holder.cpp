#include "emulator/app/port_holder.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "emulator/base/read_text.h"

namespace dynsessions {
namespace fs = std::filesystem;

namespace {

/// State of a socket in /proc/net/tcp (include/net/tcp_states.h of Linux).
constexpr std::string_view kListening = "0A";

bool is_process(const fs::path& directory) {
  const std::string name = directory.filename().string();
  return std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool has_socket(const fs::path& process, const std::set<std::string>& inodes) {
  std::error_code error;
  for (fs::directory_iterator entry(process / "fd", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;
    const std::string target = fs::read_symlink(entry->path(), gone).string();
    if (target.starts_with("socket:[") && inodes.contains(target.substr(8, target.size() - 9))) {
      return true;
    }
  }
  return false;
}

std::string name_of(const fs::path& process) {
  std::string name = read_text(process / "comm");
  if (name.ends_with('\n')) name.pop_back();
  return name;
}

}  // namespace

std::set<std::string> listening_inodes(std::string_view table, std::uint16_t port) {
  const std::string port_text = fmt::format(":{:04X}", port);
  std::set<std::string> inodes;
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    // sl local_address rem_address st tx:rx tr:tm->when retrnsmt uid timeout inode
    std::istringstream fields(line);
    const std::istream_iterator<std::string> first(fields);
    const std::vector<std::string> columns(first, {});
    constexpr std::size_t kLocal = 1, kState = 3, kInode = 9;
    if (columns.size() <= kInode || columns[kState] != kListening) continue;
    if (columns[kLocal].ends_with(port_text)) inodes.insert(columns[kInode]);
  }
  return inodes;
}

std::string holder_of_port(std::uint16_t port) {
  std::set<std::string> inodes = listening_inodes(read_text("/proc/net/tcp"), port);
  inodes.merge(listening_inodes(read_text("/proc/net/tcp6"), port));
  if (inodes.empty()) return {};
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    if (!is_process(entry->path()) || !has_socket(entry->path(), inodes)) continue;
    return name_of(entry->path()) + " (process " + entry->path().filename().string() + ")";
  }
  return {};
}

}  // namespace dynsessions
