#include "emulator/app/python_check.h"

#include <chrono>
#include <string>

#include <system_error>

#include "emulator/base/child_process.h"
#include "emulator/runtimes/installation.h"

namespace dynsessions {
namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kTimeout{20};
constexpr const char* kCure =
    "; `make build` makes an environment that has it (build/python), and "
    "`sandbox/agents/python/create_environment.sh DIR` makes one anywhere, for --python "
    "DIR/bin/python3; `dynsessions doctor` says more";

/// In lib/python3.11/site-packages of a virtual environment, or Debian's dist-packages.
bool has_package_directory(const fs::path& python) {
  std::error_code none;
  const fs::path libraries = python.parent_path().parent_path() / "lib";
  for (const auto& entry : fs::directory_iterator(libraries, none)) {
    for (const char* const packages : {"site-packages", "dist-packages"}) {
      if (fs::is_directory(entry.path() / packages / "IPython", none)) return true;
    }
  }
  return false;
}

std::string last_line_of(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

}  // namespace

void require_ipython(const fs::path& python) {
  if (has_package_directory(python)) return;
  // -I: without the user's own directories and variables, which sessions do not have either. The
  // version is printed because /bin/true would succeed too.
  ChildProcess process({python.string(), "-I", "-c", "import IPython; print(IPython.__version__)"},
                       ChildProcess::Kind::server);
  const auto version = process.read_all(kTimeout);
  if (version && !version->empty()) return;
  const std::string reason =
      version ? last_line_of(process.said())
              : "it had not answered after " + std::to_string(kTimeout.count()) + " s";
  throw runtimes::EngineUnavailable(python.string() + " cannot import IPython" +
                                    (reason.empty() ? "" : ": " + reason) + kCure);
}

}  // namespace dynsessions
