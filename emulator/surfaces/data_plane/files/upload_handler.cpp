#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "emulator/base/offload.h"
#include "emulator/base/printable.h"
#include "emulator/http/multipart.h"
#include "emulator/surfaces/data_plane/files/file_handlers.h"
#include "emulator/surfaces/data_plane/files/file_paths.h"
#include "emulator/surfaces/data_plane/files/file_wire.h"
#include "emulator/surfaces/data_plane/session_access.h"

namespace dynsessions::surfaces::data_plane::files {
namespace asio = boost::asio;
using dynsessions::workspace_files::Quota;
using dynsessions::workspace_files::Upload;

namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{128} << 20;
/// Bytes that multipart framing can add to the largest file.
constexpr std::uint64_t kMostFraming = std::uint64_t{64} << 10;
constexpr std::uint64_t kLargestBuffer = std::uint64_t{512} << 10;

Error too_large() {
  return {ErrorCode::payload_too_large, "The file is larger than 128 MB.", "file", {}};
}

/// A commit that failed after others of the same body have succeeded.
Error with_stored(Error error, const std::vector<FileInfo>& stored) {
  if (stored.empty()) return error;
  error.reason.append(error.reason.empty() ? "" : "; ").append("stored were:");
  for (const FileInfo& file : stored) error.reason.append(" ").append(printable(file.name));
  return error;
}

/// Receives one multipart body, and puts its files in place when the body is complete. A refused
/// body leaves no files. Its functions block: they run on the file pool, one after the other.
class Receiver {
 public:
  /// `version` outlives the receiver.
  Receiver(const ApiVersion& version, UniqueFd root, DataPath directory,
           const std::optional<Quota>& quota, std::optional<std::string> boundary)
      : version_(version),
        root_(std::move(root)),
        directory_(std::move(directory)),
        quota_(quota),
        parser_(std::move(boundary),
                {.part_begin = [this](const http::PartHeader& part) { return begin(part); },
                 .part_data = [this](std::span<const char> bytes) { return write(bytes); },
                 .part_end = [this] { return end(); }}) {}
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  Result<void> feed(std::span<const char> bytes) { return parser_.feed(bytes); }

  /// Frees the space of the files of a refused body.
  void drop() {
    upload_.reset();
    complete_.clear();
  }

  /// Puts the files in place, now that the body has ended.
  Result<std::vector<FileInfo>> finish() {
    auto finished = parser_.finish();
    if (!finished) return finished.error();
    if (complete_.empty()) {
      return invalid_request("The request has no file.", "file",
                             "send multipart/form-data with a part name=\"file\" and a filename");
    }
    std::vector<FileInfo> stored;
    for (Upload& upload : complete_) {
      auto file = upload.commit();
      if (!file) return with_stored(file.error(), stored);
      stored.push_back(std::move(*file));
    }
    return stored;
  }

 private:
  Result<void> begin(const http::PartHeader& part) {
    if (part.name != "file" || !part.filename) return {};
    auto path = upload_target(version_, directory_, *part.filename);
    if (!path) return path.error();
    auto upload = Upload::begin(root_.get(), *path, remaining_quota());
    if (!upload) return upload.error();
    upload_.emplace(std::move(*upload));
    return {};
  }

  Result<void> write(std::span<const char> bytes) {
    if (!upload_) return {};  // a form field that is not the file
    size_ += bytes.size();
    if (size_ > kLargestFile) return too_large();
    return upload_->write(bytes);
  }

  Result<void> end() {
    if (!upload_) return {};
    complete_.push_back(*std::move(upload_));
    upload_.reset();
    return {};
  }

  /// Completed files of this body have no names yet, so a count of the directory does not include
  /// them.
  [[nodiscard]] std::optional<Quota> remaining_quota() const {
    if (!quota_) return std::nullopt;
    return Quota{quota_->bytes - std::min(quota_->bytes, size_),
                 quota_->files - std::min<std::uint64_t>(quota_->files, complete_.size())};
  }

