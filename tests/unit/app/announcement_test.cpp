#include "emulator/app/announcement.h"

#include "tests/support/catch.h"

namespace dynsessions {
namespace {

Announcement announcement_of(const std::string& listen,
                             auth::TokenRule auth = auth::TokenRule::any) {
  Announcement announcement;
  announcement.http = "http://here:1";
  announcement.admin = "http://here:2";
  announcement.pool_management_endpoint = "http://here:1/pool";
  announcement.pool = "a pool of this kind";
  announcement.limits = "memory hard, CPU absent";
  announcement.auth = auth;
  announcement.listen = listen;
  return announcement;
}

TEST_CASE("the banner shows where the pool is and what a token needs", "[app]") {
  using AuthMode = auth::TokenRule;
  const auto [mode, words] = GENERATE(table<AuthMode, std::string>({
      {AuthMode::any, "Any bearer token is accepted."},
      {AuthMode::claims, "`dynsessions token` prints one"},
      {AuthMode::off, "No token is needed."},
  }));
  DYNAMIC_SECTION(words) {
    const std::string text = banner(announcement_of("127.0.0.1", mode), TerminalStyle());
    CHECK_THAT(text, Catch::Contains("http://here:1/pool") && Catch::Contains("http://here:2"));
    CHECK_THAT(text, Catch::Contains("a pool of this kind"));
    CHECK_THAT(text, Catch::Contains("memory hard, CPU absent"));
    CHECK_THAT(text, Catch::Contains(words));
  }
}

TEST_CASE("the banner proposes a token that the server accepts", "[app]") {
  using AuthMode = auth::TokenRule;
  const auto text = [](AuthMode mode) {
    return banner(announcement_of("127.0.0.1", mode), TerminalStyle());
  };
  CHECK_THAT(text(AuthMode::any), Catch::Contains("Bearer any"));
  CHECK_THAT(text(AuthMode::claims), Catch::Contains("Bearer $(dynsessions token)"));
  CHECK_THAT(text(AuthMode::claims), !Catch::Contains("Bearer any") && !Catch::Contains("\"any\""));
  CHECK_THAT(text(AuthMode::off), !Catch::Contains("Bearer") && !Catch::Contains("\"any\""));
}

TEST_CASE("too few descriptors are a warning", "[app]") {
  Announcement announcement = announcement_of("127.0.0.1");
  CHECK(warnings_of(announcement).empty());
  announcement.descriptors = "too few: have more";
  CHECK(warnings_of(announcement) == std::vector<std::string>{"too few: have more."});
}

TEST_CASE("colours are for terminals", "[app]") {
  Announcement announcement = announcement_of("0.0.0.0");
  const std::string plain = banner(announcement, TerminalStyle());
  std::string coloured = banner(announcement, TerminalStyle(true));
  CHECK(plain.find('\x1b') == std::string::npos);
  CHECK_THAT(coloured, Catch::Contains("\x1b[1;31m*** WARNING"));
  // Only the colours differ.
  for (std::size_t at = 0; (at = coloured.find('\x1b')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) + 1 - at);
  }
  CHECK(coloured == plain);
}

TEST_CASE("the warnings of the banner are sentences for the log, too", "[app]") {
  Announcement announcement = announcement_of("127.0.0.1");
  CHECK(warnings_of(announcement).empty());
  announcement.warning = "sessions are not isolated";
  announcement.listen = "0.0.0.0";
  const auto warnings = warnings_of(announcement);
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0] == "sessions are not isolated.");
  CHECK_THAT(warnings[1], Catch::StartsWith("--listen 0.0.0.0 opens every port"));
}

TEST_CASE("the lines for programs are JSON with the addresses", "[app]") {
  Announcement announcement = announcement_of("127.0.0.1");
  const std::string line = event_line("listening", announcement);
  CHECK_THAT(line, Catch::StartsWith(R"({"event":"listening","pid":)") && Catch::EndsWith("}\n"));
  CHECK_THAT(line, Catch::Contains(R"("poolManagementEndpoint":"http://here:1/pool")"));
  CHECK_THAT(line, !Catch::Contains("authority") && !Catch::Contains("failure"));
  announcement.https = "https://here:3";
  announcement.authority_file = "/state/ca.pem";
  announcement.failure = "no Python";
  CHECK_THAT(event_line("ready", announcement),
             Catch::Contains(R"("https":"https://here:3")") &&
                 Catch::Contains(R"("authority":"/state/ca.pem","failure":"no Python")"));
}

TEST_CASE("the banner names the sandbox, and warns when it isolates nothing", "[app]") {
  Announcement announcement = announcement_of("127.0.0.1");
  announcement.sandbox = "insecure: limits only";
  CHECK_THAT(banner(announcement, TerminalStyle()),
             Catch::Contains("sandbox                    insecure: limits"));
  CHECK_THAT(banner(announcement, TerminalStyle()), !Catch::Contains("WARNING"));
  announcement.warning = "sessions are not isolated";
  CHECK_THAT(banner(announcement, TerminalStyle()),
             Catch::Contains("*** WARNING: sessions are not isolated. ***"));
}

TEST_CASE("the banner warns when other machines can connect, and only then", "[app]") {
  const auto [address, exposed] = GENERATE(table<std::string, bool>({
      {"127.0.0.1", false},
      {"127.8.9.10", false},
      {"::1", false},
      {"0.0.0.0", true},
      {"::", true},
      {"192.168.1.10", true},
      {"fe80::1", true},
  }));
  DYNAMIC_SECTION(address) {
    const std::string text = banner(announcement_of(address), TerminalStyle());
    const std::string warning = "WARNING: --listen " + address + " opens every port";
    CHECK((text.find(warning) != std::string::npos) == exposed);
    CHECK((text.find("WARNING") != std::string::npos) == exposed);
  }
}

TEST_CASE("the token of the admin API is shown to people and programs", "[app]") {
  Announcement announcement = announcement_of("0.0.0.0");
  CHECK_THAT(event_line("ready", announcement), !Catch::Contains("adminToken"));
  announcement.admin_token = "a-secret";
  CHECK_THAT(event_line("ready", announcement), Catch::Contains(R"("adminToken":"a-secret")"));
  CHECK_THAT(banner(announcement, TerminalStyle()), Catch::Contains("a-secret"));
}

}  // namespace
}  // namespace dynsessions
