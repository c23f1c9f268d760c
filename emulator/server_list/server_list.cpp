#include "emulator/server_list/server_list.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "emulator/base/identifiers.h"
#include "emulator/base/read_text.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions::server_list {
namespace fs = std::filesystem;

namespace {

constexpr const char* kExtension = ".json";

[[noreturn]] void fail(const char* what, const fs::path& path) {
  const std::error_code reason(errno, std::system_category());
  throw tls::StateError(std::string("cannot ") + what + " " + path.string() + ": " +
                        reason.message());
}

UniqueFd open_to_read(const fs::path& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
}

/// Whether a running server holds the lock.
bool is_held(const UniqueFd& file) {
  return ::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

struct Found {
  fs::file_time_type since;
  std::string ready_line;
};

/// Returns nullopt if the server has exited, and removes its file. No other server can have taken
/// its name, because names are random.
std::optional<Found> look_at(const fs::path& path) {
  const UniqueFd file = open_to_read(path);
  if (!file) return std::nullopt;
  std::error_code gone;
  if (!is_held(file)) {
    fs::remove(path, gone);
    return std::nullopt;
  }
  Found found{fs::last_write_time(path, gone), read_text(path)};
  if (gone) return std::nullopt;
  return found;
}

}  // namespace

std::optional<fs::path> directory(const Environment& environment) {
  const auto state = tls::state_path_of_user(environment);
  if (!state) return std::nullopt;
  return *state / "servers";
}

Entry::Entry(const fs::path& directory, std::string_view ready_line)
    : file_(directory / (random_uuid() + kExtension)) {
  const auto state = tls::StateDirectory::at(directory);
  const fs::path unfinished = file_.string() + ".tmp";
  lock_ = UniqueFd(
      ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock_) fail("write", unfinished);
  const auto size = static_cast<ssize_t>(ready_line.size());
  const bool written = ::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0 &&
                       ::write(lock_.get(), ready_line.data(), ready_line.size()) == size &&
                       ::rename(unfinished.c_str(), file_.c_str()) == 0;
  if (written) return;
  const int error = errno;
  ::unlink(unfinished.c_str());
  errno = error;
  fail("write", file_);
}

Entry::~Entry() { ::unlink(file_.c_str()); }

std::vector<std::string> running_servers(const fs::path& directory) {
  std::vector<Found> found;
  std::error_code none;
  for (const auto& file : fs::directory_iterator(directory, none)) {
    if (file.path().extension() != kExtension) continue;
    if (auto server = look_at(file.path())) found.push_back(*std::move(server));
  }
  std::sort(found.begin(), found.end(),
            [](const Found& one, const Found& other) { return one.since > other.since; });
  std::vector<std::string> lines;
  for (Found& server : found) lines.push_back(std::move(server.ready_line));
  return lines;
}

}  // namespace dynsessions::server_list
