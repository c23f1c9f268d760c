#include "emulator/tls/name.h"

#include "tests/support/catch.h"

namespace dynsessions::tls {
namespace {

TEST_CASE("a name is read as what it is and written in one way", "[tls][name]") {
  struct Row {
    std::string what, text, written, domain;
    bool is_address;
  };
  const auto row = GENERATE(values<Row>({
      {"a host without a domain", "emulator", "emulator", "emulator", false},
      {"a host of a domain", "my-pool.example.org", "my-pool.example.org", "my-pool.example.org",
       false},
      {"capitals", "Emulator.Example.ORG", "emulator.example.org", "emulator.example.org", false},
      {"an underscore", "my_service", "my_service", "my_service", false},
      {"a wildcard", "*.Example.org", "*.example.org", "example.org", false},
      {"an IPv4 address", "10.0.0.5", "10.0.0.5", "10.0.0.5", true},
      {"an IPv6 address", "::1", "::1", "::1", true},
      {"an IPv6 address in full", "FE80:0:0:0:0:0:0:1", "fe80::1", "fe80::1", true},
  }));
  DYNAMIC_SECTION(row.what) {
    const Result<Name> name = Name::parse(row.text);
    REQUIRE(name);
    CHECK(name->text() == row.written);
    CHECK(name->domain() == row.domain);
    CHECK(name->is_address() == row.is_address);
  }
}

TEST_CASE("a text that is no name is refused and quoted", "[tls][name]") {
  const std::string text =
      GENERATE(as<std::string>(), "", "*", "*.", "*.org", "a.*.org", "*a.example.org", "a..b", ".a",
               "a.", "-a", "a-", "a b", "a/b", "https://a", "a:7443", "DNS:a", "a;b", "a\n",
               "caf\xC3\xA9", "10.0.0.256", "10.0.0", "10.0.0.5/8", "[::1]", "::1%lo",
               std::string(64, 'a'), std::string("a\0b", 3),
               std::string(126, 'a').replace(60, 1, ".") + "." +
                   std::string(126, 'b').replace(60, 1, ".") + ".c");
  DYNAMIC_SECTION("`" << text << "`") {
    const Result<Name> name = Name::parse(text);
    REQUIRE_FALSE(name);
    CHECK_THAT(name.error().message, Catch::Contains("`" + text + "`"));
  }
}

TEST_CASE("a list of names is divided by commas, and one bad name spoils it", "[tls][name]") {
  const auto names = parse_names("b.example.org, 10.0.0.5 ,a");
  REQUIRE(names);
  REQUIRE(names->size() == 3);
  CHECK(names->at(0).text() == "b.example.org");
  CHECK(names->at(1).text() == "10.0.0.5");
  CHECK(names->at(2).text() == "a");
  const std::string bad = GENERATE(as<std::string>(), "", ",", "a,", ",a", "a,,b", "a,b c");
  DYNAMIC_SECTION("`" << bad << "`") { CHECK_FALSE(parse_names(bad)); }
}

TEST_CASE("a name is within its own domain and those above it, an address within itself",
          "[tls][name]") {
  struct Row {
    std::string name, domain;
    bool within;
  };
  const auto row = GENERATE(values<Row>({
      {"example.org", "example.org", true},
      {"a.example.org", "example.org", true},
      {"*.example.org", "example.org", true},
      {"*.a.example.org", "example.org", true},
      {"example.org", "a.example.org", false},
      {"notexample.org", "example.org", false},
      {"*.org.example", "example", true},
      {"10.0.0.5", "10.0.0.5", true},
      {"10.0.0.5", "0.0.5", false},
      {"10.0.0.5", "0.5", false},
  }));
  DYNAMIC_SECTION(row.name << " and " << row.domain) {
    CHECK(Name::parse(row.name)->is_within(row.domain) == row.within);
  }
}

}  // namespace
}  // namespace dynsessions::tls
