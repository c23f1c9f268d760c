#include "emulator/packages/layer_store.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include "emulator/base/read_text.h"
#include "tests/support/catch.h"
#include "tests/unit/tls/temporary_directory.h"

namespace dynsessions::packages::test {
namespace {

namespace fs = std::filesystem;

/// Replaces pip: records each run, and puts the package `plotly` and a package that it needs into
/// the layer.
constexpr const char* kInstalls = R"sh(#!/bin/sh
echo run >> "${0%/bin/python3}/runs"
cp "$4" "${0%/bin/python3}/requirements"
cp "$5" "${0%/bin/python3}/constraints"
mkdir -p "$3/bin"
echo '{"packages": {"plotly": "5.24.1", "tenacity": "9.0.0"}, "conflicts": []}'
)sh";

constexpr const char* kFails = R"sh(#!/bin/sh
mkdir -p "$3/bin"
echo 'ERROR: No matching distribution found for plotly' >&2
exit 1
)sh";

constexpr const char* kIsKilled = R"sh(#!/bin/sh
mkdir -p "$3/bin"
kill -9 $$
)sh";

/// A base environment with numpy, and a store of layers.
class Host {
 public:
  explicit Host(const char* python) {
    fs::create_directories(base() / "bin");
    fs::create_directories(base() / "lib/python3.11/site-packages/numpy-1.26.4.dist-info");
    write(base() / "lib/python3.11/site-packages/numpy-1.26.4.dist-info/METADATA",
          "Name: numpy\nVersion: 1.26.4\n");
    use(python);
  }

  void use(const char* python) const {
    fs::remove(base() / "bin/python3");
    write(base() / "bin/python3", python);
    fs::permissions(base() / "bin/python3", fs::perms::owner_all);
  }
  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

  [[nodiscard]] fs::path base() const { return directory_.path() / "base"; }
  [[nodiscard]] fs::path layers() const { return directory_.path() / "state" / "packages"; }
  [[nodiscard]] fs::path file() const { return directory_.path() / "requirements.txt"; }
  [[nodiscard]] LayerStore store() const {
    return {layers(), base() / "bin/python3", "environment_layer.py"};
  }
  [[nodiscard]] std::string noted(const char* name) const { return read_text(base() / name); }
  /// Counts the layers, without the lock file.
  [[nodiscard]] std::size_t layer_count() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(layers())) count += entry.is_directory();
    return count;
  }

 private:
  tls::TemporaryDirectory directory_;
};

RequirementsFile with(std::string_view text) {
  auto file = RequirementsFile::parse(text);
  REQUIRE(file);
  return *std::move(file);
}

LayerStore::Edit put(const char* text) {
  return [text](RequirementsFile& file) -> Result<void> {
    file.put(*parse_requirement(text));
    return {};
  };
}

const auto kNobodyIsTold = [] {};

}  // namespace

TEST_CASE("a layer is built once for the same requirements", "[packages]") {
  const Host host(kInstalls);
  const auto file = with("plotly==5.24.1\n");
  CHECK_FALSE(host.store().find(file));
  int told = 0;
  for (int i = 0; i < 2; ++i) {
    const auto layer = host.store().obtain(file, "/project", [&told] { ++told; });
    REQUIRE(layer);
    CHECK(fs::exists(layer->prefix / "bin"));
    CHECK(layer->python() == layer->prefix / "bin/python3");
  }
  CHECK(told == 1);
  CHECK(host.noted("runs") == "run\n");
  CHECK(host.noted("requirements") == "plotly==5.24.1\n");
  CHECK(host.noted("constraints") == "numpy==1.26.4\n");
}

TEST_CASE("comments do not make another layer, versions and the base do", "[packages]") {
  const Host host(kInstalls);
  REQUIRE(host.store().obtain(with("plotly==5.24.1\n"), "/", kNobodyIsTold));
  CHECK(host.store().find(with("# charts\nplotly==5.24.1  # for reports\n")));
  CHECK_FALSE(host.store().find(with("plotly==5.24.2\n")));
  fs::create_directories(host.base() / "lib/python3.11/site-packages/new-1.dist-info");
  Host::write(host.base() / "lib/python3.11/site-packages/new-1.dist-info/METADATA",
              "Name: new\nVersion: 1\n");
  CHECK_FALSE(host.store().find(with("plotly==5.24.1\n")));
}

TEST_CASE("packages of the base keep their versions unless one is asked for", "[packages]") {
  const Host host(kInstalls);
  const char* const line = GENERATE("numpy", "numpy>=2", "plotly");
  REQUIRE(host.store().obtain(with(line), "/", kNobodyIsTold));
  CHECK(host.noted("constraints") == (line == std::string("numpy>=2") ? "" : "numpy==1.26.4\n"));
}

