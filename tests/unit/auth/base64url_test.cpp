#include "emulator/auth/base64url.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::auth {
namespace {

TEST_CASE("bytes become base64url without padding, and back", "[auth][base64url]") {
  const auto [bytes, text] = GENERATE(table<std::string, std::string>({
      {"", ""},
      {"f", "Zg"},
      {"fo", "Zm8"},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg"},
      {"\xFB\xFF\xBF", "-_-_"},
      {std::string("\0\0\0\0", 4), "AAAAAA"},
      {"\xFF\xFF", "__8"},
  }));
  DYNAMIC_SECTION(text) {
    CHECK(encode_base64url(bytes) == text);
    CHECK(decode_base64url(text) == bytes);
  }
}

TEST_CASE("a text that is not base64url is not decoded", "[auth][base64url]") {
  const auto text = GENERATE(values<std::string>({
      "Z",         // six bits are not a byte
      "Zm9vY",     // as above, after a group
      "Zg==",      // padded
      "Zm9v\n",    // a line end
      "+/+/",      // the standard alphabet
      "Zm 9v",     // a blank
      "Zh",        // leftover bits
      "Zm9v\xC3",  // not ASCII
  }));
  DYNAMIC_SECTION(text) { CHECK_FALSE(decode_base64url(text)); }
}

}  // namespace
}  // namespace dynsessions::auth
