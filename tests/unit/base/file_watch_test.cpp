#include "emulator/base/file_watch.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/test_loop.h"
#include "tests/unit/tls/temporary_directory.h"

namespace dynsessions::test {
namespace {

namespace fs = std::filesystem;

using Directory = tls::TemporaryDirectory;

void write(const fs::path& path, const std::string& text = "text") { std::ofstream(path) << text; }

/// A change of the file `project/file`, after a state of the disk that `prepare` makes.
struct WatchedChange {
  const char* what;
  void (*prepare)(const fs::path& directory);
  void (*change)(const fs::path& directory);
};

void nothing(const fs::path&) {}
void make_project(const fs::path& at) { fs::create_directory(at / "project"); }
void make_file(const fs::path& at) {
  make_project(at);
  write(at / "project/file");
}
void make_link(const fs::path& at) {
  make_project(at);
  write(at / "target");
  fs::create_symlink("../target", at / "project/file");
}

constexpr WatchedChange kChanges[] = {
    {"a file is written", make_file, [](const fs::path& at) { write(at / "project/file", "new"); }},
    {"a file is made", make_project, [](const fs::path& at) { write(at / "project/file"); }},
    {"a file is removed", make_file, [](const fs::path& at) { fs::remove(at / "project/file"); }},
    {"another file gets the name", make_file,
     [](const fs::path& at) {
       write(at / "other");
       fs::rename(at / "other", at / "project/file");
     }},
    {"the permissions change", make_file,
     [](const fs::path& at) { fs::permissions(at / "project/file", fs::perms::none); }},
    {"the target of a link is written", make_link,
     [](const fs::path& at) { write(at / "target", "new"); }},
    {"a link gets another target", make_link,
     [](const fs::path& at) {
       fs::create_symlink("elsewhere", at / "link");
       fs::rename(at / "link", at / "project/file");
     }},
    {"the directory is made", nothing, make_project},
    {"the directory goes", make_file, [](const fs::path& at) { fs::remove_all(at / "project"); }},
    {"the directory gets another name", make_file,
     [](const fs::path& at) { fs::rename(at / "project", at / "other"); }},
};

}  // namespace

TEST_CASE("every change of a watched file is noticed", "[base][file_watch]") {
  const auto row = GENERATE(from_range(std::begin(kChanges), std::end(kChanges)));
  DYNAMIC_SECTION(row.what) {
    const Directory directory;
    row.prepare(directory.path());
    TestLoop loop;
    FileWatch watch(loop.executor(), directory.path() / "project/file");
    REQUIRE_FALSE(watch.start());
    row.change(directory.path());
    CHECK_FALSE(loop.run(watch.changed()));
  }
}

TEST_CASE("a file is watched in a directory that was made later, and made again",
          "[base][file_watch]") {
  const Directory directory;
  TestLoop loop;
  FileWatch watch(loop.executor(), directory.path() / "project/file");
  REQUIRE_FALSE(watch.start());
  for (int round = 0; round < 2; ++round) {
    make_project(directory.path());
    REQUIRE_FALSE(loop.run(watch.changed()));
    write(directory.path() / "project/file");
    REQUIRE_FALSE(loop.run(watch.changed()));
    fs::remove_all(directory.path() / "project");
    REQUIRE_FALSE(loop.run(watch.changed()));
  }
}

TEST_CASE("changes of neighbours are not reported, and stop() ends the wait",
          "[base][file_watch]") {
  const Directory directory;
  make_file(directory.path());
  TestLoop loop;
  FileWatch watch(loop.executor(), directory.path() / "project/file");
  REQUIRE_FALSE(watch.start());
  auto waiting = loop.start(watch.changed());
  write(directory.path() / "project/neighbour");
  loop.settle();
  CHECK_FALSE(waiting.done());
  watch.stop();
  CHECK(loop.finish(std::move(waiting)) == std::errc::operation_canceled);
}

}  // namespace dynsessions::test
