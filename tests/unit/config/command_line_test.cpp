#include "tests/support/catch.h"
#include "tests/unit/config/config_fixture.h"

namespace dynsessions::config {
namespace {

using namespace std::chrono_literals;

TEST_CASE("without anything set, the documented defaults hold", "[config]") {
  const CommandLine line = parse({});
  CHECK(line.command == Command::serve);
  CHECK(line.config.server.port == 7070);
  CHECK(line.config.server.https_port == 7443);
  CHECK(line.config.server.admin_port == 7071);
  CHECK(line.config.pool.cooldown_period == 300s);
  CHECK(line.config.pool.max_sessions == 100);
  CHECK(line.config.pool.auth == auth::TokenRule::any);
  CHECK(line.config.host.sandbox == SandboxMode::automatic);
  CHECK_FALSE(line.config.server.exact);
}

TEST_CASE(
    "a flag wins over the environment, the environment over the file, the file over the "
    "default",
    "[config]") {
  struct Row {
    std::string option, variable, flag, environment, file;
    std::string (*value)(const Config&);
  };
  const auto row = GENERATE(values<Row>({
      {"port", "DYNSESSIONS_PORT", "1", "2", "3",
       [](const Config& config) { return std::to_string(config.server.port); }},
      {"cooldown-period", "DYNSESSIONS_COOLDOWN_PERIOD", "10", "20", "30",
       [](const Config& config) { return std::to_string(config.pool.cooldown_period.count()); }},
      {"name", "DYNSESSIONS_NAME", "by-flag", "by-environment", "by-file",
       [](const Config& config) { return config.pool.id.name; }},
      {"log-level", "DYNSESSIONS_LOG_LEVEL", "error", "warning", "debug",
       [](const Config& config) { return name_of(config.server.log_level); }},
  }));
  DYNAMIC_SECTION(row.option) {
    const ConfigFile file("{\"" + row.option + "\": \"" + row.file + "\"}");
    const std::vector<std::string> with_file{"--config", file.path()};
    const std::vector<std::string> with_both{"--config", file.path(), "--" + row.option, row.flag};
    const Variables variables{{row.variable, row.environment}};
    CHECK(row.value(parse(with_both, variables).config) == row.flag);
    CHECK(row.value(parse(with_both).config) == row.flag);
    CHECK(row.value(parse(with_file, variables).config) == row.environment);
    CHECK(row.value(parse(with_file).config) == row.file);
    CHECK(row.value(parse({}).config) == row.value(Config()));
  }
}

TEST_CASE("a switch is on and off in every way that people write it", "[config]") {
  struct Row {
    std::string what;
    std::vector<std::string> arguments;
    Variables variables;
    bool expected;
  };
  const auto row = GENERATE(values<Row>({
      {"not given", {}, {}, false},
      {"a bare flag", {"--exact"}, {}, true},
      {"a flag with a value", {"--exact=true"}, {}, true},
      {"a flag that says no", {"--exact=false"}, {}, false},
      {"a variable: true", {}, {{"DYNSESSIONS_EXACT", "true"}}, true},
      {"a variable: 1", {}, {{"DYNSESSIONS_EXACT", "1"}}, true},
      {"a variable: false", {}, {{"DYNSESSIONS_EXACT", "false"}}, false},
      {"a variable: 0", {}, {{"DYNSESSIONS_EXACT", "0"}}, false},
      {"a bare flag over a variable", {"--exact"}, {{"DYNSESSIONS_EXACT", "false"}}, true},
      {"a flag's no over a variable", {"--exact=false"}, {{"DYNSESSIONS_EXACT", "true"}}, false},
      {"before the command", {"--exact", "serve"}, {}, true},
      {"after the command", {"serve", "--exact"}, {}, true},
  }));
  DYNAMIC_SECTION(row.what) {
    const CommandLine line = parse(row.arguments, row.variables);
    CHECK(line.command == Command::serve);
    CHECK(line.config.server.exact == row.expected);
  }
}

TEST_CASE("a list may be one text with commas, or its flag again and again", "[config]") {
  using Texts = std::vector<std::string>;
  CHECK(parse({"--executor", "a,b"}).config.server.executors == Texts{"a", "b"});
  CHECK(parse({"--executor", "a", "--executor=b,c"}).config.server.executors ==
        Texts{"a", "b", "c"});
  CHECK(
      parse({"--allowed-host", "a", "--allowed-host", "b", "serve"}).config.server.allowed_hosts ==
      Texts{"a", "b"});
  CHECK(parse({}, {{"DYNSESSIONS_ALLOWED_HOST", "a,b"}}).config.server.allowed_hosts ==
        Texts{"a", "b"});
  CHECK_THAT(refusal({"--executor", "a", "b"}), Catch::Contains("b"));
}

TEST_CASE("the command `token` has options of its own", "[config][token]") {
  const CommandLine plain = parse({"token"});
  CHECK(plain.command == Command::token);
  CHECK(plain.token.audience == "https://dynamicsessions.io");
  CHECK(plain.token.expires_in == 3600s);
  CHECK(plain.token.role == "Azure ContainerApps Session Executor");
  const CommandLine full =
      parse({"token", "--audience", "a", "--expires-in", "-30", "--role", "Reader", "--oid", "me"});
  CHECK(full.token.audience == "a");
  CHECK(full.token.expires_in == -30s);
  CHECK(full.token.role == "Reader");
  CHECK(full.token.oid == "me");
  CHECK(parse({"token", "--no-role"}).token.role.empty());
}

TEST_CASE("options of `token` that make no sense are refused by name", "[config][token]") {
  CHECK_THAT(refusal({"token", "--expires-in", "soon"}), Catch::Contains("--expires-in"));
  CHECK_THAT(refusal({"token", "--expires-in", "9999999999999"}), Catch::Contains("--expires-in"));
  CHECK_THAT(refusal({"token", "--role", "a", "--no-role"}), Catch::Contains("--no-role"));
  CHECK_THAT(refusal({"--audience", "a"}), Catch::Contains("--audience"));
  CHECK_THAT(refusal({"serve", "--oid", "a"}), Catch::Contains("--oid"));
}

TEST_CASE("the words of the command line choose the command", "[config]") {
  struct Row {
    std::vector<std::string> arguments;
    Command expected;
  };
  const auto row =
      GENERATE(values<Row>({{{}, Command::serve},
                            {{"serve"}, Command::serve},
                            {{"--port", "0", "serve"}, Command::serve},
                            {{"serve", "--port", "0"}, Command::serve},
                            {{"cert"}, Command::cert},
                            {{"cert", "--state-dir", "x"}, Command::cert},
                            {{"token"}, Command::token},
                            {{"doctor"}, Command::doctor},
                            {{"doctor", "--python", "x"}, Command::doctor},
                            {{"--python", "x", "doctor", "-o", "json"}, Command::doctor},
                            {{"options"}, Command::options},
                            {{"version"}, Command::version},
                            {{"--version"}, Command::version},
                            {{"--help"}, Command::help},
                            {{"-h"}, Command::help},
                            {{"serve", "--help"}, Command::help},
                            {{"--port", "0", "--help"}, Command::help}}));
  DYNAMIC_SECTION((row.arguments.empty() ? "nothing" : row.arguments.front())
                  << " and " << row.arguments.size() << " words") {
    const CommandLine line = parse(row.arguments);
    CHECK(line.command == row.expected);
    const bool has_text = row.expected == Command::help || row.expected == Command::options;
    CHECK(line.help.empty() == !has_text);
  }
}

TEST_CASE("the command `doctor` knows the options of a server and answers in text or JSON",
          "[config]") {
  const CommandLine line = parse({"doctor", "--python", "x", "-o", "json"});
  CHECK(line.config.host.python == "x");
  CHECK(line.as_json);
  CHECK_FALSE(parse({"doctor", "--output", "text"}).as_json);
  CHECK_FALSE(parse({"doctor"}).as_json);
}

TEST_CASE("help and version are there although the environment is broken", "[config]") {
  const Variables broken{{"DYNSESSIONS_PORT", "http"}, {"DYNSESSIONS_CONFIG", "/no/such/file"}};
  CHECK(parse({"--help"}, broken).command == Command::help);
  CHECK(parse({"--version"}, broken).command == Command::version);
  CHECK(parse({"version"}, broken).command == Command::version);
  CHECK(parse({"options"}, broken).command == Command::options);
}

TEST_CASE("a command line that makes no sense is refused, names the word and points to --help",
          "[config]") {
  struct Row {
    std::string what;
    std::vector<std::string> arguments;
    std::string named;
  };
  const auto row = GENERATE(values<Row>({
      {"an unknown flag", {"--prot", "0"}, "--prot"},
      {"an unknown command", {"serv"}, "serv"},
      {"two commands", {"serve", "version"}, "version"},
      {"a flag without its value", {"--port"}, "--port"},
      {"a flag given twice", {"--port", "1", "--port", "2"}, "--port"},
      {"a single dash", {"-port"}, "-port"},
  }));
  DYNAMIC_SECTION(row.what) {
    const std::string message = refusal(row.arguments);
    CHECK_THAT(message, Catch::Contains(row.named));
    CHECK_THAT(message, Catch::EndsWith("Try `dynsessions --help`."));
  }
}

TEST_CASE("the environment of the process is read by name", "[config]") {
  CHECK(process_environment("PATH").has_value());
  CHECK_FALSE(process_environment("DYNSESSIONS_NO_SUCH_OPTION").has_value());
}

}  // namespace
}  // namespace dynsessions::config
