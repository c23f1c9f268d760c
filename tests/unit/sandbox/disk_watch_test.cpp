#include "sandbox/watch/disk_watch.h"

#include <array>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/sandbox/test_directory.h"

namespace dynsessions::sandbox {
namespace {

using test::TestDirectory;

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kManySteps = 1'000'000;
constexpr DirectoryUsage kLimit{8 * kMiB, 100};

bool scan(DiskWatch& watch) { return watch.scan(kManySteps, {}); }

dev_t device_of(const TestDirectory& directory) {
  struct stat status {};
  REQUIRE(::fstat(directory.fd(), &status) == 0);
  return status.st_dev;
}

/// Returns an open file of one MiB without a name.
UniqueFd open_unnamed(const TestDirectory& directory) {
  directory.write("unnamed", kMiB);
  UniqueFd file(::open(directory.path("unnamed").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(::unlink(directory.path("unnamed").c_str()) == 0);
  return file;
}

}  // namespace

TEST_CASE("the limit of the disk is that of all directories together", "[limits]") {
  Limits limits;
  limits.data_bytes = 1;
  limits.tmp_bytes = 20;
  limits.shared_memory_bytes = 300;
  limits.data_inodes = 7;
  CHECK(disk_limit(limits) == DirectoryUsage{321, 4103});
}

TEST_CASE("a session has too much when its bytes or its names are more than the limit",
          "[limits]") {
  const TestDirectory directory;
  DiskWatch watch(directory.copy(), kLimit, {});
  SECTION("as much as it may") {
    directory.write("file", 8 * kMiB);
    CHECK_FALSE(scan(watch));
    CHECK_FALSE(watch.is_measuring());
  }
  SECTION("bytes") {
    directory.write("file", 8 * kMiB + 1);
    CHECK(scan(watch));
    CHECK(watch.is_measuring());
  }
  SECTION("names, seen as soon as there are too many of them") {
    for (int i = 0; i < 200; ++i) directory.write(std::to_string(i), 0);
    CHECK_FALSE(watch.scan(100, {}));
    CHECK(watch.scan(1, {}));
  }
}

TEST_CASE("existing files may stay, and only further growth exceeds the limit again", "[limits]") {
  const TestDirectory directory;
  DiskWatch watch(directory.copy(), kLimit, {});
  directory.write("first", 20 * kMiB);
  REQUIRE(scan(watch));
  CHECK_FALSE(scan(watch));  // scan() counts, but has no interpreter to end
  CHECK_FALSE(watch.is_measuring());
  CHECK_FALSE(watch.is_beyond_repair());
  CHECK_FALSE(scan(watch));
  directory.write("second", 2 * kMiB);
  CHECK(scan(watch));
  CHECK_FALSE(scan(watch));

  // Freed space cannot be taken again until the usage is below the limit.
  REQUIRE(::truncate(directory.path("first").c_str(), 12 * kMiB) == 0);
  CHECK_FALSE(scan(watch));
  directory.write("third", 4 * kMiB);
  CHECK(scan(watch));
  CHECK_FALSE(scan(watch));
  REQUIRE(::unlink(directory.path("first").c_str()) == 0);
  CHECK_FALSE(scan(watch));
  directory.write("fourth", 2 * kMiB);
  CHECK_FALSE(scan(watch));  // 8 MiB in all
}

TEST_CASE("measuring continues for as many scans as it takes", "[limits]") {
  const TestDirectory directory;
  DiskWatch watch(directory.copy(), kLimit, {});
  for (int i = 0; i < 300; ++i) directory.write(std::to_string(i), 0);
  REQUIRE(scan(watch));
  for (int scans = 0; scans < 3; ++scans) {
    CHECK_FALSE(watch.scan(100, {}));
    CHECK(watch.is_measuring());
  }
  CHECK_FALSE(scan(watch));
  CHECK_FALSE(watch.is_measuring());
}

TEST_CASE("far more than the limit is beyond repair", "[limits]") {
  const TestDirectory directory;
  DiskWatch watch(directory.copy(), {8 * kMiB, 10}, {});
  directory.write("file", 0);
  UniqueFd file(::open(directory.path("file").c_str(), O_WRONLY | O_CLOEXEC));
  const auto length = static_cast<off_t>((std::size_t{1} << 30) + 20 * kMiB);
  if (::posix_fallocate(file.get(), 0, length) != 0) {
    WARN("skipped: there is no gigabyte left on the disk");
    return;
  }
  REQUIRE(scan(watch));
  CHECK_FALSE(scan(watch));
  CHECK(watch.is_beyond_repair());
}

TEST_CASE("a session whose directories move so much that they cannot be counted exceeds its limit",
          "[limits]") {
  const TestDirectory directory;
  const TestDirectory elsewhere;
  directory.make_directory("a");
  const std::string here = directory.path("a/b");
  const std::string away = elsewhere.path("b");
  directory.make_directory("a/b");
  for (int i = 0; i < 80; ++i) directory.write("a/b/" + std::to_string(i), 0);
  DiskWatch watch(directory.copy(), kLimit, {});
  bool ended = false;
  for (int walks = 0; walks < 8; ++walks) {
    CHECK_FALSE(ended);
    CHECK_FALSE(watch.scan(50, {}));  // the measurement is in b now
    REQUIRE(::rename(here.c_str(), away.c_str()) == 0);
    ended = watch.scan(50, {});
    REQUIRE(::rename(away.c_str(), here.c_str()) == 0);
  }
  CHECK(ended);
  CHECK_FALSE(scan(watch));
  CHECK_FALSE(watch.is_measuring());
}

TEST_CASE("open files without a name count once, in however many processes they are open",
          "[limits]") {
  const TestDirectory directory;
  const dev_t device = device_of(directory);
  const pid_t self[] = {::getpid()};
  const DirectoryUsage before = unlinked_open_files(self, device, {});
  const UniqueFd file = open_unnamed(directory);
  const UniqueFd again(::fcntl(file.get(), F_DUPFD_CLOEXEC, 0));
  const DirectoryUsage after = unlinked_open_files(self, device, {});
  CHECK(after.files == before.files + 1);
  CHECK(after.bytes - before.bytes >= kMiB);
  CHECK(after.bytes - before.bytes < 2 * kMiB);
  CHECK(unlinked_open_files(self, device + 1, {}) == DirectoryUsage{});
  CHECK(unlinked_open_files(std::vector<pid_t>{}, device, {}) == DirectoryUsage{});
}

TEST_CASE("files without a name are part of what a session has", "[limits]") {
  const TestDirectory directory;
  const pid_t self[] = {::getpid()};
  DiskWatch watch(directory.copy(), kLimit, {});
  std::array<UniqueFd, 9> files;
  for (UniqueFd& file : files) file = open_unnamed(directory);
  CHECK_FALSE(watch.scan(kManySteps, {}));
  CHECK(watch.scan(kManySteps, self));
}

}  // namespace dynsessions::sandbox
