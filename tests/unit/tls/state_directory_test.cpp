#include "emulator/tls/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tests/support/catch.h"
#include "tests/unit/tls/temporary_directory.h"

namespace dynsessions::tls {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a state directory and what leads there are made for their owner alone", "[tls][state]") {
  const TemporaryDirectory temporary;
  const mode_t previous = ::umask(0);
  const auto directory = StateDirectory::at(temporary.path() / "a" / "b" / "");
  directory.write("file", "content");
  ::umask(previous);
  CHECK(directory.path() == temporary.path() / "a" / "b");
  CHECK(mode_of(temporary.path() / "a") == 0700);
  CHECK(mode_of(temporary.path() / "a" / "b") == 0700);
  CHECK(mode_of(temporary.path() / "a" / "b" / "file") == 0600);
}

TEST_CASE("a file reads as it was last written, and one that is not there as nothing",
          "[tls][state]") {
  const TemporaryDirectory temporary;
  const auto directory = StateDirectory::at(temporary.path());
  CHECK_FALSE(directory.read("file"));
  directory.write("file", "the first content");
  directory.write("file", "second");
  CHECK(directory.read("file") == "second");
  CHECK_FALSE(fs::exists(temporary.path() / "file.tmp"));
}

TEST_CASE("unfinished files of a killed server are ignored", "[tls][state]") {
  const TemporaryDirectory temporary;
  const auto directory = StateDirectory::at(temporary.path());
  set_content(temporary.path() / "file.tmp", "half of something that was longer");
  fs::permissions(temporary.path() / "file.tmp", fs::perms::all);
  directory.write("file", "whole");
  CHECK(directory.read("file") == "whole");
  CHECK(mode_of(temporary.path() / "file") == 0600);
}

TEST_CASE("one holder of the lock keeps others out until it lets go", "[tls][state]") {
  const TemporaryDirectory temporary;
  const auto directory = StateDirectory::at(temporary.path());
  const std::string file = temporary.path() / "lock";
  const UniqueFd other(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  {
    const UniqueFd held = directory.lock();
    CHECK(::flock(other.get(), LOCK_EX | LOCK_NB) != 0);
  }
  CHECK(::flock(other.get(), LOCK_EX | LOCK_NB) == 0);
}

TEST_CASE("a directory that cannot be used is refused by name and reason", "[tls][state]") {
  const TemporaryDirectory temporary;
  set_content(temporary.path() / "file", "");
  fs::create_symlink("elsewhere", temporary.path() / "link");
  struct Row {
    fs::path path;
    std::string named, reason;
  };
  const std::vector<Row> rows{{temporary.path() / "file", "file", "Not a directory"},
                              {temporary.path() / "file" / "below", "file", "Not a directory"},
                              {temporary.path() / "link", "link", "No such file"},
                              {"/proc/none/state", "/proc/none", "No such file"}};
  for (const Row& row : rows) {
    INFO(row.path);
    CHECK_THROWS_WITH(StateDirectory::at(row.path),
                      Catch::Contains(row.named) && Catch::Contains(row.reason));
  }
}

TEST_CASE("a file that is a link is neither followed nor overwritten", "[tls][state]") {
  const TemporaryDirectory temporary;
  const auto directory = StateDirectory::at(temporary.path() / "state");
  set_content(temporary.path() / "precious", "untouched");
  fs::create_symlink(temporary.path() / "precious", directory.path() / "file");
  fs::create_symlink(temporary.path() / "precious", directory.path() / "file.tmp");
  CHECK_THROWS_AS(directory.read("file"), StateError);
  CHECK_THROWS_AS(directory.write("file", "content"), StateError);
  CHECK(content_of(temporary.path() / "precious") == "untouched");
}

TEST_CASE("a temporary state directory is private and goes with its owner", "[tls][state]") {
  fs::path path;
  {
    auto first = StateDirectory::temporary();
    path = first.path();
    const StateDirectory directory(std::move(first));
    CHECK(directory.is_temporary());
    CHECK(mode_of(path) == 0700);
    directory.write("file", "content");
    CHECK(directory.read("file") == "content");
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("the directory of a killed server is removed with the next temporary one",
          "[tls][state]") {
  const TemporaryDirectory temporary;
  const fs::path abandoned = temporary.path() / "dynsessions-state-killed";
  const fs::path young = temporary.path() / "dynsessions-state-young";
  const fs::path foreign = temporary.path() / "somebody-else";
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (const fs::path& path : {abandoned, young, foreign}) {
    fs::create_directories(path / "below");
    if (path != young) fs::last_write_time(path, long_ago);
  }
  ::setenv("TMPDIR", temporary.path().c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread
  const auto living = StateDirectory::temporary();
  fs::last_write_time(living.path(), long_ago);
  const auto other = StateDirectory::temporary();
  ::unsetenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): one thread
  CHECK_FALSE(fs::exists(abandoned));
  CHECK(fs::exists(young));
  CHECK(fs::exists(foreign));
  CHECK(fs::exists(living.path()));
  CHECK(fs::exists(other.path()));
}

TEST_CASE("a state directory that was named stays when its owner goes", "[tls][state]") {
  const TemporaryDirectory temporary;
  static_cast<void>(StateDirectory::at(temporary.path() / "state"));
  CHECK(fs::exists(temporary.path() / "state"));
}

}  // namespace
}  // namespace dynsessions::tls
