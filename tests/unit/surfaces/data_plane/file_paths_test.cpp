#include "emulator/surfaces/data_plane/files/file_paths.h"

#include <string>

#include "tests/support/catch.h"
#include "tests/unit/surfaces/data_plane/requests.h"

namespace dynsessions::surfaces::data_plane::files {
namespace {

struct Named {
  std::string line;
  std::string path;  ///< path below the data root
};

TEST_CASE("the directory of a request is its path, or the root", "[api][files]") {
  const auto row = GENERATE(values<Named>({
      {"GET /files", "."},
      {"GET /files?path=", "."},
      {"GET /files?path=/", "."},
      {"GET /files?path=.", "."},
      {"GET /files?path=/mnt/data", "."},
      {"GET /files?path=%2Fmnt%2Fdata%2F", "."},
      {"GET /files?path=d/", "d"},
      {"GET /files?path=/mnt/data/d/e/", "d/e"},
      {"GET /files?path=a", "a"},
      {"GET /files?path=/a/b", "a/b"},
      {"GET /files?path=/mnt/data/a/b", "a/b"},
      {"GET /files?path=/mnt/database", "mnt/database"},
      {"GET /files?PATH=a+b", "a b"},
  }));
  DYNAMIC_SECTION(row.line) {
    const auto directory = directory_of(request_of(row.line));
    REQUIRE(directory);
    CHECK(directory->text() == row.path);
  }
}

TEST_CASE("the file of a request is its name below its directory", "[api][files]") {
  const auto row = GENERATE(values<Named>({
      {"GET /files/x.txt", "x.txt"},
      {"GET /files/x.txt?path=a/b", "a/b/x.txt"},
      {"GET /files/x.txt/content?path=/mnt/data/a", "a/x.txt"},
      {"GET /files/a%2Fx.txt/content", "a/x.txt"},
      {"GET /files/b%2Fx.txt?path=a", "a/b/x.txt"},
      {"GET /files/content/a/b/x.txt", "a/b/x.txt"},
      {"GET /files/content/%2Fmnt%2Fdata%2Fx.txt", "x.txt"},
      {"GET /files/content/mnt/data/x.txt", "mnt/data/x.txt"},
      {"DELETE /files/x.txt", "x.txt"},
      {"GET /python/downloadFile?filename=x.txt", "x.txt"},
      {"GET /python/downloadFile?filename=/mnt/data/a/x.txt&path=ignored", "a/x.txt"},
  }));
  DYNAMIC_SECTION(row.line) {
    const auto path = file_of(route_of(row.line), request_of(row.line));
    REQUIRE(path);
    CHECK(path->text() == row.path);
  }
}

TEST_CASE("a path or name outside the data root or without a name is refused", "[api][files]") {
  struct Refused {
    std::string line;
    std::string target;
  };
  const auto row = GENERATE(values<Refused>({
      {"GET /files/x?path=..", "path"},
      {"GET /files/x?path=a/../../b", "path"},
      {"GET /files/x?path=/mnt/data/../etc", "path"},
      {"GET /files/x?path=a//b", "path"},
      {"GET /files/..", "name"},
      {"GET /files/%2E%2E%2Fx", "name"},
      {"GET /files/a%2F..%2Fx/content", "name"},
      {"GET /files/content/a/../x", "name"},
      {"GET /files/.", "name"},
      {"GET /files/%2F", "name"},
      {"GET /files/%2Fmnt%2Fdata", "name"},
      {"GET /python/downloadFile", "filename"},
      {"GET /python/downloadFile?filename=", "filename"},
      {"GET /python/downloadFile?filename=../x", "filename"},
  }));
  DYNAMIC_SECTION(row.line) {
    const auto path = file_of(route_of(row.line), request_of(row.line));
    REQUIRE_FALSE(path);
    CHECK(path.error().code == ErrorCode::invalid_request);
    CHECK(path.error().target == row.target);
  }
}

const ApiVersion& newest() { return default_versions().newest(Dialect::flat); }

TEST_CASE("an upload goes below the directory under the base name of the part", "[api][files]") {
  const auto name = GENERATE(values<std::string>(
      {"x.csv", "/mnt/data/x.csv", "/mnt/data/b/x.csv", "b/x.csv", "/tmp/x.csv", "//x.csv"}));
  DYNAMIC_SECTION("name: " << name) {
    const DataPath directory = DataPath::parse("a", "path").value();
    CHECK(upload_target(newest(), {}, name).value().text() == "x.csv");
    CHECK(upload_target(newest(), directory, name).value().text() == "a/x.csv");
  }
}

TEST_CASE("a name that leads upwards is refused, since its base name may be another file's",
          "[api][files]") {
  const auto name = GENERATE(values<std::string>(
      {"../x.csv", "b/../x.csv", "b/..", "..", "/mnt/data/../x.csv", "/../x.csv"}));
  DYNAMIC_SECTION("name: " << name) { CHECK_FALSE(upload_target(newest(), {}, name)); }
}

TEST_CASE("an encoded slash of an upload's name stays as it is", "[api][files]") {
  CHECK(upload_target(newest(), {}, "..%2fx.csv").value().text() == "..%2fx.csv");
}

TEST_CASE("an upload can keep the directories of its name", "[api][files]") {
  contract::ContractOptions options;
  options.upload_directories = contract::UploadDirectories::kept;
  const VersionTable versions(options);
  const ApiVersion& keeping = versions.newest(Dialect::flat);
  const DataPath directory = DataPath::parse("a", "path").value();
  CHECK(upload_target(keeping, {}, "/mnt/data/b/x.csv").value().text() == "b/x.csv");
  CHECK(upload_target(keeping, directory, "b/x.csv").value().text() == "a/b/x.csv");
  CHECK(upload_target(keeping, {}, "/tmp/x.csv").value().text() == "tmp/x.csv");
  CHECK_FALSE(upload_target(keeping, {}, "../x.csv"));
  CHECK_FALSE(upload_target(keeping, {}, "/mnt/data"));
}

TEST_CASE("a backslash is a character of an upload's name", "[api][files]") {
  CHECK(upload_target(newest(), {}, R"(C:\x.csv)").value().text() == R"(C:\x.csv)");
}

TEST_CASE("an upload without a usable name is refused", "[api][files]") {
  const auto name = GENERATE(values<std::string>(
      {"", ".", "..", "a/..", "/", "/mnt/data/", "a/", "a/.", "\xFF", std::string("a\0b", 3)}));
  DYNAMIC_SECTION("name: " << name) {
    const auto path = upload_target(newest(), {}, name);
    REQUIRE_FALSE(path);
    CHECK(path.error().target == "filename");
  }
}

}  // namespace
}  // namespace dynsessions::surfaces::data_plane::files
