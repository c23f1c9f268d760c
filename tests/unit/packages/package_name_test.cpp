#include "emulator/packages/package_name.h"

#include "tests/support/catch.h"

namespace dynsessions::packages::test {

TEST_CASE("names of packages that differ in case and separators only are one", "[packages]") {
  CHECK(normalized_name("Python.Docx") == "python-docx");
  CHECK(normalized_name("a-_.b") == "a-b");
  CHECK(normalized_name("xlsxwriter") == normalized_name("XlsxWriter"));
}

TEST_CASE("a requirement begins with the name of its package", "[packages]") {
  CHECK(leading_name("pandas[excel]>=2") == "pandas");
  CHECK(leading_name("typing_extensions") == "typing_extensions");
  CHECK(leading_name("./wheel.whl").empty());
  CHECK(leading_name("-r").empty());
  CHECK(leading_name("a- >1").empty());
  CHECK(leading_name("").empty());
}

}  // namespace dynsessions::packages::test
