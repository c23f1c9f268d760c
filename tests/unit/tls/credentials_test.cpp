#include "emulator/tls/credentials.h"

#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "tests/support/catch.h"
#include "tests/unit/tls/chain.h"
#include "tests/unit/tls/temporary_directory.h"

namespace dynsessions::tls {
namespace {

std::vector<Name> standard_names_and(const std::string& list) {
  std::vector<Name> names = standard_names();
  for (Name& name : *parse_names(list)) names.push_back(std::move(name));
  return names;
}

/// Captures the log while the object lives.
class LogCapture {
 public:
  LogCapture() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("capture", std::move(sink)));
    spdlog::set_level(spdlog::level::info);
  }
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  ~LogCapture() {
    spdlog::set_default_logger(before_);
    spdlog::set_level(spdlog::level::off);
  }
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

/// A state directory, and servers that start with it.
class Machine {
 public:
  Machine() { spdlog::set_level(spdlog::level::off); }

  Credentials start(Clock::TimePoint now, const std::vector<Name>& names = standard_names()) {
    return prepare_credentials(directory_, names, now);
  }
  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return temporary_.path() / name;
  }
  [[nodiscard]] std::string authority() const { return content_of(file("ca.pem")); }

 private:
  TemporaryDirectory temporary_;
  StateDirectory directory_ = StateDirectory::at(temporary_.path());
};

TEST_CASE("the first start makes an authority that its server is believed by", "[tls]") {
  Machine machine;
  const Credentials made = machine.start(kNow);
  CHECK(made.authority_file == machine.file("ca.pem"));
  CHECK(verdict(machine.authority(), made.certificate_pem, "localhost", kNow) == "ok");
  for (const char* const name : {"ca.pem", "ca-key.pem", "server.pem", "lock"}) {
    INFO(name);
    CHECK(mode_of(machine.file(name)) == 0600);
  }
}

TEST_CASE("a later start finds what the first one made", "[tls]") {
  Machine machine;
  const Credentials first = machine.start(kNow);
  const std::string authority = machine.authority();
  const Credentials second = machine.start(kNow + kDay);
  CHECK(machine.authority() == authority);
  CHECK(second.certificate_pem == first.certificate_pem);
  CHECK(second.key_pem == first.key_pem);
}

TEST_CASE("the server certificate is renewed thirty days before its end, its authority stays",
          "[tls]") {
  Machine machine;
  const Credentials first = machine.start(kNow);
  const std::string authority = machine.authority();
  CHECK(machine.start(kNow + 366 * kDay).certificate_pem == first.certificate_pem);
  const Clock::TimePoint late = kNow + 367 * kDay;
  const Credentials renewed = machine.start(late);
  CHECK(renewed.certificate_pem != first.certificate_pem);
  CHECK(machine.authority() == authority);
  CHECK(verdict(authority, renewed.certificate_pem, "localhost", late + 300 * kDay) == "ok");
}

TEST_CASE("the authority is replaced thirty days before its end, and the server with it", "[tls]") {
  Machine machine;
  static_cast<void>(machine.start(kNow));
  const std::string authority = machine.authority();
  static_cast<void>(machine.start(kNow + 3619 * kDay));
  CHECK(machine.authority() == authority);
  const Clock::TimePoint late = kNow + 3620 * kDay;
  const Credentials renewed = machine.start(late);
  CHECK(machine.authority() != authority);
  CHECK(verdict(machine.authority(), renewed.certificate_pem, "localhost", late + 390 * kDay) ==
        "ok");
}

TEST_CASE("a name of a permitted domain needs a new server certificate only", "[tls]") {
  Machine machine;
  const Credentials first = machine.start(kNow);
  const std::string authority = machine.authority();
  const std::string name = "a.b.dynamicsessions.io";
  CHECK(verdict(authority, first.certificate_pem, name, kNow) != "ok");
  const Credentials second = machine.start(kNow, standard_names_and(name));
  CHECK(machine.authority() == authority);
  CHECK(verdict(authority, second.certificate_pem, name, kNow) == "ok");
}

TEST_CASE("a name of another domain needs a new authority, which also knows what the old one did",
          "[tls]") {
  Machine machine;
  static_cast<void>(machine.start(kNow));
  const std::string old_authority = machine.authority();
  static_cast<void>(machine.start(kNow, standard_names_and("one.example.org")));
  const std::string for_one = machine.authority();
  CHECK(for_one != old_authority);
  static_cast<void>(machine.start(kNow, standard_names_and("10.0.0.5,fe80::1")));
  const std::string for_both = machine.authority();
  CHECK(for_both != for_one);

  const std::string list = GENERATE(as<std::string>(), "one.example.org", "10.0.0.5", "fe80::1");
  DYNAMIC_SECTION(list << " does not replace it again") {
    const Credentials credentials = machine.start(kNow, standard_names_and(list));
    CHECK(machine.authority() == for_both);
    CHECK(verdict(for_both, credentials.certificate_pem, list, kNow) == "ok");
  }
}

