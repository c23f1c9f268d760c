#include "emulator/tls/identity.h"

#include "tests/support/catch.h"
#include "tests/unit/tls/chain.h"

namespace dynsessions::tls {
namespace {

using std::chrono::hours;

std::vector<Name> names_in(const std::string& list) { return *parse_names(list); }

std::set<std::string> domains_of(const std::vector<Name>& names) {
  std::set<std::string> domains;
  for (const Name& name : names) domains.insert(name.domain());
  return domains;
}

TEST_CASE("a client that trusts the authority accepts the server under each of its names only",
          "[tls][identity]") {
  const Identity authority = Identity::make_authority(domains_of(standard_names()), kNow);
  const Identity server = authority.issue(standard_names(), kNow);
  struct Row {
    std::string name, verdict;
  };
  const auto row = GENERATE(values<Row>({
      {"localhost", "ok"},
      {"127.0.0.1", "ok"},
      {"::1", "ok"},
      {"eastus.dynamicsessions.io", "ok"},
      {"northcentralus.acasessions.io", "ok"},
      {"dynamicsessions.io", "hostname mismatch"},
      {"a.b.dynamicsessions.io", "hostname mismatch"},
      {"example.org", "hostname mismatch"},
      {"127.0.0.2", "IP address mismatch"},
  }));
  DYNAMIC_SECTION(row.name) {
    const std::string given =
        verdict(authority.certificate_pem(), server.certificate_pem(), row.name, kNow);
    CHECK_THAT(given, Catch::Equals(row.verdict, Catch::CaseSensitive::No));
  }
}

TEST_CASE("certificates that the authority signs outside its domains are not trusted",
          "[tls][identity]") {
  const Identity authority = Identity::make_authority(domains_of(standard_names()), kNow);
  const std::string name = GENERATE(as<std::string>(), "login.microsoftonline.com", "10.0.0.5",
                                    "fe80::1", "127.0.0.2", "notdynamicsessions.io");
  DYNAMIC_SECTION(name) {
    const Identity server = authority.issue(names_in(name), kNow);
    CHECK(verdict(authority.certificate_pem(), server.certificate_pem(), name, kNow) ==
          "permitted subtree violation");
  }
}

TEST_CASE("a server's certificate makes no authority", "[tls][identity]") {
  const Identity authority = Identity::make_authority({"localhost"}, kNow);
  const Identity server = authority.issue(names_in("localhost"), kNow);
  const Identity forged = server.issue(names_in("localhost"), kNow);
  CHECK(forged.is_signed_by(server));
  CHECK(verdict(server.certificate_pem(), forged.certificate_pem(), "localhost", kNow) != "ok");
}

TEST_CASE("another authority with the same rights is not believed", "[tls][identity]") {
  const Identity authority = Identity::make_authority({"localhost"}, kNow);
  const Identity other = Identity::make_authority({"localhost"}, kNow);
  const Identity server = authority.issue(names_in("localhost"), kNow);
  CHECK(server.is_signed_by(authority));
  CHECK_FALSE(server.is_signed_by(other));
  CHECK(verdict(other.certificate_pem(), server.certificate_pem(), "localhost", kNow) != "ok");
}

TEST_CASE("a certificate is good from a day before it was made to its end", "[tls][identity]") {
  const Identity authority = Identity::make_authority({"localhost"}, kNow);
  const Identity server = authority.issue(names_in("localhost"), kNow);
  CHECK(authority.expires() == kNow + 3650 * kDay);
  CHECK(server.expires() == kNow + 397 * kDay);
  const auto at = [&](Clock::TimePoint time) {
    return verdict(authority.certificate_pem(), server.certificate_pem(), "localhost", time);
  };
  CHECK(at(kNow - kDay) == "ok");
  CHECK(at(kNow - kDay - hours(1)) == "certificate is not yet valid");
  CHECK(at(kNow + 397 * kDay - hours(1)) == "ok");
  CHECK(at(kNow + 397 * kDay + hours(1)) == "certificate has expired");
}

TEST_CASE("a server's certificate does not outlive its authority", "[tls][identity]") {
  const Identity authority = Identity::make_authority({"localhost"}, kNow);
  const Identity server = authority.issue(names_in("localhost"), kNow + 3600 * kDay);
  CHECK(server.expires() == authority.expires());
}

TEST_CASE("names and domains are read back as they were given", "[tls][identity]") {
  const std::set<std::string> domains{"localhost", "example.org", "127.0.0.1", "fe80::1"};
  const Identity authority = Identity::make_authority(domains, kNow);
  CHECK(authority.domains() == domains);
  CHECK(authority.names().empty());
  const Identity server = authority.issue(names_in("*.example.org,127.0.0.1,fe80::1"), kNow);
  CHECK(server.names() == std::set<std::string>{"*.example.org", "127.0.0.1", "fe80::1"});
  CHECK(server.domains().empty());
}

TEST_CASE("an identity survives being written and read", "[tls][identity]") {
  const Identity authority = Identity::make_authority({"localhost"}, kNow);
  const auto read = Identity::from_pem(authority.certificate_pem(), authority.key_pem());
  REQUIRE(read);
  CHECK(read->certificate_pem() == authority.certificate_pem());
  CHECK(read->key_pem() == authority.key_pem());
  CHECK(read->issue(names_in("localhost"), kNow).is_signed_by(authority));
}

TEST_CASE("a file without a certificate and its key is not read", "[tls][identity]") {
  const Identity one = Identity::make_authority({"localhost"}, kNow);
  const Identity two = Identity::make_authority({"localhost"}, kNow);
  const std::string half = one.certificate_pem().substr(0, 200);
  CHECK_FALSE(Identity::from_pem("", ""));
  CHECK_FALSE(Identity::from_pem("no PEM", one.key_pem()));
  CHECK_FALSE(Identity::from_pem(half, one.key_pem()));
  CHECK_FALSE(Identity::from_pem(one.certificate_pem(), ""));
  CHECK_FALSE(Identity::from_pem(one.certificate_pem(), two.key_pem()));
  CHECK_FALSE(Identity::from_pem(one.key_pem(), one.certificate_pem()));
}

}  // namespace
}  // namespace dynsessions::tls
