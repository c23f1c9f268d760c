#include "emulator/app/python_check.h"

#include <chrono>
#include <string>
#include <system_error>

#include "emulator/base/child_process.h"
#include "emulator/packages/python_environment.h"
#include "emulator/runtimes/installation.h"

namespace dynsessions {
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kPythonTimeout{20};
constexpr const char* kCure =
    "; `make build` makes an environment that has it (build/python), and "
    "`sandbox/agents/python/create_environment.sh DIR` makes one anywhere, for --python "
    "DIR/bin/python3; `dynsessions doctor` shows details";

/// In a virtual environment and its base, or where Debian has its packages.
bool has_package_directory(const fs::path& python) {
  std::error_code none;
  const fs::path prefix = python.parent_path().parent_path();
  for (const fs::path& directory : packages::package_directories(prefix)) {
    if (fs::is_directory(directory / "IPython", none)) return true;
  }
  return fs::is_directory(prefix / "lib/python3/dist-packages/IPython", none);
}

}  // namespace

void require_ipython(const fs::path& python) {
  if (has_package_directory(python)) return;
  // -I: without the user's own directories and variables, which sessions do not have either. The
  // version is printed because /bin/true would succeed too.
  ChildProcess process({python.string(), "-I", "-c", "import IPython; print(IPython.__version__)"},
                       ChildProcess::Kind::server);
  const auto version = process.read_all(kPythonTimeout);
  if (version && !version->empty()) return;
  const std::string reason =
      version ? last_line_of(process.take_stderr())
              : "it had not answered after " + std::to_string(kPythonTimeout.count()) + " s";
  throw runtimes::EngineUnavailable(python.string() + " cannot import IPython" +
                                    (reason.empty() ? "" : ": " + reason) + kCure);
}

}  // namespace dynsessions
