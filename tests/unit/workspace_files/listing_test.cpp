#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/unit/workspace_files/test_tree.h"
#include "tests/unit/workspace_files/tmpfs.h"

namespace dynsessions::workspace_files {
namespace {

using Names = std::vector<std::string>;

struct statx status_of(const TestTree& tree, const std::string& name) {
  struct statx status {};
  const std::string path = tree.path(name);
  REQUIRE(::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BTIME, &status) == 0);
  return status;
}

bool same_time(const statx_timestamp& left, const statx_timestamp& right) {
  return left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec;
}

/// Makes `later`, again and again, until the file system's clock tells it from `earlier`.
void write_after(const TestTree& tree, const std::string& earlier, const std::string& later) {
  do {
    std::filesystem::remove(tree.path(later));
    tree.write(later, "x");
  } while (same_time(status_of(tree, earlier).stx_btime, status_of(tree, later).stx_btime));
}

TEST_CASE("an empty tree lists nothing", "[files]") {
  const TestTree tree;
  CHECK(names_in(tree.root(), Depth::immediate).empty());
  CHECK(names_in(tree.root(), Depth::recursive).empty());
}

TEST_CASE("entries are listed in the order of their creation, not of name or change", "[files]") {
  const TestTree tree;
  tree.write("z", "x");
  if ((status_of(tree, "z").stx_mask & STATX_BTIME) == 0) {
    WARN("skipped: this file system does not remember when a file was made");
    return;
  }
  write_after(tree, "z", "m");
  write_after(tree, "m", "a");
  tree.write("z", "changed last");
  CHECK(names_in(tree.root(), Depth::immediate) == Names{"z", "m", "a"});
}

TEST_CASE("entries can be listed in the order of their names", "[files]") {
  const TestTree tree;
  tree.write("z", "");
  tree.make_directory("m");
  tree.write("m/2", "");
  tree.write("m/1", "");
  tree.write("a", "");
  Names names;
  for (const FileInfo& file :
       list(tree.root(), at(""), Depth::recursive, Order::names).value().files) {
    names.push_back(file.name);
  }
  CHECK(names == Names{"a", "m", "1", "2", "z"});
}

TEST_CASE("entries made in the same tick of the clock keep the order of their creation",
          "[files]") {
  const UniqueFd root = small_tmpfs();
  if (!root) {
    WARN("skipped: needs the right to mount a tmpfs");
    return;
  }
  const Names names = {"j", "i", "h", "g", "f", "e", "d", "c", "b", "a"};
  for (const std::string& name : names)
    REQUIRE(UniqueFd(::openat(root.get(), name.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)));
  CHECK(names_in(root.get(), Depth::immediate) == names);
}

TEST_CASE("a listing without recursion has the directories but not what is in them", "[files]") {
  const TestTree tree;
  tree.make_directory("sub/deeper");
  tree.write("sub/x", "");
  CHECK(names_in(tree.root(), Depth::immediate) == Names{"sub"});
  CHECK(list(tree.root(), at(""), Depth::immediate).value().files.at(0).is_directory);
}

TEST_CASE("with recursion, the entries of a directory follow it", "[files]") {
  const TestTree tree;
  tree.make_directory("a");
  write_after(tree, "a", "a/1");
  tree.make_directory("a/b");
  tree.write("a/b/2", "");
  write_after(tree, "a/1", "last");
  const Names names = names_in(tree.root(), Depth::recursive);
  CHECK_THAT(names, Catch::UnorderedEquals(Names{"a", "a/1", "a/b", "a/b/2", "last"}));
  CHECK(names.front() == "a");
  CHECK(names.back() == "last");
  CHECK(std::find(names.begin(), names.end(), "a/b/2") ==
        std::next(std::find(names.begin(), names.end(), "a/b")));
}

TEST_CASE("a directory is listed with paths from the root", "[files]") {
  const TestTree tree;
  tree.make_directory("a/b");
  tree.write("a/b/x", "");
  const auto listing = list(tree.root(), at("a"), Depth::recursive).value().files;
  REQUIRE(listing.size() == 2);
  CHECK(listing[0].directory == "a");
  CHECK(listing[1].directory == "a/b");
  CHECK(listing[1].name == "x");
}

TEST_CASE("links and names that are not UTF-8 are left out, odd names are not", "[files]") {
  const TestTree tree;
  tree.write("bad\xFF", "");
  tree.write("bad\xED\xA0\x80", "");
  tree.link("odd", "link");
  tree.link("/", "root");
  const Names odd = {"-rf", " ", "a\nb", "\"quoted\"", "\u202Etxt", std::string(255, 'n'), "..."};
  for (const std::string& name : odd) tree.write(name, "");
  CHECK_THAT(names_in(tree.root(), Depth::recursive), Catch::UnorderedEquals(odd));
}

TEST_CASE("a tree deeper than any path is listed as far as paths reach", "[files]") {
  constexpr int kDepth = 500;  // low, because remove_all() needs a descriptor for each level
  const TestTree tree;
  UniqueFd directory(::fcntl(tree.root(), F_DUPFD_CLOEXEC, 0));
  for (int i = 0; i < kDepth; ++i) {
    REQUIRE(::mkdirat(directory.get(), "d", 0755) == 0);
    directory = UniqueFd(::openat(directory.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  CHECK(names_in(tree.root(), Depth::recursive).size() == DataPath::kMaxComponents);
}

TEST_CASE("entries that no path could name are counted", "[files]") {
  const TestTree tree;
  tree.write("seen", "");
  tree.write("\xFF", "");
  tree.make_directory("d");
  tree.write("d/\xC3", "");
  CHECK(list(tree.root(), at(""), Depth::immediate).value().unnameable == 1);
  CHECK(list(tree.root(), at(""), Depth::recursive).value().unnameable == 2);
  CHECK(list(tree.root(), at("d"), Depth::recursive).value().unnameable == 1);
}

TEST_CASE("a listing that would take too much memory is refused", "[files]") {
  const TestTree tree;
  // Every entry takes 3.8 KB for the path of its directory.
  std::string directory;
  for (int i = 0; i < 15; ++i) directory += std::string(255, 'd') + "/";
  tree.make_directory(directory);
  directory.pop_back();
  const UniqueFd bottom(::open(tree.path(directory).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  REQUIRE(bottom);
  const std::size_t enough = kMaxListingBytes / directory.size() + 1;
  for (std::size_t i = 0; i < enough; ++i) {
    const std::string name = std::to_string(i);
    const UniqueFd file(::openat(bottom.get(), name.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    REQUIRE(file);
  }
  const auto listing = list(tree.root(), at(""), Depth::recursive);
  REQUIRE(listing.has_error());
  CHECK(listing.error().code == ErrorCode::invalid_request);
  CHECK(listing.error().target == "path");
  CHECK(names_in(tree.root(), Depth::immediate).size() == 1);
}

TEST_CASE("a directory that may not be read is listed without its inside", "[files]") {
  const TestTree tree;
  tree.make_directory("closed");
  tree.write("closed/x", "");
  // Uses another user than root, so that permissions apply.
  if (::geteuid() == 0) REQUIRE(::fchown(tree.root(), 65'534, 65'534) == 0);
  if (::geteuid() == 0) REQUIRE(::chown(tree.path("closed").c_str(), 65'534, 65'534) == 0);
  REQUIRE(::chmod(tree.path("closed").c_str(), 0) == 0);
  CHECK(names_in(tree.root(), Depth::recursive) == Names{"closed"});
  CHECK(code_of(list(tree.root(), at("closed"), Depth::immediate)) == ErrorCode::invalid_request);
  REQUIRE(::chmod(tree.path("closed").c_str(), 0755) == 0);
}

}  // namespace
}  // namespace dynsessions::workspace_files
