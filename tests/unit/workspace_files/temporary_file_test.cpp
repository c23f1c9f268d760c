#include "emulator/workspace_files/temporary_file.h"

#include <filesystem>
#include <optional>

#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/unit/workspace_files/test_tree.h"

namespace dynsessions::workspace_files {
namespace {

using Create = TemporaryFile (*)(int);

/// All file systems here might support O_TMPFILE, so the test selects both ways by name.
struct Way {
  const char* what;
  Create create;
};

const Way kWays[] = {{"without a name", &TemporaryFile::create_unnamed},
                     {"with a temporary name", &TemporaryFile::create_named},
                     {"as the file system can", &TemporaryFile::create}};

TEST_CASE("a temporary file is placed over whatever file has the name", "[files]") {
  for (const Way& way : kWays) {
    DYNAMIC_SECTION(way.what) {
      const TestTree tree;
      tree.write("x", "old");
      std::optional<TemporaryFile> file(way.create(tree.root()));
      REQUIRE(*file);
      REQUIRE(::write(file->fd(), "new", 3) == 3);
      REQUIRE(file->place(tree.root(), "x"));
      file.reset();
      CHECK(content_of(tree, "x") == "new");
      CHECK(names_in(tree.root(), Depth::immediate) == std::vector<std::string>{"x"});
    }
  }
}

TEST_CASE("a temporary file that is dropped, moved or not placed leaves no name", "[files]") {
  for (const Way& way : kWays) {
    DYNAMIC_SECTION(way.what) {
      const TestTree tree;
      tree.make_directory("sub");
      {
        TemporaryFile first = way.create(tree.root());
        TemporaryFile second = way.create(tree.root());
        REQUIRE(first);
        second = std::move(first);
        const TemporaryFile third = std::move(second);
        TemporaryFile fourth = way.create(tree.root());
        CHECK_FALSE(fourth.place(tree.root(), "sub"));
      }
      CHECK(names_in(tree.root(), Depth::recursive) == std::vector<std::string>{"sub"});
    }
  }
}

}  // namespace
}  // namespace dynsessions::workspace_files
