#include "sandbox/folders/folder_walk.h"

#include <string>

#include <unistd.h>

#include <sys/stat.h>

#include "sandbox/folders/remove_tree.h"
#include "tests/unit/sandbox/test_folder.h"

namespace dynsessions::sandbox {
namespace {

using test::TestFolder;

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kEnough = 1'000'000;

FolderUsage usage_of(const TestFolder& folder, std::size_t names_at_once = kEnough) {
  FolderWalk walk(folder.fd());
  while (walk.go_on(names_at_once) == FolderWalk::State::under_way) {
  }
  REQUIRE(walk.state() == FolderWalk::State::complete);
  return walk.found();
}

/// What folders themselves take is the file system's affair.
std::uint64_t bytes_of_folders(const TestFolder& folder, const std::vector<std::string>& names) {
  std::uint64_t sum = 0;
  for (const std::string& name : names) {
    struct stat status {};
    REQUIRE(::lstat(folder.path(name).c_str(), &status) == 0);
    sum += bytes_of(status);
  }
  return sum;
}

}  // namespace

TEST_CASE("a walk counts names and blocks of a whole tree, in pieces of any size", "[limits]") {
  const TestFolder folder;
  CHECK(usage_of(folder) == FolderUsage{});
  folder.write("a", 8 * kKiB);
  folder.make_folder("b");
  folder.make_folder("b/c");
  folder.make_folder("d");
  folder.write("b/c/e", 16 * kKiB);
  folder.write("d/f", 0);
  const std::uint64_t bytes = 24 * kKiB + bytes_of_folders(folder, {"b", "b/c", "d"});
  for (const std::size_t at_once : {std::size_t{1}, std::size_t{2}, std::size_t{3}, kEnough}) {
    CHECK(usage_of(folder, at_once) == FolderUsage{bytes, 6});
  }
}

TEST_CASE("holes take nothing, a second name no bytes, and a link is not followed", "[limits]") {
  const TestFolder folder;
  folder.write("file", 64 * kKiB);
  REQUIRE(::link(folder.path("file").c_str(), folder.path("again").c_str()) == 0);
  REQUIRE(::symlink("/", folder.path("root").c_str()) == 0);
  folder.write("sparse", 0);
  REQUIRE(::truncate(folder.path("sparse").c_str(), off_t{1} << 40) == 0);
  const FolderUsage usage = usage_of(folder);
  CHECK(usage.files == 4);
  CHECK(usage.bytes >= 64 * kKiB);
  CHECK(usage.bytes < 128 * kKiB);
}

TEST_CASE("no depth is too much for a walk", "[limits]") {
  const TestFolder folder;
  constexpr std::uint64_t kLevels = 3000;
  folder.dig("d", kLevels);
  CHECK(usage_of(folder, 100).files == kLevels);
  remove_tree(folder.fd(), "d");
}

TEST_CASE("a folder that its owner has closed is counted and has its mode again", "[limits]") {
  const TestFolder folder;
  folder.make_folder("closed");
  folder.write("closed/file", 8 * kKiB);
  folder.make_folder("closed/below");
  folder.write("closed/below/file", 8 * kKiB);
  const std::string closed = folder.path("closed");
  const std::string below = folder.path("closed/below");
  REQUIRE(::chmod(below.c_str(), 0600) == 0);
  REQUIRE(::chmod(closed.c_str(), 0) == 0);
  const bool unprivileged = ::geteuid() != 0;
  CHECK((::access((closed + "/file").c_str(), F_OK) != 0) == unprivileged);
  for (const std::size_t at_once : {std::size_t{1}, kEnough}) {
    CHECK(usage_of(folder, at_once).files == 4);
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

TEST_CASE("a walk never leaves its folder, wherever that below it is moved", "[limits]") {
  const TestFolder folder;
  folder.make_folder("top");
  folder.make_folder("top/a");
  folder.make_folder("top/a/b");
  folder.write("top/a/b/file", 1);
  folder.make_folder("outside");
  folder.write("outside/secret", 1);
  const UniqueFd top(::open(folder.path("top").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  FolderWalk walk(top.get());
  while (walk.found().files < 3) walk.go_on(1);  // it is in b
  REQUIRE(::rename(folder.path("top/a/b").c_str(), folder.path("outside/b").c_str()) == 0);
  while (walk.go_on(1) == FolderWalk::State::under_way) {
  }
  CHECK(walk.state() == FolderWalk::State::disturbed);
  CHECK(walk.found().files == 3);
}

}  // namespace dynsessions::sandbox
