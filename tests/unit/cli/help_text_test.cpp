#include "emulator/cli/help_text.h"

#include <algorithm>
#include <sstream>
#include <vector>

#include "emulator/config/options.h"
#include "tests/support/catch.h"

namespace dynsessions::cli {
namespace {

using config::Option;

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Returns the help text of `serve` for a flag: its line and those that continue it, with single
/// spaces.
std::string entry_of(const std::string& flag) {
  const Lines lines = lines_of(help_of(kServe));
  auto line = std::find_if(lines.begin(), lines.end(), [&](const std::string& one) {
    return (one + " ").starts_with("  " + flag + " ");
  });
  REQUIRE(line != lines.end());
  std::string text;
  do {
    std::istringstream words(*line);
    for (std::string word; words >> word;) text += (text.empty() ? "" : " ") + word;
    ++line;
  } while (line != lines.end() && line->starts_with("          "));
  return text;
}

TEST_CASE("the help of `serve` explains every option, with its variable and its default",
          "[cli][help]") {
  for (const Option& option : config::all_options()) {
    DYNAMIC_SECTION(option.key) {
      std::string expected = "--" + std::string(option.key);
      if (!option.is_switch()) expected += ' ' + std::string(option.value_name);
      expected += ' ' + std::string(option.help) + ' ' + option.environment_name();
      const std::string shown = option.show(config::Config());
      if (!shown.empty()) expected += ", default " + shown;
      CHECK(entry_of("--" + std::string(option.key)) == expected);
    }
  }
  CHECK_THAT(entry_of("--config"), Catch::EndsWith("DYNSESSIONS_CONFIG"));
}

TEST_CASE("the help of an option is a phrase that stands alone", "[cli][help]") {
  for (const Option& option : config::all_options()) {
    INFO("--" << option.key << ": " << option.help);
    CHECK(option.help.ends_with('.'));
    CHECK((std::isupper(static_cast<unsigned char>(option.help.front())) != 0 ||
           option.help.starts_with("auto ") || option.help.starts_with("python3 ")));
  }
}

TEST_CASE("each group of options has one heading", "[cli][help]") {
  const Lines lines = lines_of(help_of(kServe));
  for (const Option& option : config::all_options()) {
    INFO(option.group);
    CHECK(std::count(lines.begin(), lines.end(), std::string(option.group) + ":") == 1);
  }
}

TEST_CASE("every help is at most 100 columns wide, without space at the ends of lines",
          "[cli][help]") {
  std::vector<std::string> texts{overview()};
  for (const Command* command : all_commands()) texts.push_back(help_of(*command));
  for (const std::string& text : texts) {
    for (const std::string& line : lines_of(text)) {
      INFO(line);
      CHECK(line.size() <= 100);
      CHECK((line.empty() || line.back() != ' '));
    }
  }
}

TEST_CASE("the help of a command has ten to thirty lines; only the list of all options is longer",
          "[cli][help]") {
  for (const Command* command : all_commands()) {
    if (command == &kServe || command->own_help != nullptr) continue;
    INFO(command->name);
    const std::string text = help_of(*command);
    CHECK(lines_of(text).size() >= 10);
    CHECK(lines_of(text).size() <= 30);
    CHECK_THAT(text, Catch::StartsWith("Usage: dynsessions " + std::string(command->name)));
    CHECK_THAT(text, Catch::Contains("\nExamples:\n  ") && Catch::Contains("\nExit codes:\n  "));
    for (const Flag& flag : command->flags)
      CHECK_THAT(text, Catch::Contains(std::string(flag.name)));
  }
}

TEST_CASE("the help of a noun lists its commands", "[cli][help]") {
  const std::string text = help_of_noun("clock");
  CHECK_THAT(text, Catch::StartsWith("Usage: dynsessions clock VERB [OPTIONS]\n"));
  for (const std::string_view verb : verbs_of("clock")) {
    CHECK_THAT(text, Catch::Contains("\n  clock " + std::string(verb) + " "));
  }
  CHECK_THAT(text, Catch::Contains("\nExamples:\n  dynsessions clock freeze"));
}

TEST_CASE("the overview has every command, the options used most, and the exit codes",
          "[cli][help]") {
  const std::string text = overview();
  for (const Command* command : all_commands()) {
    const std::string name(command->name);
    const std::size_t space = name.find(' ');
    const bool is_grouped =
        text.find("\n  " + name.substr(0, space) + " VERB ") != std::string::npos;
    if (is_grouped) {
      CHECK_THAT(text, Catch::Contains(' ' + name.substr(space + 1)));
    } else {
      CHECK_THAT(text, Catch::Contains("\n  " + name + " "));
      CHECK_THAT(text, Catch::Contains(std::string(command->summary)));
    }
  }
  CHECK_THAT(text, Catch::Contains("\n  --port N ") && Catch::Contains("\n  --config PATH "));
  CHECK_THAT(text, Catch::Contains("Exit codes:\n  0 ") && Catch::Contains("\n  4  no usable"));
  CHECK_THAT(text, !Catch::Contains("--object-ids"));
  CHECK_THAT(text, !Catch::Contains(" Commands: "));  // the heading of a noun without a summary
  CHECK(lines_of(text).size() <= 60);
}

}  // namespace
}  // namespace dynsessions::cli
