#include "emulator/cli/arguments.h"

#include "emulator/conformance/conform.h"
#include "tests/support/catch.h"

namespace dynsessions::cli {
namespace {

using config::ConfigError;
using config::Values;
using Words = std::vector<std::string>;

Invocation parse(const Words& words) { return parse_arguments(words); }

/// Returns the message of the ConfigError that parsing ends with; fails the test if there is none.
std::string refusal(const Words& words) {
  try {
    (void)parse(words);
  } catch (const ConfigError& error) {
    return error.what();
  }
  FAIL("it was accepted");
  return {};
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

TEST_CASE("words of the command line are understood in the order typed", "[cli]") {
  struct Row {
    Words words;
    std::string command;
    Values options;
  };
  const Values port{{"port", "0"}};
  const auto row = GENERATE_COPY(values<Row>({
      {{}, "serve", {}},
      {{"serve"}, "serve", {}},
      {{"--port", "0"}, "serve", port},
      {{"--port", "0", "serve"}, "serve", port},
      {{"serve", "--port", "0"}, "serve", port},
      {{"serve", "--port=0"}, "serve", port},
      {{"config", "print", "--port", "0"}, "config print", port},
      {{"config", "--port", "0", "print"}, "config print", port},
      {{"--port", "0", "config", "print"}, "config print", port},
      {{"cert", "--state-dir", "x"}, "cert", {{"state-dir", "x"}}},
      {{"--python", "x", "doctor"}, "doctor", {{"python", "x"}}},
      {{"--name", "serve", "wait"}, "wait", {{"name", "serve"}}},
      {{"token"}, "token", {}},
      {{"options"}, "options", {}},
      {{"version"}, "version", {}},
      {{"--version"}, "version", {}},
      {{"help"}, "help", {}},
  }));
  DYNAMIC_SECTION("dynsessions " << joined(row.words)) {
    const Invocation call = parse(row.words);
    CHECK(call.command->name == row.command);
    CHECK(call.options == row.options);
    CHECK(call.command == find_command(row.command));
  }
}

TEST_CASE("help is for the command that is named with it, wherever it stands", "[cli]") {
  const auto [words, arguments] = GENERATE(table<Words, Words>({
      {{"--help"}, {}},
      {{"-h"}, {}},
      {{"--port", "0", "--help"}, {}},
      {{"serve", "--help"}, {"serve"}},
      {{"--help", "serve"}, {"serve"}},
      {{"help", "serve"}, {"serve"}},
      {{"config", "print", "-h"}, {"config print"}},
      {{"help", "config", "print"}, {"config", "print"}},
      {{"wait", "--no-such-flag", "--help"}, {"wait"}},
      {{"--version", "--help"}, {}},
      {{"--help", "conform"}, {"conform"}},
  }));
  DYNAMIC_SECTION("dynsessions " << joined(words)) {
    const Invocation call = parse(words);
    CHECK(call.command == &kHelp);
    CHECK(call.arguments == arguments);
  }
}

TEST_CASE("a switch is on and off in every way that people write it", "[cli]") {
  const auto [words, value] = GENERATE(table<Words, std::string>({
      {{"--exact"}, "true"},
      {{"--exact=true"}, "true"},
      {{"--exact=false"}, "false"},
      {{"--exact", "false"}, "false"},
      {{"--exact", "serve"}, "true"},
      {{"serve", "--exact"}, "true"},
      {{"--exact", "--port", "0"}, "true"},
  }));
  DYNAMIC_SECTION("dynsessions " << joined(words)) {
    const Invocation call = parse(words);
    CHECK(call.command == &kServe);
    CHECK(call.options.at("exact") == value);
  }
}

TEST_CASE("a list can be one text with commas, or its flag several times", "[cli]") {
  CHECK(parse({"--executor", "a,b"}).options.at("executor") == "a,b");
  CHECK(parse({"--executor", "a", "--executor=b,c"}).options.at("executor") == "a,b,c");
  CHECK(parse({"--allowed-host", "a", "--allowed-host", "b", "serve"}).options.at("allowed-host") ==
        "a,b");
  CHECK_THAT(refusal({"--executor", "a", "b"}), Catch::Contains("`b`"));
}

TEST_CASE("flags of a command are kept apart from options of the server", "[cli]") {
  const Invocation token = parse({"token", "--expires-in", "-30", "--no-role"});
  CHECK(token.flags == Values{{"--expires-in", "-30"}, {"--no-role", "true"}});
  CHECK(token.options.empty());
  const Invocation doctor = parse({"doctor", "--python", "x", "-o", "json", "--config", "f"});
  CHECK(doctor.flags == Values{{"--output", "json"}});
  CHECK(doctor.options == Values{{"python", "x"}});
  CHECK(doctor.config_path == "f");
  CHECK(wants_json(doctor));
  CHECK(wants_json(parse({"doctor", "-ojson"})));
  CHECK(wants_json(parse({"--output=json", "wait"})));
  CHECK_FALSE(wants_json(parse({"wait"})));
  CHECK_FALSE(wants_json(parse({"wait", "-o", "text"})));
}

TEST_CASE("words after `conform` are its own", "[cli]") {
  const Invocation call = parse({"conform", "--help", "--max-sessions", "3", "serve"});
  CHECK(call.command == &kConform);
  CHECK(call.arguments == Words{"--help", "--max-sessions", "3", "serve"});
  CHECK_THAT(refusal({"--filter", "x", "conform"}), Catch::Contains("come after it"));
}

TEST_CASE("the flags that are known of `conform` are those of its help", "[cli]") {
  const std::string help = conformance::conform_help();
  for (const Flag& flag : kConform.flags) {
    INFO(flag.name);
    const std::string named = std::string(flag.name) + (flag.value_name.empty() ? "" : " ") +
                              std::string(flag.value_name) + "  ";
    CHECK_THAT(help, Catch::Contains("\n  " + named));
  }
  std::size_t count = 0;
  for (std::size_t at = 0; (at = help.find("\n  --", at)) != std::string::npos; ++at) ++count;
  CHECK(count == kConform.flags.size());
  CHECK(std::count(help.begin(), help.end(), '\n') <= 30);
}

TEST_CASE(
    "a command line that makes no sense names the word, what was probably meant, and the help",
    "[cli]") {
  struct Row {
    Words words;
    std::string complaint;
  };
  const auto row = GENERATE(values<Row>({
      {{"--prot", "0"}, "there is no flag `--prot`; did you mean `--port`?"},
      {{"-port"}, "there is no flag `-port`; did you mean `--port`?"},
      {{"-x"}, "there is no flag `-x`"},
      {{"serv"}, "there is no command `serv`; did you mean `serve`?"},
      {{"health"}, "there is no command `health`; did you mean `healthcheck`?"},
      {{"config"}, "there is no command `config`; did you mean `config print`?"},
      {{"config", "pirnt"}, "there is no command `config pirnt`; did you mean `config print`?"},
      {{"zzzzzzzz"}, "there is no command `zzzzzzzz`\n"},
      {{"pool"},
       "`pool` needs a verb: list, show, put, set, delete and apply\nTry `dynsessions pool "},
      {{"clok", "advance", "5"}, "there is no command `clok`; did you mean `clock`?"},
      {{"clock", "freze"}, "there is no command `clock freze`; did you mean `clock freeze`?"},
      {{"clock", "help"},
       "there is no command `clock help`; `clock` has show, freeze, resume, set, scale and "
       "advance"},
      {{"env", "--pool", "a"}, "`--pool` is a flag of `sessions`, `clock`, `fault`, `journal`,"},
      {{"serve", "version"}, "`version` is not expected after `serve`"},
      {{"--port"}, "`--port` needs a value"},
      {{"--port", "--exact"}, "`--port` needs a value"},
      {{"--port", "1", "--port", "2"}, "`--port` is given twice"},
      {{"token", "--no-role=yes"}, "`--no-role` takes no value"},
      {{"healthcheck", "--timeout", "1"}, "`--timeout` is a flag of `wait`, not of `healthcheck`"},
      {{"--audience", "a"}, "`--audience` is a flag of `token`, not of `serve`"},
      {{"--endpoint", "a"}, "`--endpoint` is a flag of `conform`, not of `serve`"},
      {{"token", "--port", "1"}, "`--port` is a flag of `serve`, not of `token`"},
      {{"token", "--config", "f"}, "`--config` is a flag of `serve`, not of `token`"},
      {{"doctor", "-o", "yaml"}, "--output: expected text or json, not `yaml`"},
      {{"doctor", "-o", "jsn"}, "not `jsn`; did you mean `json`?"},
      {{"completion", "basch"}, "expected bash or zsh or fish, not `basch`; did you mean `bash`?"},
      {{"completion", "bash", "zsh"}, "`zsh` is not expected after `bash`"},
  }));
  DYNAMIC_SECTION("dynsessions " << joined(row.words)) {
    const std::string message = refusal(row.words);
    CHECK_THAT(message, Catch::Contains(row.complaint));
    CHECK_THAT(message, Catch::Matches("[^]*\nTry `dynsessions (\\w+ )*--help`\\."));
  }
}

TEST_CASE("a negative number is an argument, not a flag", "[cli]") {
  const Words words{"clock", "advance", "-5"};
  CHECK(parse_arguments(words).arguments == Words{"-5"});
}

}  // namespace
}  // namespace dynsessions::cli
