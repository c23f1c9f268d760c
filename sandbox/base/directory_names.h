#pragma once

#include <cstring>
#include <memory>

#include <dirent.h>

#include "sandbox/base/unique_fd.h"

namespace dynsessions {

/// The names in a directory except . and .., from its beginning, in the order of the file system.
/// For one thread at a time.
class DirectoryNames {
 public:
  DirectoryNames() = default;
  /// Tests false, with errno set, if `directory` is empty or cannot be read.
  explicit DirectoryNames(UniqueFd directory)
      : stream_(directory ? ::fdopendir(directory.get()) : nullptr) {
    if (stream_) static_cast<void>(directory.release());
  }

  explicit operator bool() const { return stream_ != nullptr; }
  /// The directory's descriptor, valid as long as this object lives.
  [[nodiscard]] int fd() const { return ::dirfd(stream_.get()); }

  /// Returns the next name; null at the end. Valid until the next call.
  [[nodiscard]] const char* next() {
    // readdir is safe as long as no other code reads from this stream.
    while (const dirent* entry = ::readdir(stream_.get())) {  // NOLINT(concurrency-mt-unsafe)
      const char* name = entry->d_name;
      if (std::strcmp(name, ".") != 0 && std::strcmp(name, "..") != 0) return name;
    }
    return nullptr;
  }

 private:
  struct Close {
    void operator()(DIR* stream) const { ::closedir(stream); }
  };
  std::unique_ptr<DIR, Close> stream_;
};

}  // namespace dynsessions
