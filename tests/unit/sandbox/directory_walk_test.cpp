#include "sandbox/files/directory_walk.h"

#include <string>

#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/files/remove_tree.h"
#include "tests/unit/sandbox/test_directory.h"

namespace dynsessions::sandbox {
namespace {

using test::TestDirectory;

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kEnough = 1'000'000;

DirectoryUsage usage_of(const TestDirectory& directory, std::size_t names_at_once = kEnough) {
  DirectoryWalk walk(directory.fd());
  while (walk.visit(names_at_once) == DirectoryWalk::State::under_way) {
  }
  REQUIRE(walk.state() == DirectoryWalk::State::complete);
  return walk.found();
}

/// The size of directories themselves depends on the file system.
std::uint64_t bytes_of_directories(const TestDirectory& directory,
                                   const std::vector<std::string>& names) {
  std::uint64_t sum = 0;
  for (const std::string& name : names) {
    struct stat status {};
    REQUIRE(::lstat(directory.path(name).c_str(), &status) == 0);
    sum += bytes_of(status);
  }
  return sum;
}

}  // namespace

TEST_CASE("a walk counts names and blocks of a whole tree, in pieces of any size", "[limits]") {
  const TestDirectory directory;
  CHECK(usage_of(directory) == DirectoryUsage{});
  directory.write("a", 8 * kKiB);
  directory.make_directory("b");
  directory.make_directory("b/c");
  directory.make_directory("d");
  directory.write("b/c/e", 16 * kKiB);
  directory.write("d/f", 0);
  const std::uint64_t bytes = 24 * kKiB + bytes_of_directories(directory, {"b", "b/c", "d"});
  for (const std::size_t at_once : {std::size_t{1}, std::size_t{2}, std::size_t{3}, kEnough}) {
    CHECK(usage_of(directory, at_once) == DirectoryUsage{bytes, 6});
  }
}

TEST_CASE("holes take nothing, a second name no bytes, and a link is not followed", "[limits]") {
  const TestDirectory directory;
  directory.write("file", 64 * kKiB);
  REQUIRE(::link(directory.path("file").c_str(), directory.path("again").c_str()) == 0);
  REQUIRE(::symlink("/", directory.path("root").c_str()) == 0);
  directory.write("sparse", 0);
  REQUIRE(::truncate(directory.path("sparse").c_str(), off_t{1} << 40) == 0);
  const DirectoryUsage usage = usage_of(directory);
  CHECK(usage.files == 4);
  CHECK(usage.bytes >= 64 * kKiB);
  CHECK(usage.bytes < 128 * kKiB);
}

TEST_CASE("no depth is too much for a walk", "[limits]") {
  const TestDirectory directory;
  constexpr std::uint64_t kLevels = 3000;
  directory.dig("d", kLevels);
  CHECK(usage_of(directory, 100).files == kLevels);
  remove_tree(directory.fd(), "d");
}

TEST_CASE("a directory that its owner has closed is counted and has its mode again", "[limits]") {
  const TestDirectory directory;
  directory.make_directory("closed");
  directory.write("closed/file", 8 * kKiB);
  directory.make_directory("closed/below");
  directory.write("closed/below/file", 8 * kKiB);
  const std::string closed = directory.path("closed");
  const std::string below = directory.path("closed/below");
  REQUIRE(::chmod(below.c_str(), 0600) == 0);
  REQUIRE(::chmod(closed.c_str(), 0) == 0);
  const bool unprivileged = ::geteuid() != 0;
  CHECK((::access((closed + "/file").c_str(), F_OK) != 0) == unprivileged);
  for (const std::size_t at_once : {std::size_t{1}, kEnough}) {
    CHECK(usage_of(directory, at_once).files == 4);
    struct stat status {};
    REQUIRE(::stat(closed.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0);
  }
  REQUIRE(::chmod(closed.c_str(), 0700) == 0);
  struct stat status {};
  REQUIRE(::stat(below.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0600);
  REQUIRE(::chmod(below.c_str(), 0700) == 0);
}

TEST_CASE("a walk never leaves its directory, wherever that below it is moved", "[limits]") {
  const TestDirectory directory;
  directory.make_directory("top");
  directory.make_directory("top/a");
  directory.make_directory("top/a/b");
  directory.write("top/a/b/file", 1);
  directory.make_directory("outside");
  directory.write("outside/secret", 1);
  const UniqueFd top(::open(directory.path("top").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DirectoryWalk walk(top.get());
  while (walk.found().files < 3) walk.visit(1);  // continues until the walk is in b
  REQUIRE(::rename(directory.path("top/a/b").c_str(), directory.path("outside/b").c_str()) == 0);
  while (walk.visit(1) == DirectoryWalk::State::under_way) {
  }
  CHECK(walk.state() == DirectoryWalk::State::disturbed);
  CHECK(walk.found().files == 3);
}

}  // namespace dynsessions::sandbox
