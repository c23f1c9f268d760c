#include "emulator/tls/state_directory.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>

namespace dynsessions::tls {
namespace fs = std::filesystem;

namespace {

constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPrivateFile = 0600;
/// A PEM file of ours has one or two kilobytes.
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

/// fs::create_directories would give them the mode of the umask.
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

}  // namespace

StateDirectory StateDirectory::at(fs::path path) {
  path = fs::absolute(path).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // of `state/`
  try {
    make_directories(path);
  } catch (const fs::filesystem_error& error) {
    throw StateError("cannot make " + path.string() + ": " + error.code().message());
  }
  StateDirectory directory(std::move(path), false);
  static_cast<void>(directory.lock());  // says now what write() would say later
  return directory;
}

StateDirectory StateDirectory::temporary() {
  std::error_code error;
  std::string path = (fs::temp_directory_path(error) / "dynsessions-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) fail("make", path);
  return {path, true};
}

StateDirectory::StateDirectory(StateDirectory&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}

StateDirectory::~StateDirectory() {
  std::error_code ignored;  // nobody is left to tell
  if (temporary_) fs::remove_all(path_, ignored);
}

UniqueFd StateDirectory::lock() const {
  const fs::path file = path_ / "lock";
  UniqueFd held = open_or_fail("open", file, O_RDWR | O_CREAT);
  while (::flock(held.get(), LOCK_EX) != 0) {
    if (errno != EINTR) fail("lock", file);
  }
  return held;
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
    // The file may be an unfinished one of a server that was killed; its mode is ours then, too.
    if (::fchmod(fd.get(), kPrivateFile) != 0) fail("write", unfinished);
    write_all(fd.get(), content, unfinished);
    if (::fsync(fd.get()) != 0) fail("write", unfinished);
  }
  if (::rename(unfinished.c_str(), file.c_str()) != 0) fail("write", file);
}

}  // namespace dynsessions::tls
