#include "emulator/http/text.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::http {
namespace {

TEST_CASE("a sentence becomes ASCII as the value of a header", "[http]") {
  CHECK(as_header_value("PUT …/script, 20 %") == "PUT .../script, 20 %");
  CHECK(as_header_value("ü\n\x7f") == "\\u00fc\\u000a\\u007f");
  CHECK(as_header_value("\xff") == "\\ufffd");
  CHECK(as_header_value("") == "");
}

TEST_CASE("lower_case converts ASCII letters only", "[http]") {
  CHECK(lower_case("Files/ÄZ-[9") == "files/Äz-[9");
}

}  // namespace
}  // namespace dynsessions::http
