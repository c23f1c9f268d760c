#include "emulator/runtimes/python_runtime.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/unit/tls/temporary_directory.h"

namespace dynsessions::runtimes::test {
namespace {

namespace fs = std::filesystem;
using sandbox::ReadOnlyBind;
using sandbox::SandboxProfile;
using sandbox::Tier;

/// A base environment and a layer on it.
class Environments {
 public:
  Environments() {
    make(base(), "");
    make(layer(), "base-environment = " + base().string() + "\n");
  }

  [[nodiscard]] fs::path base() const { return directory_.path() / "base"; }
  [[nodiscard]] fs::path layer() const { return directory_.path() / "layer"; }

  [[nodiscard]] SandboxProfile profile_of(const fs::path& prefix, Tier tier,
                                          const std::string& fonts = "") const {
    const Installation installation{"/bin/launcher", "/opt/agent", base() / "bin/python3"};
    const PythonSettings settings{
        .python = (prefix / "bin/python3").string(), .preload = {}, .font_set = fonts};
    const auto profile = PythonRuntime(settings, installation, tier).profile_for({});
    REQUIRE(profile);
    return *profile;
  }

 private:
  static void make(const fs::path& prefix, const std::string& configuration) {
    fs::create_directories(prefix / "bin");
    fs::create_directories(prefix / "lib/python3.11/site-packages");
    std::ofstream(prefix / "bin/python3") << "";
    std::ofstream(prefix / "pyvenv.cfg") << "home = /usr/bin\n" << configuration;
  }

  tls::TemporaryDirectory directory_;
};

bool shows(const SandboxProfile& profile, const fs::path& source, const fs::path& target) {
  const ReadOnlyBind wanted{source.string(), target.string()};
  return std::find(profile.binds.begin(), profile.binds.end(), wanted) != profile.binds.end();
}

std::string variable(const SandboxProfile& profile, const std::string& name) {
  for (const std::string& each : profile.environment) {
    if (each.starts_with(name + '=')) return each.substr(name.size() + 1);
  }
  return "unset";
}

}  // namespace

TEST_CASE("a layer is shown with its base", "[runtimes]") {
  const Environments made;
  const SandboxProfile full = made.profile_of(made.layer(), Tier::full);
  CHECK(shows(full, made.layer(), "/opt/python"));
  CHECK(shows(full, made.base(), "/opt/dynsessions-base"));
  CHECK(full.interpreter.front() == "/opt/python/bin/python3");
  CHECK(variable(full, "PATH") ==
        "/tmp/.local/bin:/opt/python/bin:/opt/dynsessions-base/bin:/usr/local/bin:/usr/bin:/bin");
  CHECK(full.packages ==
        std::vector<std::string>{(made.layer() / "lib/python3.11/site-packages").string(),
                                 (made.base() / "lib/python3.11/site-packages").string()});
}

TEST_CASE("below the full tier a layer and its base are where they are", "[runtimes]") {
  const Environments made;
  const SandboxProfile restricted = made.profile_of(made.layer(), Tier::restricted);
  CHECK(shows(restricted, made.layer(), made.layer()));
  CHECK(shows(restricted, made.base(), made.base()));
  CHECK_THAT(variable(restricted, "PATH"), Catch::Contains((made.layer() / "bin").string() + ':' +
                                                           (made.base() / "bin").string() + ':'));
}

TEST_CASE("an environment that is no layer has no base", "[runtimes]") {
  const Environments made;
  const SandboxProfile full = made.profile_of(made.base(), Tier::full);
  CHECK(shows(full, made.base(), "/opt/python"));
  CHECK(full.binds.size() == 2);  // the environment and the agent
  CHECK(variable(full, "PATH") == "/tmp/.local/bin:/opt/python/bin:/usr/local/bin:/usr/bin:/bin");
}

TEST_CASE("a set of fonts is shown, and the agent receives its path", "[runtimes]") {
  const Environments made;
  const SandboxProfile full = made.profile_of(made.base(), Tier::full, "/state/fonts/1");
  CHECK(shows(full, "/state/fonts/1", "/opt/dynsessions-fonts"));
  CHECK(variable(full, "SESSION_FONTS") == "/opt/dynsessions-fonts");
  const SandboxProfile restricted = made.profile_of(made.base(), Tier::restricted, "/state/1");
  CHECK(shows(restricted, "/state/1", "/state/1"));
  CHECK(variable(restricted, "SESSION_FONTS") == "/state/1");
  CHECK(fonts_inside(Tier::full) == "/opt/dynsessions-fonts");
  CHECK(fonts_inside(Tier::restricted).empty());
  CHECK(variable(made.profile_of(made.base(), Tier::full), "SESSION_FONTS") == "unset");
}

}  // namespace dynsessions::runtimes::test
