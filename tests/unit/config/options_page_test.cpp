#include "emulator/config/options_page.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "emulator/config/options.h"
#include "tests/support/catch.h"

namespace dynsessions::config {
namespace {

TEST_CASE("OPTIONS.md is up to date", "[config][options_page]") {
  std::ifstream file(DYNSESSIONS_OPTIONS_PAGE);
  REQUIRE(file);
  const std::string committed{std::istreambuf_iterator<char>(file), {}};
  INFO("run `dynsessions options > OPTIONS.md`");
  CHECK(committed == options_page());
}

TEST_CASE("the page has one row of six cells for each option", "[config][options_page]") {
  const std::string page = options_page();
  for (const Option& option : all_options()) {
    INFO(option.key);
    const std::string begin = "\n| `--" + std::string(option.key) + "` | `";
    const std::size_t found = page.find(begin);
    REQUIRE(found != std::string::npos);
    CHECK(page.find(begin, found + 1) == std::string::npos);
    const std::string row = page.substr(found + 1, page.find('\n', found + 1) - found - 1);
    CHECK(std::count(row.begin(), row.end(), '|') == 7);
    CHECK_THAT(row, Catch::Contains(option.environment_name()));
    CHECK_THAT(row, Catch::Contains(std::string(option.help)));
    CHECK_THAT(row, Catch::Contains(option.accepted()));
    CHECK_THAT(row, Catch::Contains(option.show(Config())));
    CHECK_THAT(row, Catch::EndsWith(option.question.empty() ? " | |"
                                                            : std::string(option.question) + " |"));
  }
}

}  // namespace
}  // namespace dynsessions::config
