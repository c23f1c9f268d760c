#include <cerrno>
#include <string>
#include <utility>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "emulator/base/offload.h"
#include "emulator/base/unnamed_file.h"
#include "emulator/surfaces/admin/answers.h"
#include "emulator/surfaces/admin/operation.h"
#include "emulator/test_double/snapshots/redactor.h"
#include "emulator/test_double/snapshots/restore_snapshot.h"
#include "emulator/test_double/snapshots/take_snapshot.h"

namespace dynsessions::surfaces::admin {
namespace asio = boost::asio;

namespace {

constexpr std::uint64_t kLargestArchive = test_double::kMostSnapshotBytes;

test_double::SnapshotServices snapshot_services(const AdminCall& call) {
  const Services& services = call.services;
  return {services.pools,   services.faults,    services.scripts,
          services.journal, services.file_pool, services.version};
}

/// Blocks. Returns 0, or the errno of what failed.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return count == 0 ? ENOSPC : errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

Error no_room() {
  return {ErrorCode::storage_full,
          "The snapshot does not fit into the temporary directory.",
          {},
          "TMPDIR names another one"};
}

Error too_large() {
  return {ErrorCode::payload_too_large, "A snapshot has at most 2 GiB.", "body", {}};
}

/// Writes the body of the request to an unnamed file.
asio::awaitable<Result<UniqueFd>> receive_body(AdminCall& call) {
  constexpr std::size_t kPiece = std::size_t{512} << 10;
  if (call.http.request.content_length.value_or(0) > kLargestArchive) co_return too_large();
  auto open = [] { return open_unnamed_file(); };
  UniqueFd file = co_await offload(call.services.file_pool, open);
  if (!file) co_return no_descriptors();
  std::string buffer(kPiece, '\0');
  for (std::uint64_t size = 0;;) {
    const auto count = co_await call.http.body->read(buffer);
    if (!count) co_return count.error();
    if (*count == 0) break;
    size += *count;
    if (size > kLargestArchive) co_return too_large();
    auto write = [&, bytes = std::string_view(buffer).substr(0, *count)] {
      return write_all(file.get(), bytes);
    };
    const int error = co_await offload(call.services.file_pool, write);
    if (error != 0) co_return no_room();
  }
  co_return file;
}

}  // namespace

asio::awaitable<http::Answer> get_snapshot(AdminCall& call) {
  if (const auto known = only_parameters(call.http, {"redact"}); !known) co_return known.error();
  const std::string word(call.http.request.target.query_value("redact").value_or("none"));
  const auto redaction = test_double::parse_redaction(word);
  if (!redaction) {
    co_return wrong_field("redact", "expected none, identifiers or contents");
  }
  auto taken = co_await test_double::take_snapshot(snapshot_services(call), call.pool, *redaction);
  if (!taken) co_return taken.error();
  http::Response response;
  response.headers.add("content-type", "application/gzip");
  response.headers.add("cache-control", "no-store");
  response.body = http::FileBody{std::move(taken->fd), taken->size};
  co_return response;
}

asio::awaitable<http::Answer> put_snapshot(AdminCall& call) {
  auto file = co_await receive_body(call);
  if (!file) co_return file.error();
  test_double::SnapshotSource source{file->get()};
  auto restored =
      co_await test_double::restore_snapshot(snapshot_services(call), call.pool, std::move(source));
  if (!restored) co_return restored.error();
  if (call.pool) co_return json_answer(restored->front());
  co_return json_answer(nlohmann::ordered_json{{"value", *restored}});
}

}  // namespace dynsessions::surfaces::admin
