#include "emulator/base/result.h"

#include <stdexcept>
#include <string>

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return invalid_request("The number must be even.", "number", "add one");
  return number / 2;
}

TEST_CASE("a result is a value or the reason why there is none", "[core][result]") {
  const auto value = half(6);
  REQUIRE(value);
  CHECK(*value == 3);

  const auto refusal = half(7);
  REQUIRE(refusal.has_error());
  CHECK(refusal.error().code == ErrorCode::invalid_request);
  CHECK(refusal.error().message == "The number must be even.");
  CHECK(refusal.error().target == "number");
  CHECK(refusal.error().reason == "add one");
}

TEST_CASE("reading the value of a refusal is a bug that names the refusal", "[core][result]") {
  CHECK_THROWS_AS(half(7).value(), std::logic_error);
  CHECK_THROWS_WITH(half(7).value(), "unchecked error: The number must be even.");
}

}  // namespace
}  // namespace dynsessions
