#include "emulator/surfaces/data_plane/files/file_list_source.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "tests/support/catch.h"
#include "tests/support/test_loop.h"
#include "tests/unit/surfaces/data_plane/requests.h"

namespace dynsessions::surfaces::data_plane::files {
namespace {

std::vector<FileInfo> files_named_by_number(std::size_t count) {
  std::vector<FileInfo> files(count);
  for (std::size_t i = 0; i < count; ++i) {
    files[i].name = "file-" + std::to_string(i) + ".txt";
    files[i].directory = ".";
    files[i].size = i;
  }
  return files;
}

std::shared_ptr<execution::SpoolQuota> quota_of(std::int64_t bytes) {
  return std::make_shared<execution::SpoolQuota>(bytes);
}

std::vector<std::string> pieces_of(const Route& route, const std::vector<FileInfo>& files) {
  test::TestLoop loop;
  boost::asio::thread_pool pool(1);
  const auto source = FileListSource::write(pool, quota_of(10'000'000), route, files).value();
  std::vector<std::string> pieces;
  for (;;) {
    auto piece = loop.run(source->next()).value();
    if (!piece) return pieces;
    pieces.push_back(*std::move(piece));
  }
}

TEST_CASE("the pieces of a long list are its text, in every dialect", "[api][files]") {
  const auto line = GENERATE(values<std::string>({
      "GET /python/files",
      "GET /files?api-version=2024-02-02-preview",
      "GET /files?api-version=2024-10-02-preview",
      "GET /files?api-version=2025-10-02-preview",
  }));
  const auto count = GENERATE(values<std::size_t>({0, 1, 5000}));
  DYNAMIC_SECTION(line << ", " << count << " files") {
    const Route route = route_of(line);
    const std::vector<FileInfo> files = files_named_by_number(count);
    const std::vector<std::string> pieces = pieces_of(route, files);
    std::string whole;
    for (const std::string& piece : pieces) {
      CHECK_FALSE(piece.empty());
      CHECK(piece.size() < 70'000);
      whole += piece;
    }
    CHECK(whole == file_list_json(route, files));
    CHECK((pieces.size() > 1) == (count == 5000));
  }
}

TEST_CASE("long lists count against their quota until they have been sent", "[api][files]") {
  boost::asio::thread_pool pool(1);
  const Route route = route_of("GET /files?api-version=2025-10-02-preview");
  const std::vector<FileInfo> files = files_named_by_number(5000);
  const auto size = static_cast<std::int64_t>(file_list_json(route, files).size());
  const auto quota = quota_of(size);
  auto first = FileListSource::write(pool, quota, route, files);
  CHECK(first.has_value());
  const auto second = FileListSource::write(pool, quota, route, files);
  CHECK(second.error().code == ErrorCode::storage_full);
  first.value().reset();
  CHECK(FileListSource::write(pool, quota, route, files).has_value());
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane::files
