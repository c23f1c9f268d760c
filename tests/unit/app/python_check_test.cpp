#include "emulator/app/python_check.h"

#include <filesystem>
#include <fstream>

#include "emulator/runtimes/installation.h"
#include "tests/support/catch.h"
#include "tests/unit/tls/temporary_directory.h"

namespace dynsessions {
namespace {

namespace fs = std::filesystem;

/// Makes DIR/bin/python3, a script of sh that stands in for a Python.
fs::path make_python(const fs::path& directory, const std::string& script) {
  const fs::path python = directory / "bin" / "python3";
  fs::create_directories(python.parent_path());
  std::ofstream(python) << "#!/bin/sh\n" << script << "\n";
  fs::permissions(python, fs::perms::owner_all);
  return python;
}

std::string refusal_of(const fs::path& python) {
  try {
    require_ipython(python);
  } catch (const runtimes::EngineUnavailable& error) {
    return error.what();
  }
  return "accepted";
}

TEST_CASE("an environment that has the directory of IPython is not asked", "[app]") {
  const tls::TemporaryDirectory directory;
  const fs::path python = make_python(directory.path(), "touch \"$0.was-run\"; exit 1");
  const std::string packages =
      GENERATE(as<std::string>(), "lib/python3.11/site-packages", "lib/python3/dist-packages");
  fs::create_directories(directory.path() / packages / "IPython");
  CHECK(refusal_of(python) == "accepted");
  CHECK_FALSE(fs::exists(python.string() + ".was-run"));
}

TEST_CASE("otherwise the Python itself is asked", "[app]") {
  const tls::TemporaryDirectory directory;
  struct Row {
    const char* what;
    const char* script;
    const char* outcome;
  };
  const auto row = GENERATE(values<Row>({
      {"it has IPython elsewhere", "echo 8.32.0", "accepted"},
      {"it has none", "echo 'ModuleNotFoundError: No module named IPython' >&2; exit 1",
       "cannot import IPython: ModuleNotFoundError: No module named IPython; `make build`"},
      {"it is no Python", "exit 0", "cannot import IPython; `make build`"},
  }));
  DYNAMIC_SECTION(row.what) {
    CHECK_THAT(refusal_of(make_python(directory.path(), row.script)), Catch::Contains(row.outcome));
  }
}

}  // namespace
}  // namespace dynsessions
