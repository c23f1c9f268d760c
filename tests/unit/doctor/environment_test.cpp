#include "emulator/doctor/environment.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "emulator/doctor/report.h"
#include "tests/support/catch.h"

namespace dynsessions::doctor::test {
namespace {

using namespace std::chrono_literals;

const packages::PackageList kExpected{
    "3.12.7",
    "older system",
    "a session",
    {{"numpy", "1.26.4", "1.26.4", "", true},
     {"Typing_Extensions", "4.16.0", "4.0.0", "needed newer", true}},
    {},
    {},
    {},
    {},
    {},
    {}};

EnvironmentFacts complete() {
  return {"3.11.2",
          {{"numpy", "1.26.4"}, {"typing-extensions", "4.16.0"}, {"matplotlib", "3.9.2"}},
          "",
          "",
          true};
}

Checks check(const EnvironmentFacts& facts) {
  return check_environment("/p/python3", facts, kExpected);
}

/// Returns the check of that name; fails the test if there is none.
Check find(const Checks& checks, const std::string& name) {
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&name](const Check& check) { return check.name == name; });
  REQUIRE(found != checks.end());
  return *found;
}

using Names = std::vector<std::string>;

Names names_of(const Checks& checks) {
  Names names;
  for (const Check& check : checks) names.push_back(check.name);
  return names;
}

/// A program with that text, in a separate directory.
class Program {
 public:
  explicit Program(const std::string& text) {
    std::string directory = std::filesystem::temp_directory_path() / "doctor-XXXXXX";
    REQUIRE(::mkdtemp(directory.data()) != nullptr);
    directory_ = directory;
    std::ofstream(path()) << text;
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::filesystem::path path() const { return directory_ / "python3"; }

 private:
  std::filesystem::path directory_;
};

}  // namespace

TEST_CASE("an environment that has everything is good throughout", "[doctor]") {
  const Checks checks = check(complete());
  CHECK(checks.size() == 5);
  for (const Check& each : checks) {
    INFO(each.name << ": " << each.finding);
    CHECK(each.section == "environment");
    CHECK(each.verdict == Verdict::good);
    CHECK(each.cure.empty());
  }
  CHECK(find(checks, "packages").finding == "2 of 2 as pinned");
  CHECK(find(checks, "python").finding ==
        "3.11.2 at /p/python3; the service has 3.12.7: older system");
}

TEST_CASE("the version of Python decides whether sessions can run", "[doctor]") {
  struct Row {
    const char* version;
    Verdict verdict;
  };
  const auto [version, verdict] = GENERATE(values<Row>({{"2.7.18", Verdict::bad},
                                                        {"3.10.12", Verdict::bad},
                                                        {"3.11.0", Verdict::good},
                                                        {"3.12.7", Verdict::good},
                                                        {"3.13.0rc1", Verdict::warning},
                                                        {"", Verdict::bad}}));
  DYNAMIC_SECTION("Python " << version) {
    EnvironmentFacts facts = complete();
    facts.python_version = version;
    const Check python = find(check(facts), "python");
    CHECK(python.verdict == verdict);
    CHECK(python.cure.empty() == (verdict == Verdict::good));
  }
}

TEST_CASE("missing packages are named, and one of another version with the one it should have",
          "[doctor]") {
  EnvironmentFacts facts = complete();
  facts.packages = {{"typing-extensions", "4.15.0"}, {"matplotlib", "1"}};
  const Checks checks = check(facts);
  CHECK(find(checks, "missing").finding == "numpy");
  CHECK(find(checks, "Typing_Extensions").finding ==
        "4.15.0; pinned is 4.16.0, the service has 4.0.0 (needed newer)");
  const Check packages = find(checks, "packages");
  CHECK(packages.finding == "0 of 2 as pinned");
  CHECK(packages.verdict == Verdict::warning);
  CHECK(packages.cure != "");
  CHECK(is_healthy(checks));
}

TEST_CASE("without the data stack as a whole there is one line, with a cure for those who need it",
          "[doctor]") {
  EnvironmentFacts facts = complete();
  facts.packages = {{"typing-extensions", "4.16.0"}};
  facts.has_font_cache = false;
  const Checks checks = check(facts);
  CHECK(names_of(checks) == Names{"python", "agent", "packages", "pkg_resources"});
  const Check packages = find(checks, "packages");
  CHECK(packages.verdict == Verdict::warning);
  CHECK_THAT(packages.finding,
             Catch::StartsWith("1 of 2 as pinned: an environment without the data stack"));
  CHECK_THAT(packages.cure,
             Catch::Contains("image `full`") && Catch::Contains("create_environment"));
}

