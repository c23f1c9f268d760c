#include "emulator/tls/state_directory.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dynsessions::tls {
namespace fs = std::filesystem;

namespace {

constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPassableDirectory = 0711;
constexpr mode_t kPrivateFile = 0600;
/// Much more than the one or two kilobytes of a PEM file with one key or certificate.
constexpr std::size_t kMaxFile = std::size_t{64} * 1024;

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
  const std::error_code reason(errno, std::system_category());
  throw StateError("cannot " + what + " " + path.string() + ": " + reason.message());
}

UniqueFd open_or_fail(const char* what, const fs::path& path, int flags) {
  UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, kPrivateFile));
  if (!file) fail(what, path);
  return file;
}

/// Unlike fs::create_directories, does not depend on the umask.
void make_directories(const fs::path& path) {
  if (path.has_relative_path() && !fs::exists(path.parent_path())) {
    make_directories(path.parent_path());
  }
  if (::mkdir(path.c_str(), kPrivateDirectory) != 0 && errno != EEXIST) fail("make", path);
}

void write_all(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("write", path);
    content.remove_prefix(static_cast<std::size_t>(count));
  }
}

constexpr std::string_view kTemporaryPrefix = "dynsessions-state-";
/// A younger directory without a claim is perhaps still being set up.
constexpr std::chrono::minutes kUnclaimedAge{1};

UniqueFd open_directory(const fs::path& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

/// Whether the server that made the directory is gone: this user owns it, it is not new at the time
/// `now`, and no process has a claim on it.
bool is_abandoned(const fs::path& path, std::chrono::seconds now) {
  const UniqueFd directory = open_directory(path);
  struct stat status {};
  if (!directory || ::fstat(directory.get(), &status) != 0) return false;
  return status.st_uid == ::geteuid() &&
         now - std::chrono::seconds(status.st_mtim.tv_sec) > kUnclaimedAge &&
         ::flock(directory.get(), LOCK_EX | LOCK_NB) == 0;
}

/// Removes the abandoned directories next to `own`, whose age is measured from `own`'s time stamp,
/// because it is the youngest. A directory that cannot be read or removed stays; no server needs
/// it.
void remove_abandoned_next_to(const fs::path& own, int own_fd) {
  struct stat status {};
  if (::fstat(own_fd, &status) != 0) return;
  const std::chrono::seconds now(status.st_mtim.tv_sec);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(own.parent_path(), ignored)) {
    const fs::path& path = entry.path();
    if (!path.filename().string().starts_with(kTemporaryPrefix)) continue;
    if (is_abandoned(path, now)) fs::remove_all(path, ignored);
  }
}

}  // namespace

std::optional<fs::path> state_path_of_user(
    const std::function<std::optional<std::string>(const std::string& name)>& environment) {
  const fs::path state_home = environment("XDG_STATE_HOME").value_or("");
  if (state_home.is_absolute()) return state_home / "dynsessions";
  const fs::path home = environment("HOME").value_or("");
  if (home.is_absolute()) return home / ".local" / "state" / "dynsessions";
  return std::nullopt;
}

StateDirectory StateDirectory::at(fs::path path) {
  path = fs::absolute(path).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // makes `state` from `state/`
  try {
    make_directories(path);
  } catch (const fs::filesystem_error& error) {
    throw StateError("cannot make " + path.string() + ": " + error.code().message());
  }
  StateDirectory directory(std::move(path), UniqueFd());
  static_cast<void>(directory.lock());  // throws now if write() could not work later
  return directory;
}

StateDirectory StateDirectory::temporary() {
  std::error_code error;
  const fs::path directory = fs::temp_directory_path(error);
  std::string path = (directory / (std::string(kTemporaryPrefix) + "XXXXXX")).string();
  if (::mkdtemp(path.data()) == nullptr) fail("make", path);
  UniqueFd claim = open_directory(path);
  if (!claim || ::flock(claim.get(), LOCK_EX | LOCK_NB) != 0) fail("claim", path);
  remove_abandoned_next_to(path, claim.get());
  return {path, std::move(claim)};
}

StateDirectory::~StateDirectory() {
  std::error_code ignored;  // a destructor cannot report it
  if (is_temporary()) fs::remove_all(path_, ignored);
}

UniqueFd StateDirectory::lock() const {
  const fs::path file = path_ / "lock";
  UniqueFd held = open_or_fail("open", file, O_RDWR | O_CREAT);
  while (::flock(held.get(), LOCK_EX) != 0) {
    if (errno != EINTR) fail("lock", file);
  }
  return held;
}

void StateDirectory::let_others_pass() const {
  if (::geteuid() == 0 && ::chmod(path_.c_str(), kPassableDirectory) != 0) fail("change", path_);
}

std::optional<std::string> StateDirectory::read(const std::string& name) const {
  const fs::path file = path_ / name;
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) fail("read", file);
  std::string content(kMaxFile, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t count = ::read(fd.get(), content.data() + size, content.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("read", file);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  content.resize(size);
  return content;
}

void StateDirectory::write(const std::string& name, std::string_view content) const {
  const fs::path file = path_ / name;
  const fs::path unfinished = path_ / (name + ".tmp");
  {
    const UniqueFd fd = open_or_fail("write", unfinished, O_WRONLY | O_CREAT | O_TRUNC);
    // The file can be left over from a server that was killed, so its mode is set, too.
    if (::fchmod(fd.get(), kPrivateFile) != 0) fail("write", unfinished);
    write_all(fd.get(), content, unfinished);
    if (::fsync(fd.get()) != 0) fail("write", unfinished);
  }
  if (::rename(unfinished.c_str(), file.c_str()) != 0) fail("write", file);
}

}  // namespace dynsessions::tls
