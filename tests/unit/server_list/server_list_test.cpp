#include "emulator/server_list/server_list.h"

#include <chrono>
#include <optional>

#include "emulator/tls/state_directory.h"
#include "tests/support/catch.h"
#include "tests/unit/tls/temporary_directory.h"

namespace dynsessions::server_list {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;
using tls::TemporaryDirectory;

/// Returns the files of entries, without the directory's lock.
std::vector<fs::path> entries_in(const fs::path& directory) {
  std::vector<fs::path> found;
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().filename() != "lock") found.push_back(file.path());
  }
  return found;
}

TEST_CASE("a server is listed while it runs", "[server_list]") {
  const TemporaryDirectory home;
  const fs::path list = home.path() / "servers";
  CHECK(running_servers(list).empty());
  {
    const Entry entry(list, "the ready line\n");
    CHECK(running_servers(list) == Lines{"the ready line\n"});
    CHECK(tls::mode_of(entries_in(list).front()) == 0600U);
  }
  CHECK(running_servers(list).empty());
  CHECK(entries_in(list).empty());
}

TEST_CASE("the server that was started last comes first", "[server_list]") {
  const TemporaryDirectory home;
  std::optional<Entry> older(std::in_place, home.path(), "older");
  const fs::path file = entries_in(home.path()).front();
  const Entry newer(home.path(), "newer");
  fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(1));
  CHECK(running_servers(home.path()) == Lines{"newer", "older"});
  older.reset();
  CHECK(running_servers(home.path()) == Lines{"newer"});
}

TEST_CASE("the file of a server that was killed is removed", "[server_list]") {
  const TemporaryDirectory home;
  const Entry entry(home.path(), "running");
  tls::set_content(home.path() / "left.json", "killed");
  CHECK(running_servers(home.path()) == Lines{"running"});
  CHECK_FALSE(fs::exists(home.path() / "left.json"));
}

TEST_CASE("a list that cannot be written is an error that names it", "[server_list]") {
  const TemporaryDirectory home;
  tls::set_content(home.path() / "servers", "a file");
  CHECK_THROWS_AS(Entry(home.path() / "servers", "line"), tls::StateError);
}

TEST_CASE("the list is in the user's directory for state", "[server_list]") {
  const auto with = [](const std::string& state, const std::string& home) {
    return directory([=](const std::string& name) -> std::optional<std::string> {
      return name == "XDG_STATE_HOME" ? state : name == "HOME" ? home : "";
    });
  };
  CHECK(with("/state", "/home/me") == fs::path("/state/dynsessions/servers"));
  CHECK(with("", "/home/me") == fs::path("/home/me/.local/state/dynsessions/servers"));
  CHECK_FALSE(with("relative", "").has_value());
}

}  // namespace
}  // namespace dynsessions::server_list
