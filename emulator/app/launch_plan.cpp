#include "emulator/app/launch_plan.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "emulator/base/value_kind.h"

namespace dynsessions {
namespace fs = std::filesystem;

namespace {

/// Where things stand inside a sandbox, whatever they are called on the host: in the full tier,
/// which mounts them there. In others they stay where they are.
constexpr const char* kPythonInside = "/opt/python";
constexpr const char* kAgentInside = "/opt/dynsessions";

/// Gives a session its network.
constexpr const char* kEgressProgram = "slirp4netns";

/// The directory of the base interpreter that a virtual environment names, e.g. /usr/bin.
fs::path home_of_environment(const fs::path& prefix) {
  std::ifstream file(prefix / "pyvenv.cfg");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("home = ")) return line.substr(7);
  }
  return {};
}

bool is_system_path(const fs::path& path) {
  const std::string text = path.string();
  return text.starts_with("/usr/") || text.starts_with("/bin") || text == "/usr";
}

/// Shows a directory inside and returns its path there.
std::string bind(sandbox::SandboxProfile& profile, sandbox::Tier tier, const fs::path& directory,
                 const char* in_full_tier) {
  std::string inside = tier == sandbox::Tier::full ? in_full_tier : directory.string();
  profile.binds.push_back({directory.string(), inside});
  return inside;
}

/// Shows the interpreter inside and returns its path there.
std::string bind_python(sandbox::SandboxProfile& profile, sandbox::Tier tier,
                        const fs::path& python) {
  const fs::path prefix = python.parent_path().parent_path();
  const fs::path home = home_of_environment(prefix);
  if (home.empty()) {  // no virtual environment: an installation with a prefix of its own
    if (is_system_path(python)) return python.string();
    profile.binds.push_back({prefix.string(), prefix.string()});
    return python.string();
  }
  if (!is_system_path(home)) {
    const std::string base = home.parent_path().string();
    profile.binds.push_back({base, base});
  }
  return bind(profile, tier, prefix, kPythonInside) + "/bin/" + python.filename().string();
}

/// Where packages are installed: lib/python3.11/site-packages and its like.
std::vector<std::string> package_directories(const fs::path& python) {
  std::vector<std::string> directories;
  std::error_code none;
  for (const auto& entry :
       fs::directory_iterator(python.parent_path().parent_path() / "lib", none)) {
    const fs::path directory = entry.path() / "site-packages";
    if (fs::is_directory(directory, none)) directories.push_back(directory.string());
  }
  return directories;
}

}  // namespace

bool has_zygote(const config::Config& config, sandbox::Tier tier) {
  return !config.host.no_zygote && tier == sandbox::Tier::full;
}

Installation Installation::beside_executable() {
  const fs::path directory = fs::read_symlink("/proc/self/exe").parent_path();
  Installation found{directory / "sandbox-launcher", directory / "interpreter",
                     (directory / "../python/bin/python3").lexically_normal()};
  if (!fs::exists(found.launcher) || !fs::exists(found.agent / "agent.py")) {
    throw EngineUnavailable("sandbox-launcher and interpreter/agent.py are not beside " +
                            (directory / "dynsessions").string() + "; run `make build`");
  }
  return found;
}

fs::path session_python(const config::Config& config, const Installation& installation) {
  fs::path python = config.host.python.empty()
                        ? installation.python
                        : fs::absolute(config.host.python).lexically_normal();
  if (!fs::exists(python)) {
    throw EngineUnavailable(
        "there is no Python at " + python.string() +
        "; `make run` builds one, --python names another that has IPython installed");
  }
  return python;
}

fs::path egress_program() {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): before threads
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');) {
    fs::path program = fs::path(directory) / kEgressProgram;
    if (program.is_absolute() && ::access(program.c_str(), X_OK) == 0) return program;
  }
  throw EngineUnavailable(std::string("EgressEnabled needs ") + kEgressProgram +
                          ", which is not in PATH; `sudo apt-get install slirp4netns`");
}

sandbox::LauncherSpec launcher_spec_for(const config::Config& config, sandbox::Tier tier) {
  return {.tier = tier, .control_groups = config.host.control_groups};
}

sandbox::SandboxProfile profile_for(const config::Config& config, const Installation& installation,
                                    sandbox::Tier tier) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  sandbox::SandboxProfile profile;
  const std::string python_inside =
      bind_python(profile, tier, session_python(config, installation));
  const std::string agent_inside = bind(profile, tier, installation.agent, kAgentInside);
  profile.interpreter = {python_inside, "-B", agent_inside + "/agent.py"};
  if (tier != sandbox::Tier::full)
    profile.path_library = agent_inside + "/path_redirect_preload.so";
  if (has_zygote(config, tier)) {
    profile.zygote = {python_inside, "-B", agent_inside + "/zygote.py",
                      value_kinds::show_list(config.host.preload)};
    profile.packages = package_directories(session_python(config, installation));
  }
  profile.environment = {
      // What `pip install` brings (session_packages.py); its cache would fill the same small /tmp.
      "PIP_NO_CACHE_DIR=1",
      "PATH=/tmp/.local/bin:" + fs::path(python_inside).parent_path().string() +
          ":/usr/local/bin:/usr/bin:/bin",
      "HOME=/tmp",
      "USER=session",
      "LANG=C.UTF-8",
      "TZ=UTC",
      "PYTHONDONTWRITEBYTECODE=1",
      "MPLBACKEND=module://matplotlib_inline.backend_inline",
  };
  // Insecure sessions have the host's network as it is.
  if (config.pool.network_status == pools::NetworkStatus::egress_enabled &&
      tier != sandbox::Tier::insecure) {
    profile.egress_program = egress_program().string();
  }
  profile.limits.data_bytes = config.pool.data_quota_mb * kMiB;
  profile.limits.data_inodes = config.pool.max_files;
  profile.limits.tmp_bytes = config.pool.tmp_quota_mb * kMiB;
  profile.limits.shared_memory_bytes = config.pool.shm_quota_mb * kMiB;
  profile.limits.memory_bytes = config.pool.memory_limit_mb * kMiB;
  profile.limits.processes = config.pool.max_processes;
  profile.limits.open_files = config.pool.max_open_files;
  profile.limits.cpu_hundredths = config.pool.cpu_hundredths;
  return profile;
}

}  // namespace dynsessions
