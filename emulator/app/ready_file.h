#pragma once

#include <filesystem>
#include <string_view>

#include <sys/types.h>

namespace dynsessions {

/// The file of --ready-file: it exists while the server can answer an execution at once. A file
/// that an earlier server left is removed with the construction, and this server's own file at the
/// latest with the destruction.
class ReadyFile {
 public:
  /// An empty path means that there is none. Throws config::ConfigError if the file cannot be
  /// written or removed.
  explicit ReadyFile(const std::filesystem::path& path);
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;
  ~ReadyFile();

  enum class Readers {
    as_usual,  ///< as the umask allows
    owner,     ///< for content with a secret
  };
  /// The file appears with the whole content or not at all. Throws std::runtime_error.
  void write(std::string_view content, Readers readers = Readers::as_usual);

  /// Removes the file unless another server has replaced it since write(). Errors are ignored,
  /// because the caller cannot act on them.
  void remove() noexcept;

 private:
  [[nodiscard]] std::filesystem::path unfinished() const;

  const std::filesystem::path path_;
  ino_t written_ = 0;  ///< inode of the file that write() made; 0: none
};

}  // namespace dynsessions
