#include "emulator/config/help.h"

#include <algorithm>
#include <sstream>
#include <vector>

#include "emulator/config/options.h"
#include "tests/support/catch.h"
#include "tests/unit/config/config_fixture.h"

namespace dynsessions::config {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The line of the help that explains a flag, and the one below it.
std::pair<std::string, std::string> lines_about(const std::string& flag) {
  const auto lines = lines_of(help_text());
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.starts_with("  " + flag + " ");
  });
  REQUIRE(found != lines.end());
  REQUIRE(std::next(found) != lines.end());
  return {*found, *std::next(found)};
}

TEST_CASE("the help explains every option, with its variable and its default", "[config][help]") {
  for (const Option& option : all_options()) {
    DYNAMIC_SECTION(option.key) {
      const auto [line, below] = lines_about("--" + std::string(option.key));
      CHECK_THAT(line, Catch::Contains(std::string(option.value_name)));
      CHECK_THAT(line, Catch::EndsWith(std::string(option.help)));
      const std::string shown = option.show(Config());
      const std::string expected =
          option.environment_name() + (shown.empty() ? "" : ", default " + shown);
      CHECK(below.substr(below.find_first_not_of(' ')) == expected);
    }
  }
}

TEST_CASE("explanations of options stand in one column", "[config][help]") {
  const std::size_t column = lines_about("--port").second.find_first_not_of(' ');
  for (const Option& option : all_options()) {
    INFO(option.key);
    const auto [line, below] = lines_about("--" + std::string(option.key));
    CHECK(line.find(std::string(option.help)) == column);
    CHECK(line.substr(column - 2, 2) == "  ");
    CHECK(below.find_first_not_of(' ') == column);
  }
}

TEST_CASE("the help is at most 100 columns wide, without space at the ends", "[config][help]") {
  for (const std::string& line : lines_of(help_text())) {
    INFO(line);
    CHECK(line.size() <= 100);
    CHECK((line.empty() || line.back() != ' '));
  }
}

TEST_CASE("each group of options has one heading", "[config][help]") {
  const auto lines = lines_of(help_text());
  for (const Option& option : all_options()) {
    INFO(option.group);
    CHECK(std::count(lines.begin(), lines.end(), std::string(option.group) + ":") == 1);
  }
}

TEST_CASE("the help begins with examples and knows commands, --config and exit codes",
          "[config][help]") {
  const std::string text = parse({"--help"}).help;
  CHECK(text == help_text());
  CHECK(text.find("Examples:") < text.find("Usage:"));
  CHECK(text.find("Usage:") < text.find("--port N"));
  CHECK_THAT(text, Catch::Contains("--config PATH") && Catch::Contains("DYNSESSIONS_CONFIG"));
  CHECK_THAT(text, Catch::Contains("dynsessions version"));
  CHECK_THAT(text, Catch::Contains("dynsessions options") && Catch::Contains("OPTIONS.md"));
  CHECK_THAT(text, Catch::Contains("Exit codes:"));
}

}  // namespace
}  // namespace dynsessions::config
