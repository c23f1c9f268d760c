#include "emulator/surfaces/data_plane/files/file_list_source.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "emulator/base/offload.h"

namespace dynsessions::surfaces::data_plane::files {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;

/// One file, whose bytes only `quota` limits.
execution::SpoolQuotas quotas_of_list(std::shared_ptr<execution::SpoolQuota> quota) {
  constexpr auto kUnlimited = std::numeric_limits<std::int64_t>::max();
  return {std::make_shared<execution::SpoolQuota>(1),
          std::make_shared<execution::SpoolQuota>(kUnlimited), std::move(quota)};
}

Error no_room_for_list() {
  return {ErrorCode::storage_full, "The emulator has no room for another long listing.", "",
          "read or close the answers with long listings, or make room in TMPDIR"};
}

}  // namespace

FileListSource::FileListSource(asio::thread_pool& file_pool,
                               std::shared_ptr<execution::SpoolQuota> quota)
    : file_pool_(file_pool), file_(quotas_of_list(std::move(quota))) {}

Result<std::unique_ptr<FileListSource>> FileListSource::write(
    asio::thread_pool& file_pool, std::shared_ptr<execution::SpoolQuota> quota, const Route& route,
    const std::vector<FileInfo>& files) {
  std::unique_ptr<FileListSource> source(new FileListSource(file_pool, std::move(quota)));
  JsonWriter json(route.version->object_ids);
  begin_file_list(json, route);
  for (const FileInfo& file : files) {
    write_file_of_list(json, route, file);
    if (json.size() >= kPiece && !source->append(json.take_piece())) return no_room_for_list();
  }
  end_file_list(json);
  if (!source->append(json.take_piece())) return no_room_for_list();
  return source;
}

bool FileListSource::append(const std::string& piece) {
  if (!file_.charge(piece.size()) || file_.write(written_, piece) != 0) return false;
  written_ += piece.size();
  return true;
}

asio::awaitable<Result<std::optional<std::string>>> FileListSource::next() {
  auto read = [this] { return next_piece(); };
  std::optional<std::string> piece = co_await offload(file_pool_, read);
  co_return piece;
}

std::optional<std::string> FileListSource::next_piece() {
  if (read_ == written_) return std::nullopt;
  std::string piece(std::min<std::uint64_t>(kPiece, written_ - read_), '\0');
  file_.read(read_, piece);
  read_ += piece.size();
  return piece;
}

}  // namespace dynsessions::surfaces::data_plane::files
