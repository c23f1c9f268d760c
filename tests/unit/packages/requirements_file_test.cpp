#include "emulator/packages/requirements_file.h"

#include "tests/support/catch.h"

namespace dynsessions::packages::test {
namespace {

RequirementsFile file_of(std::string_view text) {
  auto file = RequirementsFile::parse(text);
  REQUIRE(file);
  return *std::move(file);
}

Requirement requirement_of(std::string_view text) {
  auto requirement = parse_requirement(text);
  REQUIRE(requirement);
  return *std::move(requirement);
}

constexpr std::string_view kFile =
    "# What the report needs.\n"
    "--index-url https://example.org/simple\n"
    "\n"
    "Plotly==5.24.1  # charts\n"
    "duckdb>=1; python_version < '3.13'\n"
    "tenacity==9.0.0  # needed by others\n";

}  // namespace

TEST_CASE("a requirements file has packages of people and those that they need", "[packages]") {
  const RequirementsFile file = file_of(kFile);
  REQUIRE(file.requirements().size() == 2);
  CHECK(file.requirements()[0].name == "plotly");
  CHECK(file.requirements()[0].text == "Plotly==5.24.1");
  CHECK(file.requirements()[1].name == "duckdb");
  REQUIRE(file.needed().size() == 1);
  CHECK(file.needed()[0].text == "tenacity==9.0.0");
  CHECK(file.text() == kFile);
}

TEST_CASE("pip gets the lines that mean something, with absolute paths", "[packages]") {
  const RequirementsFile file =
      file_of("# comment\n--no-index\n-f ./wheels\n--find-links=https://a.org/x\na==1 # why\n");
  CHECK(file.text_for_pip("/project") ==
        "--no-index\n--find-links /project/wheels\n--find-links https://a.org/x\na==1\n");
}

TEST_CASE("lines of people stay as they are unless they are changed", "[packages]") {
  RequirementsFile file = file_of(kFile);
  file.put(requirement_of("PLOTLY==6.0.0"));
  file.put(requirement_of("humanize"));
  CHECK(file.remove("duckdb"));
  CHECK_FALSE(file.remove("duckdb"));
  CHECK_FALSE(file.remove("tenacity"));
  file.set_needed({{"narwhals", "1.0"}});
  CHECK(file.text() ==
        "# What the report needs.\n"
        "--index-url https://example.org/simple\n"
        "\n"
        "PLOTLY==6.0.0\n"
        "humanize\n"
        "narwhals==1.0  # needed by others\n");
}

TEST_CASE("a directory of wheels replaces other places", "[packages]") {
  RequirementsFile file = file_of("--extra-index-url https://a.org\n--pre\na==1\n");
  REQUIRE(file.take_from("./wheels"));
  CHECK(file.text() == "--no-index\n--find-links ./wheels\n--pre\na==1\n");
}

TEST_CASE("a directory of wheels can have any name that pip can read", "[packages]") {
  const char* const path = GENERATE("./my wheels", "./it's", "./w#x", "./w\"q", "/a b/c 'd'");
  DYNAMIC_SECTION(path) {
    RequirementsFile file = file_of("a==1\n");
    REQUIRE(file.take_from(path));
    const RequirementsFile again = file_of(file.text());
    CHECK(again.text() == file.text());
    RequirementsFile same = again;
    REQUIRE(same.take_from(path));
    CHECK(same.text() == file.text());
  }
  for (const char* refused : {"./w #x", "./w\nx", "./w\\x", "./${HOME}"}) {
    CHECK_FALSE(file_of("a==1\n").take_from(refused));
  }
}

TEST_CASE("paths with blanks are one word for pip", "[packages]") {
  CHECK(file_of("-f './my wheels'\na\n").text_for_pip("/the project") ==
        "--find-links '/the project/my wheels'\na\n");
}

TEST_CASE("a package that has several lines gets one", "[packages]") {
  RequirementsFile file =
      file_of("a==1; python_version < '3.12'\nb\na==2; python_version >= '3.12'\n");
  file.put(requirement_of("a==3"));
  CHECK(file.text() == "a==3\nb\n");
  CHECK(file.requirements().size() == 2);
}

TEST_CASE("a version goes to the line without one", "[packages]") {
  RequirementsFile file = file_of("a; python_version < '3'\na  # why\n");
  file.pin(file.requirements()[1], "1.0");
  CHECK(file.text() == "a; python_version < '3'\na==1.0\n");
}

TEST_CASE("a byte order mark is no part of a name; UTF-16 is told", "[packages]") {
  CHECK(file_of("\xEF\xBB\xBF"
                "a==1\r\n")
            .text() == "a==1\n");
  const auto wide =
      RequirementsFile::parse(std::string_view("\xFF\xFE"
                                               "a\0=\0",
                                               6));
  REQUIRE_FALSE(wide);
  CHECK_THAT(wide.error().message, Catch::Contains("UTF-16"));
}

TEST_CASE("lines that are no package, or that the hash of the file would not cover, are refused",
          "[packages]") {
  struct Row {
    const char* line;
    const char* why;
  };
  const auto row = GENERATE(values<Row>({
      {"./local.whl", "is not the name of a package"},
      {"/abs/local.whl", "is not the name of a package"},
      {"two words", "is not the name of a package"},
      {"a==1 --hash=sha256:00", "has an option of pip in it"},
      {"-r other.txt", "not one of the options that a line can have"},
      {"-e .", "not one of the options that a line can have"},
      {"--index-url", "not one of the options that a line can have"},
      {"--no-index yes", "not one of the options that a line can have"},
      {"--index-url https://a.org/simple -r other.txt",
       "not one of the options that a line can have"},
      {"-f ./wheels -e .", "not one of the options that a line can have"},
      {"--find-links './wheels' -c other.txt", "not one of the options that a line can have"},
      {"--find-links \"./wheels", "not one of the options that a line can have"},
      {"--find-links a\\ b", "not one of the options that a line can have"},
      {"a==1 -r other.txt", "has an option of pip in it"},
      {"a @ file:///home/me/a.whl", "a place that can change"},
      {"a @ ./a.whl", "a place that can change"},
      {"a @ git+file:///home/me/a", "a place that can change"},
      {"a==1 \\", "cannot continue in the next one"},
      {"a[b", "is not the name of a package"},
      {"a=1", "is not the name of a package"},
      {"a!1", "is not the name of a package"},
  }));
  DYNAMIC_SECTION(row.line) {
    const auto file = RequirementsFile::parse("good==1\n" + std::string(row.line) + "\n");
    REQUIRE_FALSE(file);
    CHECK_THAT(file.error().message, Catch::StartsWith("line 2: "));
    CHECK_THAT(file.error().message, Catch::Contains(row.why));
  }
}

TEST_CASE("a requirement is exact, has a range, or takes any version", "[packages]") {
  struct Row {
    const char* text;
    bool is_exact_or_ranged;
  };
  const auto row = GENERATE(values<Row>({{"a", false},
                                         {"a[b, c]", false},
                                         {"a; python_version > '3'", false},
                                         {"a==1", true},
                                         {"a[b] >= 1, < 2", true},
                                         {"a @ https://a.org/a.whl#egg=a", true}}));
  DYNAMIC_SECTION(row.text) {
    const Requirement requirement = requirement_of(row.text);
    CHECK(requirement.name == "a");
    CHECK(requirement.text == row.text);
    CHECK(requirement.is_exact_or_ranged == row.is_exact_or_ranged);
  }
}

}  // namespace dynsessions::packages::test
