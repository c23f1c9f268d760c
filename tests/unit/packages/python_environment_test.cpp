#include "emulator/packages/python_environment.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/catch.h"

namespace dynsessions::packages {
namespace {

namespace fs = std::filesystem;

/// The outer shape of a virtual environment in a temporary directory.
class FakeEnvironment {
 public:
  FakeEnvironment() {
    std::string pattern = fs::temp_directory_path() / "python-environment-XXXXXX";
    prefix_ = ::mkdtemp(pattern.data());
    write("pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n");
  }
  ~FakeEnvironment() { fs::remove_all(prefix_); }
  FakeEnvironment(const FakeEnvironment&) = delete;
  FakeEnvironment& operator=(const FakeEnvironment&) = delete;

  void write(const fs::path& path, const std::string& text) const {
    fs::create_directories((prefix_ / path).parent_path());
    std::ofstream(prefix_ / path) << text;
  }
  void install(const std::string& directory, const std::string& metadata) const {
    write("lib/python3.11/site-packages/" + directory + "/METADATA", metadata);
  }
  [[nodiscard]] const fs::path& prefix() const { return prefix_; }
  [[nodiscard]] PythonEnvironment read() const { return read_python_environment(prefix_); }

 private:
  fs::path prefix_;
};

TEST_CASE("an environment tells its Python and its packages by name", "[packages]") {
  const FakeEnvironment fake;
  fake.install("numpy-1.26.4.dist-info", "Metadata-Version: 2.1\nName: numpy\nVersion: 1.26.4\n");
  fake.install("Pillow-11.3.0.dist-info", "Name: Pillow\nVersion: 11.3.0\n\nName: not this\n");
  fake.install("ipython-8.27.0.dist-info", "Name: ipython\nVersion: 8.27.0\n");
  fake.install("numpy", "Name: no package\nVersion: 1\n");
  fake.install("broken-1.dist-info", "\nName: behind an empty line\n");

  const PythonEnvironment environment = fake.read();
  CHECK(environment.python_version == "3.11.2");
  CHECK(environment.packages == decltype(environment.packages){{"ipython", "8.27.0"},
                                                               {"numpy", "1.26.4"},
                                                               {"Pillow", "11.3.0"}});
  CHECK(environment.version_of("pillow") == "11.3.0");
  CHECK(environment.version_of("pandas").empty());
  CHECK(environment.created_at > std::chrono::system_clock::now() - std::chrono::minutes(1));
}

TEST_CASE("a layer has its packages in front of those of its base", "[packages]") {
  const FakeEnvironment base;
  base.install("numpy-1.26.4.dist-info", "Name: numpy\nVersion: 1.26.4\n");
  base.install("Typing_Extensions-1.dist-info", "Name: Typing_Extensions\nVersion: 1\n");
  const FakeEnvironment layer;
  layer.write("pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\nbase-environment = " +
                                base.prefix().string() + "\n");
  layer.install("typing_extensions-2.dist-info", "Name: typing-extensions\nVersion: 2\n");

  const PythonEnvironment environment = layer.read();
  CHECK(environment.packages ==
        decltype(environment.packages){{"numpy", "1.26.4"}, {"typing-extensions", "2"}});
  CHECK(environment.version_of("typing-extensions") == "2");
  CHECK(base_of(layer.prefix()) == base.prefix());
  CHECK(base_of(base.prefix()).empty());
  CHECK(home_of(layer.prefix()) == "/usr/bin");
  CHECK(package_directories(layer.prefix()) ==
        std::vector<fs::path>{layer.prefix() / "lib/python3.11/site-packages",
                              base.prefix() / "lib/python3.11/site-packages"});
}

TEST_CASE("an environment that is not there has nothing", "[packages]") {
  const PythonEnvironment environment = read_python_environment("/no/such/environment");
  CHECK(environment.python_version.empty());
  CHECK(environment.packages.empty());
}

}  // namespace
}  // namespace dynsessions::packages
