#include "emulator/cli/completion_model.h"

#include <algorithm>
#include <set>

#include "emulator/cli/command.h"
#include "emulator/config/options.h"
#include "tests/support/catch.h"

namespace dynsessions::cli {
namespace {

const CompletedFlag& flag_of(const std::vector<CompletedFlag>& flags, const std::string& name) {
  const auto found = std::find_if(flags.begin(), flags.end(),
                                  [&name](const CompletedFlag& flag) { return flag.name == name; });
  REQUIRE(found != flags.end());
  return *found;
}

TEST_CASE("commands, flags and words come from the tables", "[cli][completion]") {
  const CompletionModel model = completion_model();
  CHECK(model.commands.size() == all_commands().size());
  CHECK(model.options.size() == config::all_options().size() + 1);  // one more: --config
  CHECK(flag_of(model.options, "--auth").words == std::vector<std::string>{"any", "claims", "off"});
  CHECK(flag_of(model.options, "--config").takes_path);
  CHECK(flag_of(model.options, "--state-dir").takes_path);
  CHECK_FALSE(flag_of(model.options, "--exact").takes_value);
  CHECK(flag_of(model.options, "--exact").words.empty());
  CHECK(flag_of(model.all_flags(), "--output").letter == "o");
  const auto words = model.first_words();
  CHECK(std::count(words.begin(), words.end(), "config") == 1);
}

TEST_CASE("no flag is there twice", "[cli][completion]") {
  std::set<std::string> names;
  for (const CompletedFlag& flag : completion_model().all_flags()) {
    INFO(flag.name);
    CHECK(names.insert(flag.name).second);
  }
}

TEST_CASE("each script knows every command and every option", "[cli][completion]") {
  const CompletionModel model = completion_model();
  for (const auto& [script, prefix] :
       {std::pair(bash_completion(model), "--"), std::pair(zsh_completion(model), "--"),
        std::pair(fish_completion(model), "-l ")}) {
    for (const std::string& word : model.first_words()) CHECK_THAT(script, Catch::Contains(word));
    for (const CompletedFlag& flag : model.all_flags()) {
      CHECK_THAT(script, Catch::Contains(prefix + flag.name.substr(2)));
    }
  }
}

TEST_CASE("all verbs of a noun are offered, also after help", "[cli][completion]") {
  const std::string bash = bash_completion(completion_model());
  CHECK_THAT(bash, Catch::Contains("'clock') words='show freeze resume set scale advance'"));
  CHECK_THAT(bash, Catch::Contains("'help clock') words='show freeze resume set scale advance'"));
  const auto words = completion_model().first_words();
  CHECK(std::count(words.begin(), words.end(), "clock") == 1);
}

TEST_CASE("values of a flag can depend on the command", "[cli][completion]") {
  const auto values = completion_model().values_after_commands();
  const auto found = std::find_if(values.begin(), values.end(), [](const auto& one) {
    return one.command == "journal export" && one.flag == "--format";
  });
  REQUIRE(found != values.end());
  CHECK(found->words == std::vector<std::string>{"ndjson", "har", "case"});
}

}  // namespace
}  // namespace dynsessions::cli
