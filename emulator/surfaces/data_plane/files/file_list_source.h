#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "emulator/execution/spool.h"
#include "emulator/http/body_source.h"
#include "emulator/surfaces/data_plane/files/file_wire.h"

namespace dynsessions::surfaces::data_plane::files {

/// The JSON of a long list of files in pieces of 64 KiB. It is written into an unnamed file first:
/// in memory, 60,000 names would take 14 MB for as long as a slow client reads.
class FileListSource final : public http::BodySource {
 public:
  /// Writes the list; blocks. Counts its bytes against `quota` for as long as the source lives;
  /// returns `storage_full` if the quota or the disk has no room. `file_pool` outlives the source.
  [[nodiscard]] static Result<std::unique_ptr<FileListSource>> write(
      boost::asio::thread_pool& file_pool, std::shared_ptr<execution::SpoolQuota> quota,
      const Route& route, const std::vector<FileInfo>& files);

  boost::asio::awaitable<Result<std::optional<std::string>>> next() override;

 private:
  FileListSource(boost::asio::thread_pool& file_pool, std::shared_ptr<execution::SpoolQuota> quota);
  [[nodiscard]] bool append(const std::string& piece);
  [[nodiscard]] std::optional<std::string> next_piece();

  boost::asio::thread_pool& file_pool_;
  execution::SpoolFile file_;
  std::uint64_t written_ = 0;  ///< bytes in the file
  std::uint64_t read_ = 0;     ///< bytes in the pieces so far
};

}  // namespace dynsessions::surfaces::data_plane::files
