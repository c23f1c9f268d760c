#include "emulator/app/ready_file.h"

#include <filesystem>
#include <iterator>
#include <string>

#include "emulator/config/config.h"
#include "tests/support/catch.h"
#include "tests/unit/tls/temporary_directory.h"

namespace dynsessions {
namespace {

namespace fs = std::filesystem;

using tls::content_of;
using tls::set_content;

TEST_CASE("the ready file exists from write() to the end, and its directory has no other file",
          "[app]") {
  const tls::TemporaryDirectory directory;
  const fs::path path = directory.path() / "ready.json";
  {
    ReadyFile file(path);
    CHECK_FALSE(fs::exists(path));
    file.write("a line\n");
    CHECK(content_of(path) == "a line\n");
    CHECK(std::distance(fs::directory_iterator(directory.path()), {}) == 1);
  }
  CHECK(fs::is_empty(directory.path()));
}

TEST_CASE("a ready file that an earlier server left is removed at once", "[app]") {
  const tls::TemporaryDirectory directory;
  const fs::path path = directory.path() / "ready.json";
  set_content(path, "of a server that was killed");
  const ReadyFile file(path);
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("the ready file of a later server stays", "[app]") {
  const tls::TemporaryDirectory directory;
  const fs::path path = directory.path() / "ready.json";
  {
    ReadyFile file(path);
    file.write("mine");
    set_content(directory.path() / "other", "of a later server");
    fs::rename(directory.path() / "other", path);
  }
  CHECK(content_of(path) == "of a later server");
}

TEST_CASE("a ready file that cannot be written is refused by name", "[app]") {
  const tls::TemporaryDirectory directory;
  const auto [name, why] = GENERATE(table<std::string, std::string>({
      {"missing/ready.json", "No such file or directory"},
      {".", "it is a directory"},
      {"/proc/ready.json", "No such file or directory"},
  }));
  const fs::path path = directory.path() / name;
  DYNAMIC_SECTION(name) {
    std::string message;
    try {
      const ReadyFile file(path);
    } catch (const config::ConfigError& error) {
      message = error.what();
    }
    CHECK_THAT(message,
               Catch::StartsWith("--ready-file: cannot write `" + path.string() + "`: " + why));
  }
}

TEST_CASE("without a ready file nothing is written", "[app]") {
  ReadyFile file("");
  CHECK_NOTHROW(file.write("a line"));
}

TEST_CASE("a ready file with a secret is for its owner", "[app]") {
  const tls::TemporaryDirectory directory;
  const fs::path path = directory.path() / "ready.json";
  ReadyFile file(path);
  file.write("a secret", ReadyFile::Readers::owner);
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

}  // namespace
}  // namespace dynsessions
