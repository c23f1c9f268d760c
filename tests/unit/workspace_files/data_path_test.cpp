#include <optional>
#include <string>

#include "emulator/workspace_files/session_files.h"
#include "tests/support/catch.h"

namespace dynsessions::workspace_files {
namespace {

using namespace std::string_literals;

const std::string k255 = std::string(255, 'n');
const std::string k256 = std::string(256, 'n');

std::string repeated(const std::string& piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

struct PathRow {
  std::string what;
  std::string text;
  std::optional<std::string> expected;  ///< DataPath::text(), or nullopt if refused
};

const std::optional<std::string> kRefused;

const PathRow kRows[] = {
    {"nothing", "", "."},
    {"one slash", "/", "."},
    {"the listing's own name of the root", ".", "."},
    {"the data root", "/mnt/data", "."},
    {"the data root with a slash", "/mnt/data/", "."},
    {"a name", "a.txt", "a.txt"},
    {"a name after a slash", "/a.txt", "a.txt"},
    {"a name in the data root", "/mnt/data/a.txt", "a.txt"},
    {"directories", "a/b/c", "a/b/c"},
    {"directories in the data root", "/mnt/data/a/b", "a/b"},
    {"a name that only starts like the data root", "/mnt/database", "mnt/database"},
    {"a file below such a name", "/mnt/database/x", "mnt/database/x"},
    {"half of the data root", "/mnt", "mnt"},
    {"the data root without its slash is a directory", "mnt/data/x", "mnt/data/x"},
    {"the data root twice", "/mnt/data/mnt/data", "mnt/data"},
    {"another absolute path is below the root too", "/etc/passwd", "etc/passwd"},
    {"the prefix in capitals", "/MNT/DATA/x", "MNT/DATA/x"},
    {"two dots", "..", kRefused},
    {"two dots after a slash", "/..", kRefused},
    {"two dots in front", "../x", kRefused},
    {"two dots in the middle", "a/../b", kRefused},
    {"two dots at the end", "a/..", kRefused},
    {"out of the data root", "/mnt/data/../../etc/passwd", kRefused},
    {"the data root and two dots", "/mnt/data/..", kRefused},
    {"a dot in front", "./x", kRefused},
    {"a dot in the middle", "a/./b", kRefused},
    {"a dot in the data root", "/mnt/data/.", kRefused},
    {"a dot and a slash", "./", kRefused},
    {"a slash at the end", "a/", kRefused},
    {"a slash at the end in the data root", "/mnt/data/a/", kRefused},
    {"two slashes", "//", kRefused},
    {"two slashes in front", "//a", kRefused},
    {"two slashes in the middle", "a//b", kRefused},
    {"two slashes after the data root", "/mnt/data//a", kRefused},
    {"three dots are a name", "...", "..."},
    {"dots around a name", "..a..", "..a.."},
    {"a hidden file", ".hidden", ".hidden"},
    {"an escape that was not decoded is a name", "%2e%2e", "%2e%2e"},
    {"an escaped slash that was not decoded is part of a name", "%2e%2e%2fx", "%2e%2e%2fx"},
    {"a backslash is part of a name", "..\\x", "..\\x"},
    {"a backslash for every slash", "\\etc\\passwd", "\\etc\\passwd"},
    {"a drive letter", "C:\\x", "C:\\x"},
    {"a tilde", "~/x", "~/x"},
    {"a leading dash", "-rf", "-rf"},
    {"spaces", " a  b ", " a  b "},
    {"only a space", " ", " "},
    {"every character that the documents allow", "aZ09-_ .@$&=;,#%^()", "aZ09-_ .@$&=;,#%^()"},
    {"a newline", "a\nb", "a\nb"},
    {"Unicode", "größe/日本語/😀.txt", "größe/日本語/😀.txt"},
    {"text from right to left", "\u202Etxt.exe", "\u202Etxt.exe"},
    {"a name of 255 bytes", k255, k255},
    {"a name of 256 bytes", k256, kRefused},
    {"a directory of 256 bytes", k256 + "/x", kRefused},
    {"256 bytes in 128 characters", repeated("ü", 128), kRefused},
    {"128 components", repeated("a/", 127) + "a", repeated("a/", 127) + "a"},
    {"129 components", repeated("a/", 128) + "a", kRefused},
    {"4,095 bytes", repeated(k255 + "/", 15) + k255, repeated(k255 + "/", 15) + k255},
    {"4,097 bytes", repeated(k255 + "/", 16) + "a", kRefused},
    {"a NUL", "a\0b"s, kRefused},
    {"a NUL at the end", "a.txt\0"s, kRefused},
    {"a NUL before two dots", "a\0/../x"s, kRefused},
    {"only a NUL", "\0"s, kRefused},
    {"a lone continuation byte", "a\x80", kRefused},
    {"an overlong slash", "..\xC0\xAFx", kRefused},
    {"an overlong dot", "\xC0\xAE\xC0\xAE/x", kRefused},
    {"a surrogate", "\xED\xA0\x80", kRefused},
    {"a character cut off", "a\xE2\x82", kRefused},
    {"Latin-1", "gr\xF6\xDF"s + "e", kRefused},
};

TEST_CASE("a path is taken apart below the data root or refused", "[files]") {
  for (const PathRow& row : kRows) {
    DYNAMIC_SECTION(row.what) {
      const auto path = DataPath::parse(row.text, "path");
      REQUIRE(path.has_value() == row.expected.has_value());
      if (path) CHECK(path->text() == *row.expected);
    }
  }
}

TEST_CASE("a path that is refused names the parameter, and never repeats its bytes", "[files]") {
  const auto path = DataPath::parse("bad\xFFname", "filename");
  REQUIRE_FALSE(path.has_value());
  CHECK(path.error().code == ErrorCode::invalid_request);
  CHECK(path.error().target == "filename");
  CHECK(path.error().message == "The filename is not valid UTF-8.");
}

TEST_CASE("every text of a path is a path again, and the same one", "[files]") {
  for (const PathRow& row : kRows) {
    if (!row.expected) continue;
    INFO(row.what);
    CHECK(DataPath::parse(*row.expected, "path").value().text() == *row.expected);
  }
}

TEST_CASE("a path has a name, a parent and what is below it", "[files]") {
  const DataPath path = DataPath::parse("a/b/c.txt", "path").value();
  CHECK(path.name() == "c.txt");
  CHECK(path.parent().text() == "a/b");
  CHECK((path.parent() / DataPath::parse("x/y", "path").value()).text() == "a/b/x/y");
  CHECK((DataPath() / path).text() == "a/b/c.txt");
  CHECK((path / DataPath()).text() == "a/b/c.txt");
  CHECK(DataPath::parse("c.txt", "path").value().parent().is_root());
  CHECK(DataPath().parent().is_root());
}

}  // namespace
}  // namespace dynsessions::workspace_files