  const ApiVersion& version_;
  const UniqueFd root_;
  const DataPath directory_;
  const std::optional<Quota> quota_;
  std::optional<Upload> upload_;  ///< the file whose part is being read
  std::vector<Upload> complete_;  ///< the files before it
  std::uint64_t size_ = 0;        ///< of all files
  http::MultipartParser parser_;
};

/// Fills the buffer completely unless the body ends.
asio::awaitable<Result<std::size_t>> read_full(http::BodyReader& body, std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    auto size = co_await body.read(buffer.subspan(filled));
    if (!size) co_return size.error();
    if (*size == 0) break;
    filled += *size;
  }
  co_return filled;
}

/// Parses the first `size` bytes of the buffer, then all other bytes that have arrived. One thread
/// reads, parses and writes them, so that they stay in its core's cache.
Result<void> feed_arrived(Receiver& receiver, http::BodyReader& body, std::span<char> buffer,
                          std::size_t size) {
  for (std::uint64_t fed = 0; size > 0;) {
    if (Result<void> taken = receiver.feed(buffer.first(size)); !taken) return taken;
    fed += size;
    size = fed < kMostBytesAtOnce ? body.read_arrived(buffer) : 0;
  }
  return {};
}

std::optional<Quota> upload_quota(const Services& services, const pools::PoolDefinition& pool) {
  if (!services.counts_uploads) return std::nullopt;
  return Quota{std::uint64_t{pool.data_quota_mb} << 20, pool.max_files};
}

/// Reads the body to its end, or as long as the session lives.
asio::awaitable<Result<void>> receive(const Services& services, const pools::Session& session,
                                      Receiver& receiver, http::BodyReader& body,
                                      std::uint64_t expected) {
  std::vector<char> buffer(std::min(expected, kLargestBuffer));
  for (;;) {
    const auto size = co_await read_full(body, buffer);
    if (!size) co_return size.error();
    if (const Result<void> active = session.check_active(); !active || *size == 0) co_return active;
    auto feed = [&, size = *size] { return feed_arrived(receiver, body, buffer, size); };
    const Result<void> fed = co_await offload(services.file_pool, feed);
    if (!fed) co_return fed.error();
  }
}

}  // namespace

asio::awaitable<http::Answer> upload(const Services& services, const Route& route,
                                     http::Call& call) {
  const http::Request& request = call.request;
  auto identifier = session_identifier(route, call);
  if (!identifier) co_return identifier.error();
  auto directory = directory_of(request);
  if (!directory) co_return directory.error();
  if (request.content_length.value_or(0) > kLargestFile + kMostFraming) co_return too_large();
  auto session = co_await acquire_session(services, route, call.exchange, *identifier);
  if (!session) co_return session.error();
  auto root = (*session)->open_data_directory();
  if (!root) co_return root.error();

  const auto content_type = request.headers.find("content-type").value_or("");
  Receiver receiver(*route.version, std::move(*root), std::move(*directory),
                    upload_quota(services, (*session)->definition()),
                    http::MultipartParser::boundary_of(content_type));
  const std::uint64_t expected = request.content_length.value_or(kLargestBuffer);
  const Result<void> received =
      co_await receive(services, **session, receiver, *call.body, expected);
  if (!received) {
    auto drop = [&receiver] { receiver.drop(); };
    co_await offload(services.file_pool, drop);
    // If the session has ended, that is the cause of any other failure.
    const Result<void> active = (*session)->check_active();
    co_return active ? received.error() : active.error();
  }
  auto finish = [&receiver] {
    auto stored = receiver.finish();
    receiver.drop();
    return stored;
  };
  auto files = co_await offload(services.file_pool, finish);
  if (const Result<void> active = (*session)->check_active(); !active) co_return active.error();
  if (!files) co_return files.error();
  const auto time = services.pools.clock_of(route.pool).history();
  for (FileInfo& file : *files) file.modified = time->at(file.modified);
  http::Response response;
  response.body = route.dialect == Dialect::flat ? uploaded_file_json(route, files->front())
                                                 : file_list_json(route, *files);
  co_return response;
}

}  // namespace dynsessions::surfaces::data_plane::files
