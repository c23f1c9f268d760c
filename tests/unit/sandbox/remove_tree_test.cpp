#include "sandbox/folders/remove_tree.h"

#include <filesystem>
#include <optional>

#include <unistd.h>

#include <sys/resource.h>

#include "emulator/core/acting_as.h"
#include "tests/unit/sandbox/test_folder.h"

namespace dynsessions::sandbox {
namespace {

namespace fs = std::filesystem;
using test::TestFolder;

constexpr uid_t kUser = 12'345;

/// As long as it lives, this process has no more than so much of a resource.
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

bool has(const TestFolder& folder, const std::string& name) {
  return ::faccessat(folder.fd(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void remove(const TestFolder& folder, const char* name) { remove_tree(folder.fd(), name); }

/// Root may do everything whatever the mode: as root, the test is another user in its folder.
class OrdinaryUser {
 public:
  explicit OrdinaryUser(const TestFolder& folder) {
    if (::geteuid() != 0) return;
    REQUIRE(::fchown(folder.fd(), kUser, kUser) == 0);
    acting_.emplace(kUser, kUser);
  }

 private:
  std::optional<ActingAs> acting_;
};

}  // namespace

TEST_CASE("a tree is removed with files of all kinds, and what its links name stays", "[folders]") {
  const TestFolder folder;
  folder.make_folder("outside");
  folder.write("outside/file", 1);
  for (const char* name : {"tree", "tree/a", "tree/a/empty", "tree/b"}) folder.make_folder(name);
  folder.write("tree/file", 1);
  folder.write("tree/a/file", 1);
  REQUIRE(::mkfifo(folder.path("tree/b/pipe").c_str(), 0600) == 0);
  fs::create_directory_symlink(folder.path("outside"), folder.path("tree/a/link"));
  fs::create_hard_link(folder.path("outside/file"), folder.path("tree/b/file"));
  remove(folder, "tree");
  CHECK_FALSE(has(folder, "tree"));
  CHECK(has(folder, "outside/file"));
}

TEST_CASE("what is no folder is not removed as one", "[folders]") {
  const TestFolder folder;
  folder.make_folder("outside");
  folder.write("outside/file", 1);
  fs::create_directory_symlink(folder.path("outside"), folder.path("link"));
  remove(folder, "link");
  remove(folder, "nothing");
  CHECK(has(folder, "link"));
  CHECK(has(folder, "outside/file"));
}

TEST_CASE("a deep tree needs neither descriptors nor stack to be removed", "[folders]") {
  const TestFolder folder;
  folder.dig("d", 3000);
  {
    const Limited descriptors(RLIMIT_NOFILE, 32);
    const Limited stack(RLIMIT_STACK, 256 << 10);
    remove(folder, "d");
  }
  CHECK_FALSE(has(folder, "d"));
}

TEST_CASE("folders that their owner closed are removed", "[folders]") {
  const TestFolder folder;
  const OrdinaryUser user(folder);
  for (const char* name : {"tree", "tree/a", "tree/a/b", "tree/a/empty", "tree/c"}) {
    folder.make_folder(name);
    folder.write(std::string(name) + "/file", 1);
  }
  fs::remove(folder.path("tree/a/empty/file"));
  const mode_t mode = GENERATE(0000, 0600, 0500, 0400, 0300);
  for (const char* name : {"tree/a/b", "tree/a/empty", "tree/a", "tree/c", "tree"}) {
    REQUIRE(::chmod(folder.path(name).c_str(), mode) == 0);
  }
  remove(folder, "tree");
  CHECK_FALSE(has(folder, "tree"));
}

TEST_CASE("what cannot be removed stays with its mode, and everything else goes", "[folders]") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can make what its user cannot remove");
    return;
  }
  const TestFolder folder;
  for (const char* name : {"tree", "tree/a", "tree/a/roots", "tree/b"}) {
    folder.make_folder(name);
    folder.write(std::string(name) + "/file", 1);
  }
  for (const char* name : {"tree", "tree/a", "tree/b"}) {
    REQUIRE(::chown(folder.path(name).c_str(), kUser, kUser) == 0);
  }
  fs::permissions(folder.path("tree/a"), fs::perms::none);
  {
    const OrdinaryUser user(folder);
    remove(folder, "tree");
  }
  CHECK(has(folder, "tree/a/roots/file"));
  CHECK(fs::status(folder.path("tree/a")).permissions() == fs::perms::none);
  CHECK_FALSE(has(folder, "tree/a/file"));
  CHECK_FALSE(has(folder, "tree/b"));
}

}  // namespace dynsessions::sandbox
