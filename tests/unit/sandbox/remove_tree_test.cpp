#include "sandbox/files/remove_tree.h"

#include <filesystem>
#include <optional>

#include <sys/resource.h>
#include <unistd.h>

#include "sandbox/base/acting_as.h"
#include "tests/unit/sandbox/test_directory.h"

namespace dynsessions::sandbox {
namespace {

namespace fs = std::filesystem;
using test::TestDirectory;

constexpr uid_t kUser = 12'345;

/// Limits a resource of this process while the object lives.
class Limited {
 public:
  Limited(__rlimit_resource resource, rlim_t limit) : resource_(resource) {
    REQUIRE(::getrlimit(resource_, &before_) == 0);
    const rlimit lower{limit, before_.rlim_max};
    REQUIRE(::setrlimit(resource_, &lower) == 0);
  }
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;
  ~Limited() { ::setrlimit(resource_, &before_); }

 private:
  __rlimit_resource resource_;
  rlimit before_{};
};

bool has(const TestDirectory& directory, const std::string& name) {
  return ::faccessat(directory.fd(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void remove(const TestDirectory& directory, const char* name) { remove_tree(directory.fd(), name); }

/// Root can ignore every mode: as root, the test acts as another user in its directory.
class OrdinaryUser {
 public:
  explicit OrdinaryUser(const TestDirectory& directory) {
    if (::geteuid() != 0) return;
    REQUIRE(::fchown(directory.fd(), kUser, kUser) == 0);
    acting_.emplace(kUser, kUser);
  }

 private:
  std::optional<ActingAs> acting_;
};

}  // namespace

TEST_CASE("a tree is removed with files of all kinds, and what its links name stays",
          "[directories]") {
  const TestDirectory directory;
  directory.make_directory("outside");
  directory.write("outside/file", 1);
  for (const char* name : {"tree", "tree/a", "tree/a/empty", "tree/b"})
    directory.make_directory(name);
  directory.write("tree/file", 1);
  directory.write("tree/a/file", 1);
  REQUIRE(::mkfifo(directory.path("tree/b/pipe").c_str(), 0600) == 0);
  fs::create_directory_symlink(directory.path("outside"), directory.path("tree/a/link"));
  fs::create_hard_link(directory.path("outside/file"), directory.path("tree/b/file"));
  remove(directory, "tree");
  CHECK_FALSE(has(directory, "tree"));
  CHECK(has(directory, "outside/file"));
}

TEST_CASE("a file is not removed as a directory", "[directories]") {
  const TestDirectory directory;
  directory.make_directory("outside");
  directory.write("outside/file", 1);
  fs::create_directory_symlink(directory.path("outside"), directory.path("link"));
  remove(directory, "link");
  remove(directory, "nothing");
  CHECK(has(directory, "link"));
  CHECK(has(directory, "outside/file"));
}

TEST_CASE("a deep tree needs neither descriptors nor stack to be removed", "[directories]") {
  const TestDirectory directory;
  directory.dig("d", 3000);
  {
    const Limited descriptors(RLIMIT_NOFILE, 32);
    const Limited stack(RLIMIT_STACK, 256 << 10);
    remove(directory, "d");
  }
  CHECK_FALSE(has(directory, "d"));
}

TEST_CASE("directories that their owner closed are removed", "[directories]") {
  const TestDirectory directory;
  const OrdinaryUser user(directory);
  for (const char* name : {"tree", "tree/a", "tree/a/b", "tree/a/empty", "tree/c"}) {
    directory.make_directory(name);
    directory.write(std::string(name) + "/file", 1);
  }
  fs::remove(directory.path("tree/a/empty/file"));
  const mode_t mode = GENERATE(0000, 0600, 0500, 0400, 0300);
  for (const char* name : {"tree/a/b", "tree/a/empty", "tree/a", "tree/c", "tree"}) {
    REQUIRE(::chmod(directory.path(name).c_str(), mode) == 0);
  }
  remove(directory, "tree");
  CHECK_FALSE(has(directory, "tree"));
}

TEST_CASE("a file that cannot be removed stays with its mode, and everything else is removed",
          "[directories]") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can make what its user cannot remove");
    return;
  }
  const TestDirectory directory;
  for (const char* name : {"tree", "tree/a", "tree/a/roots", "tree/b"}) {
    directory.make_directory(name);
    directory.write(std::string(name) + "/file", 1);
  }
  for (const char* name : {"tree", "tree/a", "tree/b"}) {
    REQUIRE(::chown(directory.path(name).c_str(), kUser, kUser) == 0);
  }
  fs::permissions(directory.path("tree/a"), fs::perms::none);
  {
    const OrdinaryUser user(directory);
    remove(directory, "tree");
  }
  CHECK(has(directory, "tree/a/roots/file"));
  CHECK(fs::status(directory.path("tree/a")).permissions() == fs::perms::none);
  CHECK_FALSE(has(directory, "tree/a/file"));
  CHECK_FALSE(has(directory, "tree/b"));
}

}  // namespace dynsessions::sandbox