TEST_CASE("where the agent cannot be imported either, its line has the cure for both", "[doctor]") {
  EnvironmentFacts facts = complete();
  facts.packages.erase("numpy");
  facts.agent_failure = "ModuleNotFoundError: No module named 'IPython'";
  const Checks checks = check(facts);
  CHECK(find(checks, "packages").finding == "1 of 2 as pinned");
  CHECK(find(checks, "packages").cure.empty());
  CHECK(find(checks, "missing").finding == "numpy");
  CHECK_FALSE(find(checks, "agent").cure.empty());
}

TEST_CASE("an agent that cannot be imported is bad, what only makes a difference is not",
          "[doctor]") {
  EnvironmentFacts facts = complete();
  facts.pkg_resources_failure = "ModuleNotFoundError: x";
  facts.has_font_cache = false;
  CHECK(find(check(facts), "pkg_resources").verdict == Verdict::warning);
  CHECK(find(check(facts), "fonts").verdict == Verdict::warning);
  CHECK(is_healthy(check(facts)));
  facts.agent_failure = "ModuleNotFoundError: No module named 'IPython'";
  const Check agent = find(check(facts), "agent");
  CHECK(agent.verdict == Verdict::bad);
  CHECK_THAT(agent.finding, Catch::Contains("'IPython'"));
  CHECK(agent.cure != "");
}

TEST_CASE("a program that does not answer as a Python does is bad, whatever it prints",
          "[doctor]") {
  const auto printed = GENERATE(
      "", "\n\n", "hello", "[]", "{}", "\xff",
      R"({"python":3,"packages":{},"agent":"","pkgResources":"","fontCache":true})",
      R"({"python":"3","packages":[],"agent":"","pkgResources":"","fontCache":true})",
      R"({"python":"3","packages":{"a":1},"agent":"","pkgResources":"","fontCache":true})");
  const auto facts = read_facts(printed);
  CHECK_FALSE(facts);
  const Checks checks = check_environment("/p/python3", facts, kExpected);
  REQUIRE(checks.size() == 1);
  CHECK(checks.front().verdict == Verdict::bad);
  CHECK(checks.front().cure != "");
}

TEST_CASE("the output of a Python is used although the process continues", "[doctor]") {
  const Program ends("#!/bin/sh\necho $1 $2\n");
  CHECK(ask_python(ends.path(), "/probe", 20s) == "-I /probe\n");
  const Program goes_on("#!/bin/sh\necho all\ntrap '' TERM\nexec >/dev/null sleep 1000\n");
  CHECK(ask_python(goes_on.path(), "/probe", 20s) == "all\n");
}

TEST_CASE("a Python that never ends is given up and ended, even when it ignores SIGTERM",
          "[doctor]") {
  const Program endless("#!/bin/sh\ntrap '' TERM\necho some\nexec sleep 1000\n");
  CHECK_FALSE(ask_python(endless.path(), "/probe", 50ms));
  const Checks checks = check_unresponsive_python("/p/python3", 20s);
  CHECK(checks.front().verdict == Verdict::bad);
  CHECK_THAT(checks.front().finding,
             Catch::Contains("/p/python3") && Catch::Contains("20 seconds"));
  CHECK_THAT(checks.front().cure, Catch::Contains("/p/python3 -I -c 'import IPython'"));
}

TEST_CASE("facts are read from the last line", "[doctor]") {
  const auto facts = read_facts(
      "a package says hello\n"
      R"({"python":"3.11.2","packages":{"numpy":"1"},"agent":"a","pkgResources":"b",)"
      "\"fontCache\":true}\n");
  REQUIRE(facts);
  CHECK(facts->python_version == "3.11.2");
  CHECK(facts->packages == std::map<std::string, std::string>{{"numpy", "1"}});
  CHECK(facts->agent_failure == "a");
  CHECK(facts->pkg_resources_failure == "b");
  CHECK(facts->has_font_cache);
}

}  // namespace dynsessions::doctor::test