TEST_CASE("a change records exact versions and what they need, and its layer is found",
          "[packages]") {
  const Host host(kInstalls);
  Host::write(host.file(), "# Ours.\nnumpy\n");
  const auto change = host.store().change(host.file(), put("plotly"));
  REQUIRE(change);
  const std::string text = read_text(host.file());
  CHECK(text == "# Ours.\nnumpy==1.26.4\nplotly==5.24.1\ntenacity==9.0.0  # needed by others\n");
  CHECK(host.store().find(with(text)));
  CHECK(host.layer_count() == 1);
}

TEST_CASE("a change that fails leaves file and layers as they were", "[packages]") {
  const Host host(kInstalls);
  REQUIRE(host.store().change(host.file(), put("plotly")));
  const std::string before = read_text(host.file());
  host.use(kFails);
  const auto change = host.store().change(host.file(), put("humanize"));
  REQUIRE_FALSE(change);
  CHECK_THAT(change.error().message, Catch::Contains("No matching distribution found"));
  const auto refuse = [](RequirementsFile&) -> Result<void> { return invalid_request("no"); };
  CHECK(host.store().change(host.file(), refuse).error().message == "no");
  CHECK(read_text(host.file()) == before);
  CHECK(host.layer_count() == 1);
  CHECK(host.store().find(with(before)));
}

TEST_CASE("a file that cannot be read or written stays, with the reason", "[packages]") {
  const Host host(kInstalls);
  fs::create_directory(host.file());
  CHECK_THAT(host.store().change(host.file(), put("plotly")).error().message,
             Catch::EndsWith("requirements.txt: it is not a file"));
  fs::remove(host.file());
  Host::write(host.file(), "numpy==1.26.4\n");
  fs::create_directory(host.file().string() + ".tmp");  // the place of the new file
  const auto change = host.store().change(host.file(), put("plotly"));
  REQUIRE_FALSE(change);
  CHECK_THAT(change.error().message, Catch::Contains("cannot write") &&
                                         Catch::EndsWith("requirements.txt: Is a directory"));
  CHECK(read_text(host.file()) == "numpy==1.26.4\n");
}

TEST_CASE("an installation that was killed says so and leaves nothing", "[packages]") {
  const Host host(kIsKilled);
  const auto change = host.store().change(host.file(), put("plotly"));
  REQUIRE_FALSE(change);
  CHECK(change.error().message ==
        "pip could not install the packages:\n  ERROR: the installation was ended by signal");
  CHECK(change.error().reason == "look whether memory is short, then try again");
  CHECK_FALSE(fs::exists(host.file()));
  CHECK(host.layer_count() == 0);
}

TEST_CASE("a file without packages needs no layer", "[packages]") {
  const Host host(kInstalls);
  Host::write(host.file(), "plotly==5.24.1\ntenacity==9.0.0  # needed by others\n");
  const auto change = host.store().change(host.file(), [](RequirementsFile& file) -> Result<void> {
    CHECK(file.remove("plotly"));
    return {};
  });
  REQUIRE(change);
  CHECK(read_text(host.file()).empty());
  CHECK(host.layer_count() == 0);
}

TEST_CASE("a build that was cut short is not used, and is removed by the next", "[packages]") {
  const Host host(kInstalls);
  fs::create_directories(host.layers() / "building-1" / "bin");
  REQUIRE(host.store().obtain(with("plotly==5.24.1"), "/", kNobodyIsTold));
  CHECK_FALSE(fs::exists(host.layers() / "building-1"));
}

TEST_CASE("layers that no server has used for a month are removed", "[packages]") {
  const Host host(kInstalls);
  const auto used = host.store().obtain(with("plotly==1"), "/", kNobodyIsTold);
  REQUIRE(used);
  fs::path unused;
  {
    const auto layer = host.store().obtain(with("plotly==2"), "/", kNobodyIsTold);
    REQUIRE(layer);
    unused = layer->prefix;
  }
  const auto recent = host.store().obtain(with("plotly==3"), "/", kNobodyIsTold);
  REQUIRE(recent);
  const auto long_ago = fs::last_write_time(recent->prefix) - std::chrono::hours(24 * 31);
  fs::last_write_time(used->prefix, long_ago);
  fs::last_write_time(unused, long_ago);
  REQUIRE(host.store().obtain(with("plotly==4"), "/", kNobodyIsTold));
  CHECK(fs::exists(used->prefix));  // kept, because a server holds it
  CHECK(fs::exists(recent->prefix));
  CHECK_FALSE(fs::exists(unused));
}

TEST_CASE("a file that is reached by a link stays where it is", "[packages]") {
  const Host host(kInstalls);
  const fs::path real = host.base() / "real.txt";
  Host::write(real, "");
  fs::create_symlink(real, host.file());
  REQUIRE(host.store().change(host.file(), put("plotly==5.24.1")));
  CHECK(fs::is_symlink(host.file()));
  CHECK_THAT(read_text(real), Catch::Contains("plotly==5.24.1"));
}

}  // namespace dynsessions::packages::test
