#include "emulator/surfaces/data_plane/files/file_list_source.h"

#include <utility>

#include "emulator/base/offload.h"

namespace dynsessions::surfaces::data_plane::files {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;

}  // namespace

FileListSource::FileListSource(asio::thread_pool& file_pool, Route route,
                               std::vector<FileInfo> files)
    : file_pool_(file_pool),
      route_(std::move(route)),
      files_(std::move(files)),
      json_(route_.version->object_ids) {
  begin_file_list(json_, route_);
}

asio::awaitable<Result<std::optional<std::string>>> FileListSource::next() {
  auto make = [this] { return next_piece(); };
  std::optional<std::string> piece = co_await offload(file_pool_, make);
  co_return piece;
}

std::optional<std::string> FileListSource::next_piece() {
  if (ended_) return std::nullopt;
  while (written_ < files_.size() && json_.size() < kPiece) {
    write_file_of_list(json_, route_, files_[written_++]);
  }
  ended_ = written_ == files_.size();
  if (ended_) end_file_list(json_);
  return json_.take_piece();
}

}  // namespace dynsessions::surfaces::data_plane::files
