#include "emulator/readiness/readiness.h"

#include <cstdio>
#include <fstream>

#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_loop.h"

namespace dynsessions::readiness {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A file with this content while the object lives; no other test uses its name.
class ReadyFile {
 public:
  explicit ReadyFile(const std::string& content)
      : path_("/tmp/readiness-test-" + std::to_string(::getpid())) {
    std::ofstream(path_) << content;
  }
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;
  ~ReadyFile() { std::remove(path_.c_str()); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

TEST_CASE("the server is asked where this machine reaches it", "[readiness]") {
  const auto [listen, url] = GENERATE(table<std::string, std::string>({
      {"127.0.0.1", "http://127.0.0.1:7071"},
      {"0.0.0.0", "http://127.0.0.1:7071"},
      {"::", "http://[::1]:7071"},
      {"::1", "http://[::1]:7071"},
      {"192.0.2.7", "http://192.0.2.7:7071"},
  }));
  DYNAMIC_SECTION(listen) {
    config::Config config;
    config.server.listen = listen;
    CHECK(admin_url(config) == url);
  }
}

TEST_CASE("with a free port the ready file tells where the server is", "[readiness]") {
  config::Config config;
  config.server.admin_port = 0;

  SECTION("written") {
    const ReadyFile file(R"({"event":"ready","admin":"http://127.0.0.1:40002"})");
    config.server.ready_file = file.path();
    CHECK(admin_url(config) == "http://127.0.0.1:40002");
  }
  SECTION("not written yet") {
    config.server.ready_file = "/no/such/file";
    CHECK(admin_url(config) == std::nullopt);
    CHECK_FALSE(ask(config).ready);
    CHECK_THAT(ask(config).line, Catch::Contains("/no/such/file"));
  }
  SECTION("something else") {
    const ReadyFile file(R"(["admin"])");
    config.server.ready_file = file.path();
    CHECK(admin_url(config) == std::nullopt);
  }
  SECTION("not named") { CHECK_THROWS_AS(ask(config), config::ConfigError); }
}

TEST_CASE("only the health answer of a ready server means ready", "[readiness]") {
  struct Row {
    const char* what;
    unsigned status;
    const char* body;
    bool ready;
    const char* line;
  };
  const auto row = GENERATE(values<Row>({
      {"ready", 200, R"({"status":"ready"})", true, "ready"},
      {"not ready", 503,
       R"({"status":"not ready","components":[{"name":"launcher","ready":true,"detail":"running"},)"
       R"({"name":"interpreter","ready":false,"detail":"is\nstarting"}]})",
       false, "not ready: interpreter: is starting"},
      {"no components", 503, R"({"status":"not ready"})", false, "not ready: "},
      {"strange components", 503, R"({"status":"not ready","components":[1,{"ready":0}]})", false,
       "not ready: : "},
      {"another service", 200, "<html>", false, "status 200 is not from the admin port"},
      {"another status", 200, R"({"status":"not ready"})", false, "is not from the admin port"},
      {"no object", 200, R"("ready")", false, "is not from the admin port"},
      {"a failed one", 500, R"({"status":"ready"})", false, "status 500"},
  }));
  DYNAMIC_SECTION(row.what) {
    const Finding finding = judge(row.status, row.body);
    CHECK(finding.ready == row.ready);
    CHECK_THAT(finding.line, Catch::Contains(row.line));
    CHECK(finding.line.find('\n') == std::string::npos);
  }
}

/// Waits by a manual clock for a server that is ready at the n-th request.
struct Waiting {
  explicit Waiting(int question) : ready_at(question) {}

  test::Task<Finding> start(seconds timeout) {
    auto ask = [this] { return Finding{++asked >= ready_at, std::to_string(asked)}; };
    return loop.start(wait_until_ready(ask, clock, timeout));
  }
  void pass(milliseconds time) {
    for (auto passed = milliseconds(0); passed < time; passed += milliseconds(100)) {
      clock.advance(milliseconds(100));
      loop.settle();
    }
  }

  const int ready_at;
  int asked = 0;
  test::TestLoop loop;
  ManualClock clock{Clock::TimePoint(seconds(1))};
};

TEST_CASE("waiting ends as soon as the server is ready", "[readiness]") {
  Waiting waiting(3);
  auto task = waiting.start(seconds(60));
  waiting.pass(milliseconds(100));
  CHECK_FALSE(task.done());
  waiting.pass(milliseconds(100));
  REQUIRE(task.done());
  CHECK(task.result().ready);
  CHECK(waiting.asked == 3);
}

TEST_CASE("waiting ends with the last finding when the time is up", "[readiness]") {
  Waiting waiting(1000);
  auto task = waiting.start(seconds(1));
  waiting.pass(milliseconds(900));
  CHECK_FALSE(task.done());
  waiting.pass(milliseconds(100));
  REQUIRE(task.done());
  const Finding last = task.result();
  CHECK_FALSE(last.ready);
  CHECK(last.line == "11");
}

TEST_CASE("waiting for no time asks once", "[readiness]") {
  Waiting waiting(2);
  auto task = waiting.start(seconds(0));
  REQUIRE(task.done());
  CHECK_FALSE(task.result().ready);
  CHECK(waiting.asked == 1);
}

}  // namespace
}  // namespace dynsessions::readiness
