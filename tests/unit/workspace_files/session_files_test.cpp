#include "emulator/workspace_files/session_files.h"

#include <filesystem>

#include <sys/stat.h>
#include <sys/types.h>

#include "tests/support/catch.h"
#include "tests/unit/workspace_files/test_tree.h"

namespace dynsessions::workspace_files {
namespace {

TEST_CASE("a file is read back byte for byte", "[files]") {
  const TestTree tree;
  const std::string bytes("\0\r\n\xFF text", 9);
  tree.make_directory("a/b");
  tree.write("a/b/c.bin", bytes);
  CHECK(open_for_reading(tree.root(), at("a/b/c.bin")).value().size == bytes.size());
  CHECK(content_of(tree, "a/b/c.bin") == bytes);
  CHECK(content_of(tree, "/mnt/data/a/b/c.bin") == bytes);
}

TEST_CASE("no more is read of a file than its size when opened, and than its present size",
          "[files]") {
  const TestTree tree;
  tree.write("file", "nine byte");
  const OpenFile file = open_for_reading(tree.root(), at("file")).value();
  CHECK(content_of(file) == "nine byte");
  tree.write("file", "nine bytes and more");
  CHECK(content_of(file) == "nine byte");
  tree.write("file", "nine");
  CHECK(content_of(file) == "nine");
}

TEST_CASE("a file and a directory are described by name, directory, size and time", "[files]") {
  const TestTree tree;
  tree.make_directory("sub");
  tree.write("sub/a.txt", "seven b");
  const timespec stamp{1'700'000'000, 123'456'700};
  const timespec times[] = {stamp, stamp};
  REQUIRE(::utimensat(tree.root(), "sub/a.txt", times, 0) == 0);

  const FileInfo file = stat(tree.root(), at("sub/a.txt")).value();
  CHECK(file.name == "a.txt");
  CHECK(file.directory == "sub");
  CHECK_FALSE(file.is_directory);
  CHECK(file.size == 7);
  CHECK(file.modified.time_since_epoch() == std::chrono::nanoseconds(1'700'000'000'123'456'700));

  const FileInfo directory = stat(tree.root(), at("sub")).value();
  CHECK(directory.name == "sub");
  CHECK(directory.directory == ".");
  CHECK(directory.is_directory);
  CHECK(directory.size == 4096);
}

TEST_CASE("every operation reports a missing file as not found", "[files]") {
  const TestTree tree;
  tree.write("file", "");
  for (const char* name : {"gone", "gone/too", "file/below"}) {
    INFO(name);
    CHECK(code_of(stat(tree.root(), at(name))) == ErrorCode::file_not_found);
    CHECK(code_of(open_for_reading(tree.root(), at(name))) == ErrorCode::file_not_found);
    CHECK(code_of(remove(tree.root(), at(name))) == ErrorCode::file_not_found);
    CHECK(code_of(list(tree.root(), at(name), Depth::immediate)) == ErrorCode::file_not_found);
  }
  CHECK(code_of(list(tree.root(), at("file"), Depth::immediate)) == ErrorCode::file_not_found);
}

TEST_CASE("an error names the file as the client does, never by its place on the host", "[files]") {
  const TestTree tree;
  const Error error = open_for_reading(tree.root(), at("/mnt/data/a/gone.txt")).error();
  CHECK(error.message == "There is no 'a/gone.txt' in /mnt/data.");
  CHECK(error.message.find("files-test") == std::string::npos);
  CHECK(error.reason.find("files-test") == std::string::npos);
}

TEST_CASE("a directory has no content and is not removed as a file", "[files]") {
  const TestTree tree;
  tree.make_directory("sub");
  for (const char* name : {"sub", "/", ""}) {
    INFO(name);
    CHECK(code_of(open_for_reading(tree.root(), at(name))) == ErrorCode::not_a_regular_file);
    CHECK(code_of(remove(tree.root(), at(name))) == ErrorCode::not_a_regular_file);
  }
  CHECK(std::filesystem::is_directory(tree.path("sub")));
}

TEST_CASE("a removed file is gone", "[files]") {
  const TestTree tree;
  tree.make_directory("sub");
  tree.write("sub/a", "x");
  REQUIRE(remove(tree.root(), at("sub/a")).has_value());
  CHECK_FALSE(std::filesystem::exists(tree.path("sub/a")));
  CHECK(code_of(remove(tree.root(), at("sub/a"))) == ErrorCode::file_not_found);
}

TEST_CASE("a sparse file of one tebibyte is sized and opened without being read", "[files]") {
  const TestTree tree;
  constexpr std::uint64_t kSize = std::uint64_t{1} << 40;
  tree.write("huge", "");
  std::filesystem::resize_file(tree.path("huge"), kSize);
  CHECK(stat(tree.root(), at("huge")).value().size == kSize);
  CHECK(list(tree.root(), at(""), Depth::immediate).value().files.at(0).size == kSize);
  CHECK(open_for_reading(tree.root(), at("huge")).value().size == kSize);
}

}  // namespace
}  // namespace dynsessions::workspace_files
