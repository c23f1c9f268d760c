#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "emulator/http/body_source.h"
#include "emulator/surfaces/data_plane/files/file_wire.h"

namespace dynsessions::surfaces::data_plane::files {

/// The JSON of a long list of files in pieces of about 64 KiB, each made on the file pool: as one
/// text, 60,000 names would take 12 MB for as long as a slow client reads.
class FileListSource final : public http::BodySource {
 public:
  /// `file_pool` and the api-version of `route` outlive the source.
  FileListSource(boost::asio::thread_pool& file_pool, Route route, std::vector<FileInfo> files);

  boost::asio::awaitable<Result<std::optional<std::string>>> next() override;

 private:
  [[nodiscard]] std::optional<std::string> next_piece();

  boost::asio::thread_pool& file_pool_;
  const Route route_;
  const std::vector<FileInfo> files_;
  std::size_t written_ = 0;  ///< files in the pieces so far
  JsonWriter json_;
  bool ended_ = false;
};

}  // namespace dynsessions::surfaces::data_plane::files
