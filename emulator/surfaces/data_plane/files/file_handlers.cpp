#include "emulator/surfaces/data_plane/files/file_handlers.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/algorithm/string/predicate.hpp>

#include "emulator/base/offload.h"
#include "emulator/surfaces/data_plane/files/file_list_source.h"
#include "emulator/surfaces/data_plane/files/file_paths.h"
#include "emulator/surfaces/data_plane/files/file_wire.h"
#include "emulator/surfaces/data_plane/session_access.h"
#include "emulator/surfaces/json_response.h"

namespace dynsessions::surfaces::data_plane::files {
namespace asio = boost::asio;
namespace session_files = dynsessions::workspace_files;

namespace {

/// Up to this size a file is read together with opening it on the file pool, and sent as a text.
constexpr std::uint64_t kSmallFile = std::uint64_t{64} << 10;

/// The most names of a listing that is sent as a text. A longer one is streamed.
constexpr std::size_t kLongestText = 1000;

/// The error code for a missing name depends on the operation (CONTRACT.md section 1.5).
Error for_operation(Error error, ErrorCode missing) {
  if (error.code == ErrorCode::file_not_found) error.code = missing;
  return error;
}

std::string warning_of_unnameable(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " file is" : " files are") +
         " not listed: the path is not UTF-8, or too long";
}

/// Arguments of a task on the file pool. They outlive the task, and the call is not used otherwise
/// while it runs.
struct Task {
  const Services& services;
  const Route& route;
  http::Call& call;
  const ClockHistory& time;  ///< time of the pool
  int root;                  ///< descriptor of the session's data directory
};

http::Answer list_at(const Task& task) {
  const auto& [services, route, call, time, root] = task;
  const http::Request& request = call.request;
  auto directory = directory_of(request);
  if (!directory) return directory.error();
  // The older dialects cannot distinguish directories from files, so they list only files, each
  // with its path (guess: no subdirectories were recorded). The flat dialect lists directories
  // (section 8 row 29).
  const bool older = route.dialect != Dialect::flat;
  const auto wanted = request.target.query_value("recursive");
  const bool recursive =
      route.version->file_has_directory && wanted && boost::algorithm::iequals(*wanted, "true");
  auto listing = session_files::list(
      root, *directory,
      older || recursive ? session_files::Depth::recursive : session_files::Depth::immediate,
      services.repeatable ? session_files::Order::names : session_files::Order::creation);
  if (!listing) return listing.error();
  if (listing->unnameable > 0) call.exchange.warning = warning_of_unnameable(listing->unnameable);
  std::vector<FileInfo>& files = listing->files;
  if (older) std::erase_if(files, [](const FileInfo& file) { return file.is_directory; });
  for (FileInfo& file : files) file.modified = time.at(file.modified);
  if (files.size() <= kLongestText) return json_response(file_list_json(route, files));
  auto source = FileListSource::write(services.file_pool, services.list_bytes, route, files);
  if (!source) return source.error();
  http::Response response;
  response.body = http::StreamBody{std::move(*source)};
  return response;
}

http::Answer metadata_at(const Task& task) {
  auto path = file_of(task.route, task.call.request);
  if (!path) return path.error();
  auto file = session_files::stat(task.root, *path);
  if (!file) return file.error();
  file->modified = task.time.at(file->modified);
  return json_response(file_json(task.route, *file));
}

http::Answer content_at(const Task& task) {
  auto path = file_of(task.route, task.call.request);
  if (!path) return path.error();
  auto file = session_files::open_for_reading(task.root, *path);
  if (!file) return for_operation(file.error(), ErrorCode::file_to_download_not_found);
  http::Response response;
  response.headers.add("content-type", "application/octet-stream");
  if (file->size <= kSmallFile) {
    response.body = session_files::content_of(*file);
  } else {
    response.body = http::FileBody{std::move(file->fd), file->size};
  }
  return response;
}

http::Answer remove_at(const Task& task) {
  auto path = file_of(task.route, task.call.request);
  if (!path) return path.error();
  auto removed = session_files::remove(task.root, *path);
  if (!removed) return for_operation(removed.error(), ErrorCode::file_to_delete_not_found);
  http::Response response;
  response.status = 204;
  return response;
}

/// One operation on the files of a session. Blocks: runs on the file pool.
using Work = http::Answer (*)(const Task& task);

asio::awaitable<http::Answer> on_files(const Services& services, const Route& route,
                                       http::Call& call, Work work) {
  auto identifier = session_identifier(route, call);
  if (!identifier) co_return identifier.error();
  auto session = co_await acquire_session(services, route, call.exchange, *identifier);
  if (!session) co_return session.error();
  auto root = (*session)->open_data_directory();
  if (!root) co_return root.error();
  const auto time = services.pools.clock_of(route.pool).history();
  auto task = [work, &services, &route, &call, &time, directory = root->get()] {
    return work({services, route, call, *time, directory});
  };
  http::Answer answer = co_await offload(services.file_pool, task);
  if (const Result<void> active = (*session)->check_active(); !active) co_return active.error();
  co_return answer;
}

}  // namespace

asio::awaitable<http::Answer> list(const Services& services, const Route& route, http::Call& call) {
  return on_files(services, route, call, list_at);
}

asio::awaitable<http::Answer> metadata(const Services& services, const Route& route,
                                       http::Call& call) {
  return on_files(services, route, call, metadata_at);
}

asio::awaitable<http::Answer> content(const Services& services, const Route& route,
                                      http::Call& call) {
  return on_files(services, route, call, content_at);
}

asio::awaitable<http::Answer> remove(const Services& services, const Route& route,
                                     http::Call& call) {
  return on_files(services, route, call, remove_at);
}

}  // namespace dynsessions::surfaces::data_plane::files
