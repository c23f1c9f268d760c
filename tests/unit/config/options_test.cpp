#include "emulator/config/options.h"

#include <map>
#include <set>

#include "tests/support/catch.h"
#include "tests/unit/config/config_fixture.h"

namespace dynsessions::config {
namespace {

/// A value for each option that is not its default. A new option in the table fails the tests below
/// until it has a value here.
const std::map<std::string_view, std::string> kOtherValues{
    {"port", "0"},
    {"https-port", "off"},
    {"tls-name", "a.example.org,10.0.0.5"},
    {"state-dir", "/var/lib/dynsessions"},
    {"admin-port", "65535"},
    {"listen", "::1"},
    {"allowed-host", "emulator.example,10.0.0.7"},
    {"ready-file", "/run/ready.json"},
    {"requirements", "/project/sessions.txt"},
    {"fonts", "/usr/share/fonts,/home/me/fonts"},
    {"pools-file", "/etc/pools.json"},
    {"drain-period", "3"},
    {"log-level", "debug"},
    {"log-format", "json"},
    {"unlisted", "true"},
    {"script", "/srv/answers.json"},
    {"seed", "/srv/seed"},
    {"deterministic", "7"},
    {"engine", "scripts"},
    {"journal-mb", "1"},
    {"journal-bodies", "off"},
    {"quiet", "true"},
    {"admin-token", "off"},
    {"pools", "declared"},
    {"arm-operations", "long-running"},
    {"name", "other-pool"},
    {"resource-group", "rg_1"},
    {"subscription", "11111111-1111-1111-1111-111111111111"},
    {"location", "westeurope"},
    {"container-type", "PythonLTS"},
    {"max-sessions", "7"},
    {"ready-sessions", "0"},
    {"cooldown-period", "30"},
    {"tenant", "11111111-2222-4333-8444-555555555555"},
    {"identity-principal", "66666666-7777-4888-8999-000000000000"},
    {"identity-roles", "Reader,Some Role"},
    {"identity-token-lifetime", "60"},
    {"network-status", "EgressEnabled"},
    {"python", "/opt/python3"},
    {"sandbox", "full"},
    {"no-zygote", "true"},
    {"preload", "numpy,scipy.stats"},
    {"data-quota-mb", "64"},
    {"memory-limit-mb", "512"},
    {"max-processes", "32"},
    {"max-files", "500"},
    {"tmp-quota-mb", "10"},
    {"shm-quota-mb", "11"},
    {"max-open-files", "128"},
    {"cpu-limit", "0.5"},
    {"control-groups", "off"},
    {"auth", "off"},
    {"executor", "0fb8eba5-a2bb-4abe-b1c1-49dfad359bb0,x"},
    {"role-missing", "401"},
    {"exact", "true"},
    {"object-ids", "never"},
    {"lenient-bodies", "true"},
    {"timeout-above-220", "reject"},
    {"string-quotes", "always"},
    {"none-value", "empty"},
    {"image-and-value", "value"},
    {"failure-value", "empty"},
    {"stream-limit", "80"},
    {"unknown-api-version", "unauthorized"},
    {"missing-api-version", "reject"},
    {"pool-full", "429"},
    {"session-missing", "404"},
    {"identifier-rule", "documented"},
    {"upload-type", "empty"},
    {"metadata-type", "never"},
    {"async-kernel", "shared"},
    {"upload-folders", "kept"},
    {"file-names", "documented"},
};

/// These options accept only one word, so no other value than the default can be set.
const std::set<std::string_view> kOneWord{"container-type"};

std::vector<std::string> as_flags(const Option& option, const std::string& value) {
  const std::string flag = "--" + std::string(option.key);
  return option.is_switch() ? std::vector{flag} : std::vector{flag, value};
}

TEST_CASE("every option can be set by flag, by environment and in the file", "[config]") {
  for (const Option& option : all_options()) {
    DYNAMIC_SECTION(option.key) {
      REQUIRE(kOtherValues.contains(option.key));
      const std::string& value = kOtherValues.at(option.key);
      CHECK((option.show(Config()) == value) == kOneWord.contains(option.key));

      CHECK(option.show(parse(as_flags(option, value)).config) == value);

      const Variables variables{{option.environment_name(), value}};
      CHECK(option.show(parse({}, variables).config) == value);

      const TemporaryConfig file("{\"" + std::string(option.key) + "\": \"" + value + "\"}");
      CHECK(option.show(parse({"--config", file.path()}).config) == value);
    }
  }
}

TEST_CASE("setting one option leaves all others at their defaults", "[config]") {
  const Config defaults;
  for (const Option& set : all_options()) {
    const Config config = parse(as_flags(set, kOtherValues.at(set.key))).config;
    for (const Option& other : all_options()) {
      if (other.key == set.key) continue;
      INFO("--" << set.key << " and --" << other.key);
      CHECK(other.show(config) == other.show(defaults));
    }
  }
}

TEST_CASE("every option is in the table once, and its default is a value it accepts", "[config]") {
  std::set<std::string_view> keys;
  for (const Option& option : all_options()) {
    INFO(option.key);
    CHECK(keys.insert(option.key).second);
    const std::string shown = option.show(Config());
    if (shown.empty()) continue;  // a path that is not set
    Config config;
    CHECK_NOTHROW(option.assign(config, shown));
    CHECK(option.show(config) == shown);
  }
}

TEST_CASE("the environment variable of an option is its name in capitals", "[config]") {
  std::set<std::string> names;
  for (const Option& option : all_options()) names.insert(option.environment_name());
  CHECK(names.size() == all_options().size());
  CHECK(names.contains("DYNSESSIONS_PORT"));
  CHECK(names.contains("DYNSESSIONS_MAX_SESSIONS"));
}

constexpr const char* kCpuLimits =
    "a number from 0.05 to 1024 with two digits after the point at most";

TEST_CASE("a value that an option does not accept is refused with what it accepts", "[config]") {
  struct Row {
    std::string option, value, accepted;
  };
  const auto row = GENERATE(values<Row>({
      {"port", "65536", "a whole number from 0 to 65535"},
      {"port", "-1", "a whole number from 0 to 65535"},
      {"port", "http", "a whole number from 0 to 65535"},
      {"port", "80 ", "a whole number from 0 to 65535"},
      {"port", "+80", "a whole number from 0 to 65535"},
      {"port", "0x50", "a whole number from 0 to 65535"},
      {"port", "8.0", "a whole number from 0 to 65535"},
      {"port", "", "a whole number from 0 to 65535"},
      {"port", "99999999999999999999999", "a whole number from 0 to 65535"},
      {"https-port", "65536", "a whole number from 0 to 65535 or off"},
      {"https-port", "none", "a whole number from 0 to 65535 or off"},
      {"tls-name", "a,*.org", "names like a, *.b.org or 10.0.0.5, commas between them"},
      {"drain-period", "3601", "a whole number from 0 to 3600"},
      {"max-sessions", "0", "a whole number from 1 to 100000"},
      {"cooldown-period", "0", "a whole number from 1 to 31536000"},
      {"tenant", "my-tenant", "a UUID"},
      {"identity-roles", "a,,b", "none or names with commas between them"},
      {"cooldown-period", "300s", "a whole number from 1 to 31536000"},
      {"data-quota-mb", "0", "a whole number from 1 to 1048576"},
      {"memory-limit-mb", "63", "a whole number from 64 to 1048576"},
      {"max-processes", "7", "a whole number from 8 to 32768"},
      {"max-files", "15", "a whole number from 16 to 100000000"},
      {"tmp-quota-mb", "0", "a whole number from 1 to 1048576"},
      {"shm-quota-mb", "0", "a whole number from 1 to 1048576"},
      {"max-open-files", "63", "a whole number from 64 to 1048576"},
      {"cpu-limit", "0.04", kCpuLimits},
      {"cpu-limit", "1024.01", kCpuLimits},
      {"cpu-limit", "1.234", kCpuLimits},
      {"cpu-limit", ".5", kCpuLimits},
      {"cpu-limit", "1.", kCpuLimits},
      {"cpu-limit", "-1", kCpuLimits},
      {"cpu-limit", "1e2", kCpuLimits},
      {"control-groups", "on", "auto or off"},
      {"log-level", "INFO", "error or warning or info or debug"},
      {"auth", "entra", "any or claims or off"},
      {"role-missing", "404", "403 or 401"},
      {"object-ids", "sometimes", "by-version or always or never"},
      {"lenient-bodies", "yes", "true or false or 1 or 0"},
      {"timeout-above-220", "300", "cap or reject"},
      {"string-quotes", "true", "by-version or always or never"},
      {"none-value", "None", "by-version or null or empty"},
      {"image-and-value", "both", "image or value"},
      {"failure-value", "none", "by-version or null or empty"},
      {"stream-limit", "0", "by-version or none or a whole number from 1 to 100000000"},
      {"stream-limit", "-1", "by-version or none or a whole number from 1 to 100000000"},
      {"stream-limit", "unlimited", "by-version or none or a whole number from 1 to 100000000"},
      {"unknown-api-version", "oldest", "newest or reject or unauthorized"},
      {"missing-api-version", "newest", "oldest or reject"},
      {"pool-full", "503", "404 or 429"},
      {"session-missing", "403", "400 or 404"},
      {"identifier-rule", "any", "by-version or documented"},
      {"upload-type", "by-version", "filled or empty"},
      {"metadata-type", "Always", "by-version or always or never"},
      {"async-kernel", "own", "separate or shared"},
      {"upload-folders", "flat", "dropped or kept"},
      {"file-names", "all", "any or documented"},
      {"listen", "localhost", "an IP address"},
      {"listen", "0.0.0.0:80", "an IP address"},
      {"listen", "", "an IP address"},
      {"allowed-host", "", "names or ids with commas between them"},
      {"allowed-host", "a,,b", "names or ids with commas between them"},
      {"allowed-host", "a,", "names or ids with commas between them"},
      {"allowed-host", "a b", "names or ids with commas between them"},
      {"allowed-host", "http://a", "names or ids with commas between them"},
      {"executor", ",", "names or ids with commas between them"},
      {"sandbox", "none", "auto or full or restricted or insecure"},
      {"container-type", "NodeLTS", "PythonLTS"},
      {"network-status", "enabled", "EgressDisabled or EgressEnabled"},
      {"exact", "maybe", "true or false or 1 or 0"},
      {"name", "", "letters, digits, `-`, `_` and `.`"},
      {"name", "a/b", "letters, digits, `-`, `_` and `.`"},
      {"resource-group", "r g", "letters, digits, `-`, `_` and `.`"},
      {"subscription", "caf\xC3\xA9", "letters, digits, `-`, `_` and `.`"},
  }));
  DYNAMIC_SECTION(row.option << " = `" << row.value << "`") {
    const std::string complaint = "expected " + row.accepted + ", not `" + row.value + "`";
    const std::string flag = "--" + row.option;
    const std::vector<std::string> words =
        row.value.empty() ? std::vector{flag, row.value} : std::vector{flag + "=" + row.value};
    // The message can continue with a suggestion.
    CHECK_THAT(refusal(words), Catch::StartsWith(flag + ": " + complaint));

    std::string variable = "DYNSESSIONS_" + row.option;
    for (char& c : variable) c = c == '-' ? '_' : static_cast<char>(::toupper(c));
    // An empty variable counts as none: compose files set what is absent to nothing.
    if (!row.value.empty()) {
      CHECK_THAT(refusal({}, {{variable, row.value}}),
                 Catch::StartsWith(variable + ": " + complaint));
    }

    const TemporaryConfig file("{\"" + row.option + "\": \"" + row.value + "\"}");
    CHECK_THAT(refusal({"--config", file.path()}),
               Catch::StartsWith("`" + file.path() + "`, " + row.option + ": " + complaint));
  }
}

TEST_CASE("the ends of a range are accepted", "[config]") {
  struct Row {
    std::string flag, low, high;
  };
  const auto row = GENERATE(values<Row>({{"--port", "0", "65535"},
                                         {"--admin-port", "0", "65535"},
                                         {"--drain-period", "0", "3600"},
                                         {"--max-sessions", "1", "100000"},
                                         {"--ready-sessions", "0", "10000"},
                                         {"--cooldown-period", "1", "31536000"},
                                         {"--memory-limit-mb", "64", "1048576"},
                                         {"--cpu-limit", "0.05", "1024"},
                                         {"--max-processes", "8", "32768"}}));
  DYNAMIC_SECTION(row.flag) {
    CHECK_NOTHROW(parse({row.flag, row.low}));
    // The option limits the number of ready sessions, which is set too.
    CHECK_NOTHROW(parse({row.flag, row.high}, {{"DYNSESSIONS_MAX_SESSIONS", "100000"}}));
  }
}

TEST_CASE("every switchable row of the contract has its option", "[config]") {
  std::map<std::string_view, std::string_view> rows;
  for (const Option& option : all_options()) {
    if (!option.question.empty()) rows.emplace(option.key, option.question);
  }
  CHECK(rows == std::map<std::string_view, std::string_view>{{"object-ids", "row 3"},
                                                             {"lenient-bodies", "rows 4 and 5"},
                                                             {"timeout-above-220", "row 7"},
                                                             {"string-quotes", "row 9"},
                                                             {"none-value", "row 10"},
                                                             {"image-and-value", "row 12"},
                                                             {"failure-value", "row 13"},
                                                             {"stream-limit", "row 17"},
                                                             {"unknown-api-version", "row 18"},
                                                             {"missing-api-version", "row 18"},
                                                             {"role-missing", "row 19"},
                                                             {"pool-full", "row 20"},
                                                             {"session-missing", "row 21"},
                                                             {"identifier-rule", "row 23"},
                                                             {"upload-type", "row 24"},
                                                             {"metadata-type", "row 25"},
                                                             {"async-kernel", "row 35"},
                                                             {"upload-folders", "section 7"},
                                                             {"file-names", "section 6"}});
}

TEST_CASE("the stream limit is by version, none, or a number", "[config]") {
  using contract::StreamLimit;
  const auto limit = [](const std::string& value) {
    return parse({"--stream-limit", value}).config.contract.stream_limit;
  };
  CHECK(limit("by-version") == StreamLimit{});
  CHECK(limit("none") == StreamLimit{StreamLimit::Rule::none});
  CHECK(limit("4096") == StreamLimit{StreamLimit::Rule::fixed, 4096});
}

TEST_CASE("exact and lenient bodies contradict each other, wherever they come from", "[config]") {
  const std::string complaint = "contradict each other";
  CHECK_THAT(refusal({"--exact", "--lenient-bodies"}), Catch::Contains(complaint));
  CHECK_THAT(refusal({"--exact"}, {{"DYNSESSIONS_LENIENT_BODIES", "1"}}),
             Catch::Contains(complaint));
  CHECK_NOTHROW(parse({"--exact", "--lenient-bodies=false"}));
  CHECK_NOTHROW(parse({"--lenient-bodies"}));
}

TEST_CASE("more ready sessions than there may be sessions are refused", "[config]") {
  const std::string complaint = "`ready-sessions` is 8, more than the 7 of `max-sessions`";
  CHECK_THAT(refusal({"--max-sessions", "7", "--ready-sessions", "8"}), Catch::Contains(complaint));
  CHECK_THAT(refusal({"--max-sessions", "7"}, {{"DYNSESSIONS_READY_SESSIONS", "8"}}),
             Catch::Contains(complaint));
  CHECK_NOTHROW(parse({"--max-sessions", "7", "--ready-sessions", "7"}));
}

TEST_CASE("a level of the log has the name by which it is set", "[config]") {
  CHECK(name_of(LogLevel::error) == "error");
  CHECK(name_of(LogLevel::warning) == "warning");
  CHECK(name_of(LogLevel::info) == "info");
  CHECK(name_of(LogLevel::debug) == "debug");
}

TEST_CASE("a token of the admin API is taken, and is not shown", "[config]") {
  const std::string secret = "0123456789abcdef-._~+/=";
  const Config config = parse({"--admin-token", secret}).config;
  CHECK(config.server.admin_token.rule == AdminToken::Rule::fixed);
  CHECK(config.server.admin_token.text == secret);
  for (const Option& option : all_options()) {
    CHECK_THAT(option.show(config), !Catch::Contains(secret));
  }
  for (const std::string bad : {"", "short", "fifteen-letters", "a token with blanks in it"}) {
    CHECK_THROWS_AS(parse({"--admin-token", bad}), ConfigError);
  }
}

}  // namespace
}  // namespace dynsessions::config
