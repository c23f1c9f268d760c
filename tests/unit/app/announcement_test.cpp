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
  using auth::TokenRule;
  const auto [mode, words] = GENERATE(table<auth::TokenRule, std::string>({
      {auth::TokenRule::any, "Any bearer token will do."},
      {auth::TokenRule::claims, "`dynsessions token` prints one"},
      {auth::TokenRule::off, "No token is needed."},
  }));
  DYNAMIC_SECTION(words) {
    const std::string text = banner(announcement_of("127.0.0.1", mode));
    CHECK_THAT(text, Catch::Contains("http://here:1/pool") && Catch::Contains("http://here:2"));
    CHECK_THAT(text, Catch::Contains("a pool of this kind"));
    CHECK_THAT(text, Catch::Contains("memory hard, CPU absent"));
    CHECK_THAT(text, Catch::Contains(words));
  }
}

TEST_CASE("the banner names the sandbox, and warns when it isolates nothing", "[app]") {
  Announcement announcement = announcement_of("127.0.0.1");
  announcement.sandbox = "insecure: limits only";
  CHECK_THAT(banner(announcement), Catch::Contains("sandbox                    insecure: limits"));
  CHECK_THAT(banner(announcement), !Catch::Contains("WARNING"));
  announcement.warning = "sessions are not isolated";
  CHECK_THAT(banner(announcement), Catch::Contains("*** WARNING: sessions are not isolated. ***"));
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
    const std::string text = banner(announcement_of(address));
    const std::string warning = "WARNING: --listen " + address + " opens every port";
    CHECK((text.find(warning) != std::string::npos) == exposed);
    CHECK((text.find("WARNING") != std::string::npos) == exposed);
  }
}

}  // namespace
}  // namespace dynsessions
