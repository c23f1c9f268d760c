#include "emulator/config/settings.h"

#include <algorithm>

#include "emulator/config/option_words.h"
#include "emulator/config/options.h"
#include "tests/support/catch.h"
#include "tests/unit/config/config_fixture.h"

namespace dynsessions::config {
namespace {

using namespace std::chrono_literals;

TEST_CASE("without anything set, the documented defaults hold", "[config]") {
  const Settings settings = parse({});
  CHECK(settings.config.server.port == 7070);
  CHECK(settings.config.server.https_port == 7443);
  CHECK(settings.config.server.admin_port == 7071);
  CHECK(settings.config.pool.cooldown_period == 300s);
  CHECK(settings.config.pool.max_sessions == 100);
  CHECK(settings.config.pool.auth == auth::TokenRule::any);
  CHECK(settings.config.host.sandbox == SandboxMode::automatic);
  CHECK_FALSE(settings.config.server.exact);
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
    const TemporaryConfig file("{\"" + row.option + "\": \"" + row.file + "\"}");
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

TEST_CASE("settings know where each value comes from", "[config]") {
  const TemporaryConfig file(R"({"port": 3, "name": "by-file", "location": "by-file"})");
  const Settings settings = parse({"--config", file.path(), "--port", "1"},
                                  {{"DYNSESSIONS_PORT", "2"}, {"DYNSESSIONS_NAME", "by-variable"}});
  CHECK(settings.origin_of("port") == Origin{Source::flag, "--port"});
  CHECK(settings.origin_of("name") == Origin{Source::environment, "DYNSESSIONS_NAME"});
  CHECK(settings.origin_of("location") == Origin{Source::file, file.path()});
  CHECK(settings.origin_of("listen") == Origin{});
}

TEST_CASE("an empty variable counts as absent", "[config]") {
  const Settings settings = parse({}, {{"DYNSESSIONS_PORT", ""}});
  CHECK(settings.config.server.port == 7070);
  CHECK(settings.origin_of("port").source == Source::built_in);
}

TEST_CASE("a value that is nearly a word of its option is answered with that word", "[config]") {
  CHECK_THAT(refusal({"--auth", "claim"}), Catch::EndsWith("; did you mean `claims`?"));
  CHECK_THAT(refusal({}, {{"DYNSESSIONS_LOG_LEVEL", "INFO"}}),
             Catch::EndsWith("not `INFO`; did you mean `info`?"));
  CHECK_THAT(refusal({"--auth", "kerberos"}), Catch::EndsWith("not `kerberos`"));
}

TEST_CASE("every fixed word of an option is accepted by it", "[config]") {
  for (const Option& option : all_options()) {
    for (const std::string& word : words_of(option)) {
      INFO("--" << option.key << "=" << word);
      Config config;
      CHECK_NOTHROW(option.assign(config, word));
    }
  }
}

TEST_CASE("choices have their words, and values that are only described have none", "[config]") {
  using Words = std::vector<std::string>;
  const auto [key, words] = GENERATE(table<std::string, Words>({
      {"auth", {"any", "claims", "off"}},
      {"https-port", {"off"}},
      {"stream-limit", {"by-version", "none"}},
      {"container-type", {"PythonLTS"}},
      {"port", {}},
      {"listen", {}},
      {"name", {}},
      {"tls-name", {}},
      {"cpu-limit", {}},
  }));
  DYNAMIC_SECTION(key) {
    const auto options = all_options();
    const auto option = std::find_if(options.begin(), options.end(),
                                     [&](const Option& one) { return one.key == key; });
    REQUIRE(option != options.end());
    CHECK(words_of(*option) == words);
  }
}

TEST_CASE("a variable that no option has is warned about, with the likely name", "[config]") {
  const auto warnings =
      warnings_about({"DYNSESSIONS_BINARY", "DYNSESSIONS_CONFIG", "DYNSESSIONS_MAX_SESSION",
                      "DYNSESSIONS_PORT", "DYNSESSIONS_QQQQQQQQ"});
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0] ==
        "DYNSESSIONS_MAX_SESSION has no effect: there is no such option; did you mean "
        "`DYNSESSIONS_MAX_SESSIONS`?");
  CHECK(warnings[1] == "DYNSESSIONS_QQQQQQQQ has no effect: there is no such option");
}

TEST_CASE("the environment of the process is read by name", "[config]") {
  CHECK(process_environment("PATH").has_value());
  CHECK_FALSE(process_environment("DYNSESSIONS_NO_SUCH_OPTION").has_value());
}

}  // namespace
}  // namespace dynsessions::config
