#include "sandbox/limits/disk_watch.h"

#include <array>
#include <string>
#include <vector>

#include <unistd.h>

#include <sys/stat.h>

#include "tests/unit/sandbox/test_folder.h"

namespace dynsessions::sandbox {
namespace {

using test::TestFolder;

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kEnough = 1'000'000;
constexpr FolderUsage kLimit{8 * kMiB, 100};

bool look(DiskWatch& watch) { return watch.look(kEnough, {}); }

dev_t device_of(const TestFolder& folder) {
  struct stat status {};
  REQUIRE(::fstat(folder.fd(), &status) == 0);
  return status.st_dev;
}

/// Open, of a MiB, and without a name.
UniqueFd open_nameless(const TestFolder& folder) {
  folder.write("unnamed", kMiB);
  UniqueFd file(::open(folder.path("unnamed").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::unlink(folder.path("unnamed").c_str()) == 0);
  return file;
}

}  // namespace

TEST_CASE("the limit of the disk is that of all folders together", "[limits]") {
  Limits limits;
  limits.data_bytes = 1;
  limits.tmp_bytes = 20;
  limits.shared_memory_bytes = 300;
  limits.data_inodes = 7;
  CHECK(disk_limit(limits) == FolderUsage{321, 4103});
}

TEST_CASE("a session has too much when its bytes or its names are more than the limit",
          "[limits]") {
  const TestFolder folder;
  DiskWatch watch(folder.copy(), kLimit, {});
  SECTION("as much as it may") {
    folder.write("file", 8 * kMiB);
    CHECK_FALSE(look(watch));
    CHECK_FALSE(watch.is_measuring());
  }
  SECTION("bytes") {
    folder.write("file", 8 * kMiB + 1);
    CHECK(look(watch));
    CHECK(watch.is_measuring());
  }
  SECTION("names, seen as soon as there are too many of them") {
    for (int i = 0; i < 200; ++i) folder.write(std::to_string(i), 0);
    CHECK_FALSE(watch.look(100, {}));
    CHECK(watch.look(1, {}));
  }
}

TEST_CASE("what is there already may stay, and only what is more is too much again", "[limits]") {
  const TestFolder folder;
  DiskWatch watch(folder.copy(), kLimit, {});
  folder.write("first", 20 * kMiB);
  REQUIRE(look(watch));
  CHECK_FALSE(look(watch));  // measures, and nobody is left to be ended
  CHECK_FALSE(watch.is_measuring());
  CHECK_FALSE(watch.is_beyond_repair());
  CHECK_FALSE(look(watch));
  folder.write("second", 2 * kMiB);
  CHECK(look(watch));
  CHECK_FALSE(look(watch));

  // What was deleted cannot be taken again, down to the limit.
  REQUIRE(::truncate(folder.path("first").c_str(), 12 * kMiB) == 0);
  CHECK_FALSE(look(watch));
  folder.write("third", 4 * kMiB);
  CHECK(look(watch));
  CHECK_FALSE(look(watch));
  REQUIRE(::unlink(folder.path("first").c_str()) == 0);
  CHECK_FALSE(look(watch));
  folder.write("fourth", 2 * kMiB);
  CHECK_FALSE(look(watch));  // 8 MiB in all
}

TEST_CASE("measuring goes on for as many looks as it takes", "[limits]") {
  const TestFolder folder;
  DiskWatch watch(folder.copy(), kLimit, {});
  for (int i = 0; i < 300; ++i) folder.write(std::to_string(i), 0);
  REQUIRE(look(watch));
  for (int looks = 0; looks < 3; ++looks) {
    CHECK_FALSE(watch.look(100, {}));
    CHECK(watch.is_measuring());
  }
  CHECK_FALSE(look(watch));
  CHECK_FALSE(watch.is_measuring());
}

TEST_CASE("far more than the limit is beyond repair", "[limits]") {
  const TestFolder folder;
  DiskWatch watch(folder.copy(), {8 * kMiB, 10}, {});
  folder.write("file", 0);
  UniqueFd file(::open(folder.path("file").c_str(), O_WRONLY | O_CLOEXEC));
  const auto length = static_cast<off_t>((std::size_t{1} << 30) + 20 * kMiB);
  if (::posix_fallocate(file.get(), 0, length) != 0) {
    WARN("skipped: there is no gigabyte left on the disk");
    return;
  }
  REQUIRE(look(watch));
  CHECK_FALSE(look(watch));
  CHECK(watch.is_beyond_repair());
}

TEST_CASE("whoever moves folders about so that they cannot be counted has too much", "[limits]") {
  const TestFolder folder;
  const TestFolder elsewhere;
  folder.make_folder("a");
  const std::string here = folder.path("a/b");
  const std::string away = elsewhere.path("b");
  folder.make_folder("a/b");
  for (int i = 0; i < 80; ++i) folder.write("a/b/" + std::to_string(i), 0);
  DiskWatch watch(folder.copy(), kLimit, {});
  bool ended = false;
  for (int walks = 0; walks < 8; ++walks) {
    CHECK_FALSE(ended);
    CHECK_FALSE(watch.look(50, {}));  // it is in b now
    REQUIRE(::rename(here.c_str(), away.c_str()) == 0);
    ended = watch.look(50, {});
    REQUIRE(::rename(away.c_str(), here.c_str()) == 0);
  }
  CHECK(ended);
  CHECK_FALSE(look(watch));
  CHECK_FALSE(watch.is_measuring());
}

TEST_CASE("open files without a name count once, whoever has them open", "[limits]") {
  const TestFolder folder;
  const dev_t device = device_of(folder);
  const pid_t self[] = {::getpid()};
  const FolderUsage before = nameless_files(self, device, {});
  const UniqueFd file = open_nameless(folder);
  const UniqueFd again(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
  const FolderUsage after = nameless_files(self, device, {});
  CHECK(after.files == before.files + 1);
  CHECK(after.bytes - before.bytes >= kMiB);
  CHECK(after.bytes - before.bytes < 2 * kMiB);
  CHECK(nameless_files(self, device + 1, {}) == FolderUsage{});
  CHECK(nameless_files(std::vector<pid_t>{}, device, {}) == FolderUsage{});
}

TEST_CASE("files without a name are part of what a session has", "[limits]") {
  const TestFolder folder;
  const pid_t self[] = {::getpid()};
  DiskWatch watch(folder.copy(), kLimit, {});
  std::array<UniqueFd, 9> files;
  for (UniqueFd& file : files) file = open_nameless(folder);
  CHECK_FALSE(watch.look(kEnough, {}));
  CHECK(watch.look(kEnough, self));
}

}  // namespace dynsessions::sandbox
