#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include "sandbox/base/unique_fd.h"

/// Texts that come out of sandboxes: short ones are in memory, long ones in unnamed files, so that
/// what programs print and clients do not fetch takes no memory of the server.
///
/// This bounds the server's memory: each text takes at most kTextBytesInMemory, and a program has
/// at most seven texts (stdout, stderr, and five of its result), 336 KiB. A hundred sessions with
/// three busy kernels each hold 103 MB of texts, and in their logs of asynchronous executions at
/// most 1 MiB each (pools/execution_log.h). An answer that is being sent holds one piece of about
/// 100 KiB.
namespace dynsessions::execution {

inline constexpr std::size_t kTextBytesInMemory = std::size_t{48} << 10;

/// Bounds of the files. A text that meets one is cut there.
struct SpoolLimits {
  /// Files and bytes for the executions of one kernel, from their begin until the last client has
  /// read the answer. One execution writes at most 64 MiB: 16 of each stream and 32 of its result.
  std::int64_t kernel_files = 8;
  std::int64_t kernel_bytes = std::int64_t{128} << 20;
  /// For all kernels of the server.
  std::int64_t total_bytes = std::int64_t{4} << 30;
};

/// Counts the bytes left of a limit. Thread-safe.
class SpoolQuota {
 public:
  explicit SpoolQuota(std::int64_t amount) : left_(amount) {}
  /// Returns false, and takes nothing, if less is left.
  [[nodiscard]] bool take(std::int64_t amount);
  void give_back(std::int64_t amount) { left_ += amount; }

 private:
  std::atomic<std::int64_t> left_;
};

/// The quotas that one kernel's files count against. A value; outlives the kernel in its texts.
struct SpoolQuotas {
  std::shared_ptr<SpoolQuota> kernel_files;
  std::shared_ptr<SpoolQuota> kernel_bytes;
  std::shared_ptr<SpoolQuota> total_bytes;
};

/// The unnamed file of one execution: in the temporary directory, or in memory (memfd_create(2))
/// where that cannot hold one. Opened with the first byte, closed with the last text that is in it.
/// The texts have separate ranges, so different threads can write and read them.
class SpoolFile {
 public:
  explicit SpoolFile(SpoolQuotas quotas) : quotas_(std::move(quotas)) {}
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;
  ~SpoolFile();

  /// Returns the offset of a range for `size` bytes, which takes no room before it is written.
  /// Call it, and charge(), from one thread at a time.
  [[nodiscard]] std::uint64_t reserve(std::uint64_t size);
  /// Counts bytes that will be written. Returns false if a quota has fewer bytes left.
  [[nodiscard]] bool charge(std::size_t bytes);

  /// Blocks. Returns 0, or the errno of what failed.
  [[nodiscard]] int write(std::uint64_t offset, std::string_view bytes);
  /// Blocks. Fills `into`; throws std::system_error if that is not possible.
  void read(std::uint64_t offset, std::span<char> into) const;

 private:
  [[nodiscard]] int open();

  const SpoolQuotas quotas_;
  std::mutex opening_;  ///< two streams can write their first byte at once
  UniqueFd fd_;
  std::uint64_t reserved_ = 0;
  std::int64_t charged_ = 0;
  bool counted_as_file_ = false;
};

/// The bytes of one text. They come from a sandbox and need not be UTF-8. A value: copies share the
/// file.
class SpooledText {
 public:
  SpooledText() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a text in memory is a text
  SpooledText(std::string text) : memory_(std::move(text)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): likewise
  SpooledText(const char* text) : memory_(text) {}

  [[nodiscard]] std::size_t size() const { return memory_.size() + file_bytes_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// Whether all of it is in memory.
  [[nodiscard]] bool is_in_memory() const { return file_bytes_ == 0; }
  /// The beginning; all of it if is_in_memory().
  [[nodiscard]] const std::string& in_memory() const { return memory_; }

  /// Fills `into` with the bytes from `offset` on, which must exist. Blocks if they are in the
  /// file; throws std::system_error if they cannot be read.
  void read(std::size_t offset, std::span<char> into) const;

  /// Whether both have the same bytes in memory, or are copies of each other.
  bool operator==(const SpooledText& other) const = default;

 private:
  friend class TextSpooler;

  std::string memory_;
  std::shared_ptr<SpoolFile> file_;  ///< shared with the other texts of the execution
  std::uint64_t file_offset_ = 0;
  std::size_t file_bytes_ = 0;
};

/// Takes a text in pieces. Event-loop thread only.
class TextSpooler {
 public:
  /// Keeps nothing.
  TextSpooler() = default;
  /// Keeps at most `limit` bytes. `file_pool` outlives the spooler.
  TextSpooler(boost::asio::thread_pool& file_pool, std::shared_ptr<SpoolFile> file,
              std::size_t limit)
      : file_pool_(&file_pool), file_(std::move(file)), limit_(limit) {}

  /// Adds the bytes and drops those beyond the limit or without room. Await one call before the
  /// next: while it waits for the file pool, the program that writes the text waits, too.
  boost::asio::awaitable<void> append(std::string bytes);

  [[nodiscard]] SpooledText take();

 private:
  boost::asio::awaitable<void> append_to_file(std::string bytes);
  void cut() { limit_ = text_.size(); }

  boost::asio::thread_pool* file_pool_ = nullptr;
  std::shared_ptr<SpoolFile> file_;
  std::size_t limit_ = 0;
  SpooledText text_;
};

/// Makes the spools of a server's kernels. Outlives the kernels, not the texts.
class Spool {
 public:
  /// `file_pool` outlives the spool.
  explicit Spool(boost::asio::thread_pool& file_pool, const SpoolLimits& limits = {});

  [[nodiscard]] SpoolQuotas new_kernel() const;
  [[nodiscard]] boost::asio::thread_pool& file_pool() const { return file_pool_; }

 private:
  boost::asio::thread_pool& file_pool_;
  const SpoolLimits limits_;
  const std::shared_ptr<SpoolQuota> total_bytes_;
};

}  // namespace dynsessions::execution
