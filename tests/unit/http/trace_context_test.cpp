#include "emulator/http/trace_context.h"

#include <string>

#include "tests/support/catch.h"

namespace dynsessions::http {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kParent = "00f067aa0ba902b7";
const std::string kValid = "00-" + kTrace + "-" + kParent + "-01";

TEST_CASE("a valid traceparent is kept as it is, without blanks around it", "[http][trace]") {
  CHECK(valid_traceparent(kValid) == kValid);
  CHECK(valid_traceparent(" \t" + kValid + " ") == kValid);
  const std::string later = "01-" + kTrace + "-" + kParent + "-ff-more.of-it";
  CHECK(valid_traceparent(later) == later);
}

TEST_CASE("a traceparent that must be ignored is none", "[http][trace]") {
  CHECK(valid_traceparent(std::nullopt).empty());
  const std::string zeros32(32, '0');
  const std::string zeros16(16, '0');
  const std::string bad = GENERATE_COPY(
      as<std::string>{}, "", " ", "00", kTrace,  //
      "00-" + kTrace + "-" + kParent,            // no flags
      "00-" + kTrace + "-" + kParent + "-0", "00-" + kTrace + "-" + kParent + "-01-more",
      "00-" + kTrace + "-" + kParent + "-012", "01-" + kTrace + "-" + kParent + "-01.more",
      "01-" + kTrace + "-" + kParent + "-01-a b", "01-" + kTrace + "-" + kParent + "-01-\x80",
      "01-" + kTrace + "-" + kParent + "-01-" + std::string(80, 'x'),
      "ff-" + kTrace + "-" + kParent + "-01", "00-" + zeros32 + "-" + kParent + "-01",
      "00-" + kTrace + "-" + zeros16 + "-01", "00_" + kTrace + "-" + kParent + "-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kParent + "-01",
      "0g-" + kTrace + "-" + kParent + "-01", "00-" + kTrace + "-" + kParent + "-0g");
  INFO(bad);
  CHECK(valid_traceparent(bad).empty());
}

}  // namespace
}  // namespace dynsessions::http
