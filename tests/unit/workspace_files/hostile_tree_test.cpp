#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/unit/workspace_files/test_tree.h"

namespace dynsessions::workspace_files {
namespace {

std::string read_host_file(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char bytes[256];
  const auto size = ::read(fd.get(), bytes, sizeof bytes);
  REQUIRE(size >= 0);
  return {bytes, static_cast<std::size_t>(size)};
}

/// Checks that every access to `path` is refused.
void check_closed(const TestTree& tree, const std::string& path) {
  INFO(path);
  CHECK(stat(tree.root(), at(path)).has_error());
  CHECK(open_for_reading(tree.root(), at(path)).has_error());
  CHECK(list(tree.root(), at(path), Depth::recursive).has_error());
}

TEST_CASE("a symbolic link is never followed, whatever it points to", "[files]") {
  const TestTree tree;
  tree.write("inside", "inside");
  const std::vector<std::string> targets = {tree.canary_path(), "../canary", "inside",        "/",
                                            "nowhere",          "loop",      "/proc/self/cwd"};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::string name = "link" + std::to_string(i);
    tree.link(targets[i], name);
    check_closed(tree, name);
    CHECK(code_of(open_for_reading(tree.root(), at(name))) == ErrorCode::not_a_regular_file);
  }
}

TEST_CASE("a symbolic link to a directory is no way through", "[files]") {
  const TestTree tree;
  tree.make_directory("real");
  tree.write("real/x", "x");
  tree.link("/", "root");
  tree.link("..", "up");
  tree.link("real", "within");
  check_closed(tree, "root/etc/passwd");
  check_closed(tree, "up/canary");
  check_closed(tree, "within/x");
  CHECK(code_of(list(tree.root(), at("within"), Depth::immediate)) == ErrorCode::file_not_found);
  CHECK(upload(tree.root(), at("up/planted"), "x").has_error());
  CHECK(upload(tree.root(), at("within/planted"), "x").has_error());
  CHECK(remove(tree.root(), at("up/canary")).has_error());
  CHECK(read_host_file(tree.canary_path()) == kCanary);
  CHECK(std::filesystem::exists(tree.path("real/x")));
  CHECK_FALSE(std::filesystem::exists(tree.path("real/planted")));
  CHECK_FALSE(std::filesystem::exists(tree.path("../planted")));
}

TEST_CASE("the magic links of /proc lead nowhere", "[files]") {
  const TestTree tree;
  const UniqueFd canary(::open(tree.canary_path().c_str(), O_RDONLY | O_CLOEXEC));
  tree.link("/proc/self/fd/" + std::to_string(canary.get()), "descriptor");
  tree.link("/proc/self/root", "root");
  check_closed(tree, "descriptor");
  check_closed(tree, "root/etc/passwd");
  // Holds even if /proc itself is the tree.
  const UniqueFd self(::open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  CHECK(open_for_reading(self.get(), at("fd/" + std::to_string(canary.get()))).has_error());
  CHECK(open_for_reading(self.get(), at("exe")).has_error());
}

TEST_CASE("a removed link leaves what it pointed to", "[files]") {
  const TestTree tree;
  tree.link(tree.canary_path(), "link");
  REQUIRE(remove(tree.root(), at("link")).has_value());
  CHECK_FALSE(std::filesystem::is_symlink(tree.path("link")));
  CHECK(read_host_file(tree.canary_path()) == kCanary);
}

TEST_CASE("a pipe without a writer is refused at once", "[files]") {
  const TestTree tree;
  REQUIRE(::mkfifoat(tree.root(), "pipe", 0666) == 0);
  CHECK(code_of(stat(tree.root(), at("pipe"))) == ErrorCode::not_a_regular_file);
  CHECK(code_of(open_for_reading(tree.root(), at("pipe"))) == ErrorCode::not_a_regular_file);
  CHECK(code_of(remove(tree.root(), at("pipe"))) == ErrorCode::not_a_regular_file);
  CHECK(names_in(tree.root(), Depth::immediate).empty());
}

TEST_CASE("a socket is refused and not listed", "[files]") {
  const TestTree tree;
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  tree.path("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  REQUIRE(::bind(socket.get(), generic, sizeof address) == 0);
  CHECK(code_of(stat(tree.root(), at("socket"))) == ErrorCode::not_a_regular_file);
  CHECK(code_of(open_for_reading(tree.root(), at("socket"))) == ErrorCode::not_a_regular_file);
  CHECK(names_in(tree.root(), Depth::immediate).empty());
}

TEST_CASE("a reader who races a rename never gets a byte from outside", "[files]") {
  const TestTree tree;
  tree.write("x", "inside");
  tree.link(tree.canary_path(), "y");
  std::atomic<bool> done = false;
  std::atomic<int> swaps = 0;
  std::thread session([&] {
    while (!done) {
      if (::renameat2(tree.root(), "x", tree.root(), "y", RENAME_EXCHANGE) == 0) ++swaps;
    }
  });
  int served = 0;
  int leaked = 0;
  // On a busy machine one of the two threads might not run for a while.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto proves_nothing = [&] {
    return (served == 0 || swaps == 0) && std::chrono::steady_clock::now() < end;
  };
  for (int i = 0; i < 10'000 || proves_nothing(); ++i) {
    const auto file = open_for_reading(tree.root(), at("x"));
    if (!file) continue;
    char bytes[64];
    const auto size = ::read(file->fd.get(), bytes, sizeof bytes);
    const bool inside = std::string_view(bytes, static_cast<std::size_t>(size)) == "inside";
    ++(inside ? served : leaked);
  }
  done = true;
  session.join();
  CHECK(leaked == 0);
  CHECK(served > 0);
  CHECK(swaps > 0);
}

TEST_CASE("an upload that races a rename never lands outside", "[files]") {
  const TestTree tree;
  tree.make_directory("d");
  tree.link("..", "e");
  std::atomic<bool> done = false;
  std::thread session([&] {
    while (!done) ::renameat2(tree.root(), "d", tree.root(), "e", RENAME_EXCHANGE);
  });
  int landed = 0;
  // On a busy machine the other thread might not run for a while.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto proves_nothing = [&] { return landed == 0 && std::chrono::steady_clock::now() < end; };
  for (int i = 0; i < 2'000 || proves_nothing(); ++i) {
    landed += upload(tree.root(), at("d/planted"), "x").has_value();
  }
  done = true;
  session.join();
  CHECK(landed > 0);
  CHECK_FALSE(std::filesystem::exists(tree.path("../planted")));
}

}  // namespace
}  // namespace dynsessions::workspace_files
