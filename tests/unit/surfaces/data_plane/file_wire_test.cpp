#include "emulator/surfaces/data_plane/files/file_wire.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"
#include "tests/unit/surfaces/data_plane/requests.h"

namespace dynsessions::surfaces::data_plane::files {
namespace {

using namespace std::chrono_literals;
using Time = dynsessions::workspace_files::FileTime;
using Ticks = Time::duration;

constexpr Time at(std::chrono::year_month_day day, std::chrono::seconds time, Ticks fraction) {
  return Time(std::chrono::sys_days{day}) + time + fraction;
}

using std::chrono::year;
constexpr Time kMay = at(year{2024} / 5 / 9, 10h + 25min + 8s, Ticks(4916062));
constexpr Time kNovember = at(year{2024} / 11 / 8, 8h + 18min + 50s, Ticks(4203448));
constexpr Time kOctober = at(year{2025} / 10 / 12, 15h + 42min + 24s, Ticks(3470666));
constexpr Time kAugust = at(year{2024} / 8 / 6, 16h + 21min + 22s, Ticks(2423944));

FileInfo file(std::string name, std::uint64_t size, Time modified, std::string directory = ".") {
  FileInfo info;
  info.name = std::move(name);
  info.directory = std::move(directory);
  info.size = size;
  info.modified = modified;
  return info;
}

FileInfo directory(std::string name, std::string directory = ".") {
  FileInfo info = file(std::move(name), 60, kNovember, std::move(directory));
  info.is_directory = true;
  return info;
}

std::string at_version(const std::string& line, std::string_view version) {
  return line + "?api-version=" + std::string(version);
}

TEST_CASE("recorded and captured lists come out byte for byte", "[api][files]") {
  CHECK(file_list_json(route_of(at_version("GET /files", kFebruary2024)),
                       {file("upload.md", 55, kOctober)}) ==
        R"({"$id":"1","value":[{"$id":"2","properties":{"$id":"3","filename":"upload.md",)"
        R"("size":55,"lastModifiedTime":"2025-10-12T15:42:24.3470666Z"}}]})");
  CHECK(
      file_list_json(route_of(at_version("GET /files", kOctober2024)),
                     {file("test-file.txt", 516, kAugust), file("test-file2.txt", 211, kAugust)}) ==
      R"({"$id":"1","value":[{"$id":"2","name":"test-file.txt","type":"file",)"
      R"("contentType":"text/plain; charset=utf-8","sizeInBytes":516,)"
      R"("lastModifiedAt":"2024-08-06T16:21:22.2423944Z"},{"$id":"3","name":"test-file2.txt",)"
      R"("type":"file","contentType":"text/plain; charset=utf-8","sizeInBytes":211,)"
      R"("lastModifiedAt":"2024-08-06T16:21:22.2423944Z"}]})");
  CHECK(file_list_json(route_of("GET /python/files"), {file("a.txt", 516, kMay)}) ==
        R"({"$id":"1","$values":[{"$id":"2","filename":"a.txt","size":516,)"
        R"("last_modified_time":"2024-05-09T10:25:08.4916062Z"}]})");
}

TEST_CASE("an empty list is an empty list in every dialect", "[api][files]") {
  CHECK(file_list_json(route_of("GET /python/files"), {}) == R"({"$id":"1","$values":[]})");
  CHECK(file_list_json(route_of(at_version("GET /files", kFebruary2024)), {}) ==
        R"({"$id":"1","value":[]})");
  CHECK(file_list_json(route_of(at_version("GET /files", kOctober2024)), {}) ==
        R"({"$id":"1","value":[]})");
  CHECK(file_list_json(route_of(at_version("GET /files", kFebruary2025)), {}) == R"({"value":[]})");
  CHECK(file_list_json(route_of(at_version("GET /files", kOctober2025)), {}) == R"({"value":[]})");
}

TEST_CASE("the answers about one file are those of the version", "[api][files]") {
  struct Row {
    std::string line;
    std::string text;
  };
  const std::string typed = R"("type":"file","contentType":"text/plain; charset=utf-8",)";
  const std::string end = R"("sizeInBytes":7,"lastModifiedAt":"2024-11-08T08:18:50.4203448Z"})";
  const auto row = GENERATE_COPY(values<Row>({
      {at_version("GET /files/cert.txt", kFebruary2024),
       R"({"$id":"1","properties":{"$id":"2","filename":"cert.txt","size":7,)"
       R"("lastModifiedTime":"2024-11-08T08:18:50.4203448Z"}})"},
      // Recorded: the metadata of this version have neither type nor contentType.
      {at_version("GET /files/cert.txt", kOctober2024), R"({"$id":"1","name":"cert.txt",)" + end},
      // The recording has both members empty; section 8 row 24 requires them to be filled.
      {at_version("POST /files", kOctober2024), R"({"$id":"1","name":"cert.txt",)" + typed + end},
      {at_version("GET /files/cert.txt", kFebruary2025), R"({"name":"cert.txt",)" + typed + end},
      {at_version("POST /files", kFebruary2025), R"({"name":"cert.txt",)" + typed + end},
      {at_version("GET /files/cert.txt", kOctober2025),
       R"({"name":"cert.txt","directory":".",)" + typed + end},
      {at_version("POST /files", kOctober2025),
       R"({"name":"cert.txt","directory":".",)" + typed + end},
  }));
  DYNAMIC_SECTION(row.line) {
    const auto json = row.line.starts_with("POST") ? uploaded_file_json : file_json;
    CHECK(json(route_of(row.line), file("cert.txt", 7, kNovember)) == row.text);
  }
}

TEST_CASE("a file in a directory shows the directory where the version has a place for it",
          "[api][files]") {
  const std::vector<FileInfo> files{file("x.bin", 0, kNovember, "a/b")};
  const std::string time = R"("2024-11-08T08:18:50.4203448Z")";
  CHECK(file_list_json(route_of("GET /python/files"), files) ==
        R"({"$id":"1","$values":[{"$id":"2","filename":"a/b/x.bin","size":0,)"
        R"("last_modified_time":)" +
            time + "}]}");
  CHECK(file_list_json(route_of(at_version("GET /files", kFebruary2024)), files) ==
        R"({"$id":"1","value":[{"$id":"2","properties":{"$id":"3","filename":"a/b/x.bin",)"
        R"("size":0,"lastModifiedTime":)" +
            time + "}}]}");
  CHECK(file_list_json(route_of(at_version("GET /files", kFebruary2025)), files) ==
        R"({"value":[{"name":"x.bin","type":"file","contentType":"application/octet-stream",)"
        R"("sizeInBytes":0,"lastModifiedAt":)" +
            time + "}]}");
  CHECK(file_list_json(route_of(at_version("GET /files", kOctober2025)), files) ==
        R"({"value":[{"name":"x.bin","directory":"a/b","type":"file",)"
        R"("contentType":"application/octet-stream","sizeInBytes":0,"lastModifiedAt":)" +
            time + "}]}");
}

TEST_CASE("a directory is an entry of type directory and of 4096 bytes", "[api][files]") {
  CHECK(file_list_json(route_of(at_version("GET /files", kOctober2025)), {directory("sub.txt")}) ==
        R"({"value":[{"name":"sub.txt","directory":".","type":"directory",)"
        R"("contentType":"application/octet-stream","sizeInBytes":4096,)"
        R"("lastModifiedAt":"2024-11-08T08:18:50.4203448Z"}]})");
}

TEST_CASE("a size beyond 32 bits and a name beyond ASCII are shown as they are", "[api][files]") {
  CHECK_THAT(file_json(route_of(at_version("GET /files/x", kFebruary2025)),
                       file("gr\xC3\xB6\xC3\x9F"
                            "e \"1\".csv",
                            5'000'000'000, kNovember)),
             Catch::StartsWith("{\"name\":\"gr\xC3\xB6\xC3\x9F"
                               "e \\\"1\\\".csv\",\"type\":\"file\","
                               "\"contentType\":\"text/csv; charset=utf-8\","
                               "\"sizeInBytes\":5000000000,"));
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane::files
