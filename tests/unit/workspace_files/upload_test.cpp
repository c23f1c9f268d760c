#include <filesystem>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/unit/workspace_files/test_tree.h"
#include "tests/unit/workspace_files/tmpfs.h"

namespace dynsessions::workspace_files {
namespace {

TEST_CASE("a committed upload is in place with its content, name and size", "[files]") {
  const TestTree tree;
  const auto info = upload(tree.root(), at("a.txt"), "testing");
  REQUIRE(info.has_value());
  CHECK(info->name == "a.txt");
  CHECK(info->directory == ".");
  CHECK(info->size == 7);
  CHECK(content_of(tree, "a.txt") == "testing");
  CHECK(names_in(tree.root(), Depth::recursive) == std::vector<std::string>{"a.txt"});
}

TEST_CASE("an upload in pieces is one file, and an empty one is a file too", "[files]") {
  const TestTree tree;
  Upload pieces = Upload::begin(tree.root(), at("pieces")).value();
  for (const std::string_view piece : {"one ", "", "two"}) REQUIRE(pieces.write(piece).has_value());
  REQUIRE(pieces.commit().has_value());
  CHECK(content_of(tree, "pieces") == "one two");
  REQUIRE(upload(tree.root(), at("empty"), "").has_value());
  CHECK(content_of(tree, "empty").empty());
}

TEST_CASE("an upload makes the directories that are missing", "[files]") {
  const TestTree tree;
  tree.make_directory("a");
  const auto info = upload(tree.root(), at("a/b/c/x"), "deep");
  REQUIRE(info.has_value());
  CHECK(info->directory == "a/b/c");
  CHECK(content_of(tree, "a/b/c/x") == "deep");
}

TEST_CASE("an upload replaces a file and a link, and never writes through the link", "[files]") {
  const TestTree tree;
  tree.write("file", "a longer content than the new one");
  tree.link(tree.canary_path(), "link");
  for (const char* name : {"file", "link"}) {
    REQUIRE(upload(tree.root(), at(name), "new").has_value());
    CHECK(content_of(tree, name) == "new");
  }
  CHECK_FALSE(std::filesystem::is_symlink(tree.path("link")));
  CHECK(std::filesystem::file_size(tree.canary_path()) == kCanary.size());
}

TEST_CASE("an upload over a directory or through a file is refused and leaves nothing", "[files]") {
  const TestTree tree;
  tree.make_directory("sub");
  tree.write("file", "old");
  CHECK(code_of(upload(tree.root(), at("sub"), "x")) == ErrorCode::not_a_regular_file);
  CHECK(code_of(upload(tree.root(), at(""), "x")) == ErrorCode::not_a_regular_file);
  CHECK(upload(tree.root(), at("file/below"), "x").has_error());
  CHECK(content_of(tree, "file") == "old");
  CHECK(names_in(tree.root(), Depth::recursive).size() == 2);
}

TEST_CASE("an upload is invisible until it is committed", "[files]") {
  const TestTree tree;
  tree.write("a", "old");
  Upload upload = Upload::begin(tree.root(), at("a")).value();
  REQUIRE(upload.write(std::string_view("new")).has_value());
  CHECK(content_of(tree, "a") == "old");
  CHECK(names_in(tree.root(), Depth::recursive).size() == 1);
  REQUIRE(upload.commit().has_value());
  CHECK(content_of(tree, "a") == "new");
}

TEST_CASE("a dropped upload leaves neither a file nor a directory", "[files]") {
  const TestTree tree;
  {
    Upload dropped = Upload::begin(tree.root(), at("new/directory/x")).value();
    REQUIRE(dropped.write(std::string_view("bytes")).has_value());
  }
  CHECK(std::filesystem::is_empty(tree.path()));
}

TEST_CASE("files and directories have the usual modes whatever the umask is", "[files]") {
  const TestTree tree;
  const mode_t previous = ::umask(0777);
  const auto info = upload(tree.root(), at("d/x"), "x");
  ::umask(previous);
  REQUIRE(info.has_value());
  CHECK(std::filesystem::status(tree.path("d")).permissions() == std::filesystem::perms{0755});
  CHECK(std::filesystem::status(tree.path("d/x")).permissions() == std::filesystem::perms{0644});
}

TEST_CASE("files that a root server makes belong to the owner of the tree", "[files]") {
  if (::geteuid() != 0) {
    WARN("skipped: needs root");
    return;
  }
  const TestTree tree;
  REQUIRE(::fchown(tree.root(), 12'345, 12'346) == 0);
  REQUIRE(upload(tree.root(), at("d/x"), "x").has_value());
  for (const char* name : {"d", "d/x"}) {
    struct stat status {};
    REQUIRE(::stat(tree.path(name).c_str(), &status) == 0);
    CHECK(status.st_uid == 12'345);
    CHECK(status.st_gid == 12'346);
  }
  // Made as root again.
  const UniqueFd mine(::openat(tree.root(), "mine", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  struct stat status {};
  REQUIRE(::fstat(mine.get(), &status) == 0);
  CHECK(status.st_uid == 0);
}

std::uint64_t free_bytes(int root) {
  struct statvfs status {};
  REQUIRE(::fstatvfs(root, &status) == 0);
  return status.f_bfree * status.f_bsize;
}

TEST_CASE("root uploads into a tree of a user namespace in which root has no id", "[files]") {
  const UniqueFd root = tmpfs_of_user_namespace(12'345);
  if (!root) {
    WARN("skipped: needs root and user namespaces");
    return;
  }
  const auto info = upload(root.get(), at("d/x"), "x");
  REQUIRE(info.has_value());
  struct stat status {};
  REQUIRE(::fstatat(root.get(), "d/x", &status, 0) == 0);
  CHECK(status.st_uid == 12'345);
  CHECK(upload(root.get(), at("d/x"), "again").has_value());
  CHECK(list(root.get(), at(""), Depth::recursive).value().files.size() == 2);
  CHECK(open_for_reading(root.get(), at("d/x")).value().size == 5);
  CHECK(remove(root.get(), at("d/x")).has_value());
}

TEST_CASE("an upload over the quota is refused as storage_full and gives its room back",
          "[files]") {
  const UniqueFd root = small_tmpfs();
  if (!root) {
    WARN("skipped: needs the right to mount a tmpfs");
    return;
  }
  const auto free_before = free_bytes(root.get());
  CHECK(code_of(upload(root.get(), at("d/big"), std::string(1 << 20, 'x') + "x")) ==
        ErrorCode::storage_full);
  CHECK(names_in(root.get(), Depth::recursive).empty());
  CHECK(free_bytes(root.get()) == free_before);
  CHECK(upload(root.get(), at("d/small"), "x").has_value());
}

TEST_CASE("an upload into a tree without a free inode is refused as storage_full", "[files]") {
  const UniqueFd root = small_tmpfs();
  if (!root) {
    WARN("skipped: needs the right to mount a tmpfs");
    return;
  }
  Result<FileInfo> last = upload(root.get(), at("0"), "");
  for (int i = 1; i < 32 && last.has_value(); ++i)
    last = upload(root.get(), at(std::to_string(i)), "");
  REQUIRE(last.has_error());
  CHECK(code_of(last) == ErrorCode::storage_full);
  REQUIRE(remove(root.get(), at("0")).has_value());
  CHECK(upload(root.get(), at("again"), "").has_value());
}

TEST_CASE("a quota bounds what is there and the upload together, bytes and names", "[files]") {
  constexpr std::size_t kKiB = 1024;
  const TestTree tree;
  tree.make_directory("directory");
  tree.write("directory/there", std::string(40 * kKiB, 'x'));
  const auto bounded = [&](const char* name, const Quota& quota, std::size_t bytes) {
    auto begun = Upload::begin(tree.root(), at(name), quota);
    if (!begun) return Result<FileInfo>(begun.error());
    auto written = begun->write(std::string(bytes, 'x'));
    if (!written) return Result<FileInfo>(written.error());
    return begun->commit();
  };
  CHECK(bounded("fits", {128 * kKiB, 100}, 60 * kKiB).has_value());
  CHECK(code_of(bounded("large", {128 * kKiB, 100}, 60 * kKiB)) == ErrorCode::storage_full);
  CHECK(code_of(bounded("full", {90 * kKiB, 100}, 0)) == ErrorCode::storage_full);
  CHECK(bounded("last", {256 * kKiB, 4}, 0).has_value());
  CHECK(code_of(bounded("many", {256 * kKiB, 4}, 0)) == ErrorCode::storage_full);
  CHECK(names_in(tree.root(), Depth::immediate) ==
        std::vector<std::string>{"directory", "fits", "last"});
}

}  // namespace
}  // namespace dynsessions::workspace_files