TEST_CASE("an authority without name constraints, or with wider ones, is kept", "[tls]") {
  // Constraints that a person might write for all servers of a team. Those of the emulator are
  // narrower.
  const std::string constraints = GENERATE(
      as<std::string>(), "",
      "critical,permitted;DNS:localhost,permitted;DNS:dynamicsessions.io,"
      "permitted;DNS:acasessions.io,permitted;DNS:example.org,permitted;IP:10.0.0.0/255.0.0.0,"
      "permitted;IP:127.0.0.0/255.0.0.0,permitted;IP:::1/"
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  Machine machine;
  const ForeignAuthority foreign = make_foreign_authority(constraints, kNow);
  set_content(machine.file("ca.pem"), foreign.certificate_pem);
  set_content(machine.file("ca-key.pem"), foreign.key_pem);
  const Credentials made = machine.start(kNow, standard_names_and("one.example.org,10.1.2.3"));
  CHECK(machine.authority() == foreign.certificate_pem);
  CHECK(verdict(machine.authority(), made.certificate_pem, "one.example.org", kNow) == "ok");
  CHECK(verdict(machine.authority(), made.certificate_pem, "10.1.2.3", kNow) == "ok");
}

TEST_CASE("the log tells which certificate was replaced, and why", "[tls]") {
  Machine machine;
  static_cast<void>(machine.start(kNow));
  const LogCapture log;
  static_cast<void>(machine.start(kNow));
  CHECK(log.text().empty());
  static_cast<void>(machine.start(kNow, standard_names_and("a.dynamicsessions.io")));
  CHECK_THAT(
      log.text(),
      Catch::Contains("replaced the server certificate, because its names have changed; it is "
                      "signed by the authority " +
                      machine.file("ca.pem").string()) &&
          !Catch::Contains("replaced the certificate authority"));
  static_cast<void>(machine.start(kNow, standard_names_and("one.example.org,10.0.0.5")));
  CHECK_THAT(log.text(), Catch::Contains("replaced the certificate authority") &&
                             Catch::Contains("its name constraints do not permit one.example.org, "
                                             "10.0.0.5"));
}

TEST_CASE("a server does not keep a name that it was not given again", "[tls]") {
  Machine machine;
  static_cast<void>(machine.start(kNow, standard_names_and("one.example.org")));
  const Credentials without = machine.start(kNow);
  CHECK(verdict(machine.authority(), without.certificate_pem, "localhost", kNow) == "ok");
  CHECK(verdict(machine.authority(), without.certificate_pem, "one.example.org", kNow) ==
        "hostname mismatch");
}

TEST_CASE("whatever is broken in the directory, the next start mends it", "[tls]") {
  Machine machine;
  static_cast<void>(machine.start(kNow));
  const std::string broken = GENERATE(as<std::string>(), "ca.pem", "ca-key.pem", "server.pem");
  const std::string how = GENERATE(as<std::string>(), "missing", "empty", "half", "of another");
  DYNAMIC_SECTION(broken << " " << how) {
    const std::string content = content_of(machine.file(broken));
    if (how == "missing") std::filesystem::remove(machine.file(broken));
    if (how == "empty") set_content(machine.file(broken), "");
    if (how == "half") set_content(machine.file(broken), content.substr(0, content.size() / 2));
    if (how == "of another") {
      Machine other;
      static_cast<void>(other.start(kNow));
      set_content(machine.file(broken), content_of(other.file(broken)));
    }
    const Credentials mended = machine.start(kNow);
    CHECK(verdict(machine.authority(), mended.certificate_pem, "localhost", kNow) == "ok");
    CHECK(machine.start(kNow).certificate_pem == mended.certificate_pem);
  }
}

TEST_CASE("servers that start for the first time at once agree on one authority", "[tls]") {
  constexpr int kServers = 8;
  Machine machine;
  std::vector<Credentials> started(kServers);
  std::vector<std::thread> servers;
  servers.reserve(started.size());
  for (Credentials& credentials : started) {
    servers.emplace_back([&machine, &credentials] { credentials = machine.start(kNow); });
  }
  for (std::thread& server : servers) server.join();
  for (const Credentials& credentials : started) {
    CHECK(verdict(machine.authority(), credentials.certificate_pem, "localhost", kNow) == "ok");
  }
}

}  // namespace
}  // namespace dynsessions::tls
