#include "emulator/base/printable.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

TEST_CASE("text that a terminal shows as itself stays as it is", "[base][printable]") {
  const auto text = GENERATE(values<std::string>(
      {"", "/files/a b.csv", "\"quoted\"", "größe.csv", "日本語.txt", "\xF0\x9F\x90\x8D"}));
  CHECK(printable(text) == text);
}

TEST_CASE("characters with an effect on a terminal are escaped", "[base][printable]") {
  const auto [text, shown] = GENERATE(table<std::string, std::string>({
      {"a\nb", "a\\u000ab"},
      {"\x1b[31m", "\\u001b[31m"},
      {"\x7f", "\\u007f"},
      {"\xC2\x9B", "\\u009b"},      // C1: the control sequence introducer
      {"\xE2\x80\xAE", "\\u202e"},  // reverses the text
      {"\xE2\x80\xA8", "\\u2028"},  // line separator
      {"\xEF\xBB\xBF", "\\ufeff"},
      {"\xF3\xA0\x81\x81", "\\U000e0041"},  // an invisible tag
      {"\\n", "\\\\n"},
      {"\xFF", "\xEF\xBF\xBD"},
  }));
  CHECK(printable(text) == shown);
}

TEST_CASE("a long text is cut, also in the middle of a character", "[base][printable]") {
  CHECK(printable("abcdef", 3) == "abc…");
  CHECK(printable("abc", 3) == "abc");
  CHECK(printable("ab\xC3\xA4", 3) == "ab\xEF\xBF\xBD…");
}

}  // namespace
}  // namespace dynsessions
