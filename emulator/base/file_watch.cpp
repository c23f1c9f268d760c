#include "emulator/base/file_watch.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include <sys/inotify.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dynsessions {
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// As in path_resolution(7).
constexpr int kMostLinks = 40;
constexpr std::size_t kEventBytes = 4096;

/// Not IN_MODIFY: a file that is being written has only a part of its lines.
constexpr std::uint32_t kOfFiles =
    IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB;
/// Events of a watched directory itself, or of the queue of events.
constexpr std::uint32_t kOfDirectory =
    IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED | IN_Q_OVERFLOW;

}  // namespace

FileWatch::FileWatch(const asio::any_io_executor& executor, fs::path path)
    : path_(std::move(path)), events_(executor) {}

std::error_code FileWatch::start() {
  boost::system::error_code ignored;
  events_.close(ignored);
  names_.clear();
  const int instance = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (instance < 0) return {errno, std::generic_category()};
  events_.assign(instance);
  const std::error_code error = watch(path_, kMostLinks);
  if (error) events_.close(ignored);
  return error;
}

std::error_code FileWatch::watch(fs::path path, int links_left) {
  std::error_code none;
  while (path.has_relative_path() && !fs::is_directory(path.parent_path(), none)) {
    path = path.parent_path();
  }
  const fs::path directory = path.parent_path();
  const int id =
      ::inotify_add_watch(events_.native_handle(), directory.c_str(), kOfFiles | kOfDirectory);
  if (id < 0) return {errno, std::generic_category()};
  names_[id].insert(path.filename().string());
  if (links_left == 0 || !fs::is_symlink(fs::symlink_status(path, none))) return {};
  const fs::path target = fs::read_symlink(path, none);
  return none ? std::error_code() : watch(directory / target, links_left - 1);
}

bool FileWatch::concerns_file(const char* events, std::size_t size) const {
  for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
    inotify_event event{};
    std::memcpy(&event, events + at, sizeof event);
    const std::string name = event.len > 0 ? events + at + sizeof event : "";
    const auto names = names_.find(event.wd);
    const bool is_named = names != names_.end() && names->second.contains(name);
    if (is_named || (event.mask & kOfDirectory) != 0) return true;
    at += sizeof event + event.len;
  }
  return false;
}

asio::awaitable<std::error_code> FileWatch::changed() {
  std::array<char, kEventBytes> buffer{};
  bool is_concerned = false;
  while (!is_concerned) {
    if (!events_.is_open()) co_return std::make_error_code(std::errc::operation_canceled);
    const auto [error, size] =
        co_await events_.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error) co_return std::error_code(error);
    is_concerned = concerns_file(buffer.data(), size);
  }
  // The change can have put other directories into the path.
  co_return start();
}

}  // namespace dynsessions
