#include "emulator/packages/package_list.h"

#include <stdexcept>

#include "tests/support/catch.h"

namespace dynsessions::packages::test {
namespace {

constexpr const char* kFacts = R"({
  "source": "a session",
  "modules": {"yaml": "pyyaml"},
  "shared_modules": {"google": "protobuf has google.protobuf"},
  "mistaken_modules": {"opencv": "cv2"},
  "own_modules": ["utils"],
  "windows_packages": ["pywin32"],
  "python_modules": ["tkinter"],
  "python": {"service": "3.12.7", "why": "older system"},
  "packages": {
    "numpy": {"service": "1.26.4"},
    "Typing.Extensions": {"service": "4.0.0", "why": "needed newer"},
    "requests": {"present": true, "why": "not seen"}
  }})";

}  // namespace

TEST_CASE("each pinned package knows what the service has and why it differs", "[packages]") {
  const auto list = read_package_list(
      "# The service's own.\nnumpy==1.26.4\n\n typing_extensions==4.16.0 # a reason\n"
      "requests==2.32.3\nidna==3.20",
      kFacts);
  CHECK(list.service_python == "3.12.7");
  CHECK(list.why_python == "older system");
  REQUIRE(list.packages.size() == 4);
  const auto [name, version, service_version, why, is_in_service] =
      GENERATE_COPY(from_range(list.packages.begin(), list.packages.end()));
  if (name == "numpy") {
    CHECK(version == "1.26.4");
    CHECK(service_version == "1.26.4");
    CHECK(why.empty());
  } else if (name == "typing_extensions") {
    CHECK(version == "4.16.0");
    CHECK(service_version == "4.0.0");
    CHECK(why == "needed newer");
  } else {
    CHECK(service_version.empty());
    CHECK(why == (name == "requests" ? "not seen" : ""));
  }
}

TEST_CASE("a damaged list is a failure of the program, named", "[packages]") {
  CHECK_THROWS_WITH(read_package_list("numpy>=1", kFacts), Catch::Contains("numpy>=1"));
  CHECK_THROWS_WITH(read_package_list("", "{"), Catch::Contains("service_packages.json"));
  CHECK_THROWS_WITH(read_package_list("", "{}"), Catch::Contains("service_packages.json"));
}

TEST_CASE("the list knows what the service has, and packages of modules by another name",
          "[packages]") {
  const auto list = read_package_list("numpy==1.26.4\nrequests==2.32.3\nidna==3.20", kFacts);
  CHECK(list.source == "a session");
  CHECK(list.packages[0].is_in_service);
  CHECK(list.packages[1].is_in_service);
  CHECK_FALSE(list.packages[2].is_in_service);
  CHECK(list.packages_of_modules.at("yaml") == "pyyaml");
  CHECK(list.shared_modules.at("google") == "protobuf has google.protobuf");
  CHECK(list.mistaken_modules.at("opencv") == "cv2");
  CHECK(list.own_modules.contains("utils"));
  CHECK(list.python_modules.contains("tkinter"));
  CHECK(list.windows_packages.contains("pywin32"));
}

}  // namespace dynsessions::packages::test
