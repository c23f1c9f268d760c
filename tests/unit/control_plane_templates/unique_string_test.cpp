#include "emulator/control_plane_templates/unique_string.h"

#include "tests/support/catch.h"

namespace dynsessions::control_plane_templates {
namespace {

TEST_CASE("uniqueString gives the values that the Bicep compiler gave to others", "[templates]") {
  // From the author of a port of the function, who compared it with the compiler.
  CHECK(unique_string("test") == "rbgf3xv4ufgzg");
  CHECK(unique_string("abc") == "cgtzqvhu4i23s");
  CHECK(unique_string("hello-world") == "a7wkljktk6wne");
  CHECK(unique_string("foo-bar-baz") == "xzi4ioaxtmth4");
  CHECK(unique_string("/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/my-rg") ==
        "bmg7c6xu4tw46");
}

TEST_CASE("uniqueString has 13 letters or digits for texts of every length", "[templates]") {
  for (std::size_t length = 0; length < 20; ++length) {
    const std::string value = unique_string(std::string(length, 'x'));
    CHECK(value.size() == 13);
    CHECK(value.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos);
  }
}

TEST_CASE("guid is a UUID of version 5 in the documented namespace", "[templates]") {
  // python3 -c "import uuid; print(uuid.uuid5(uuid.UUID('11fb06fb-…'), 'a-b'))"
  CHECK(stable_guid("a-b") == "2d796349-8c7e-55ec-9624-54ece82ed031");
}

}  // namespace
}  // namespace dynsessions::control_plane_templates
