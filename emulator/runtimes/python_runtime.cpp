#include "emulator/runtimes/python_runtime.h"

#include <cstdlib>
#include <optional>
#include <sstream>
#include <utility>

#include <unistd.h>

#include "emulator/base/value_kind.h"
#include "emulator/packages/python_environment.h"
#include "emulator/pools/pool_members.h"

namespace dynsessions::runtimes {
namespace fs = std::filesystem;

using sandbox::SandboxProfile;
using sandbox::Tier;

namespace {

/// Paths inside a sandbox of the full tier, which mounts these directories there. In the other
/// tiers they keep their host paths.
constexpr const char* kPythonInside = "/opt/python";
constexpr const char* kAgentInside = "/opt/dynsessions";
constexpr const char* kFontsInside = "/opt/dynsessions-fonts";

/// The program that gives a session its network.
constexpr const char* kEgressProgram = "slirp4netns";

bool is_system_path(const fs::path& path) {
  const std::string text = path.string();
  return text.starts_with("/usr/") || text.starts_with("/bin") || text == "/usr";
}

/// Makes a directory visible in the sandbox and returns its path there.
std::string bind(SandboxProfile& profile, Tier tier, const fs::path& directory,
                 const char* in_full_tier) {
  std::string inside = tier == Tier::full ? in_full_tier : directory.string();
  profile.binds.push_back({directory.string(), inside});
  return inside;
}

/// Makes the interpreter visible in the sandbox and returns its path there.
std::string bind_python(SandboxProfile& profile, Tier tier, const fs::path& python) {
  const fs::path prefix = python.parent_path().parent_path();
  const fs::path home = packages::home_of(prefix);
  if (home.empty()) {  // no virtual environment: an installation with its own prefix
    if (is_system_path(python)) return python.string();
    profile.binds.push_back({prefix.string(), prefix.string()});
    return python.string();
  }
  if (!is_system_path(home)) {
    const std::string base = home.parent_path().string();
    profile.binds.push_back({base, base});
  }
  if (const fs::path base = packages::base_of(prefix); !base.empty()) {
    bind(profile, tier, base, packages::kBaseInside);
  }
  return bind(profile, tier, prefix, kPythonInside) + "/bin/" + python.filename().string();
}

/// Directories of programs: those that packages brought, and those of the base of a layer.
std::string program_directories(Tier tier, const fs::path& python, const fs::path& python_inside) {
  std::string directories = python_inside.parent_path().string();
  const fs::path base = packages::base_of(python.parent_path().parent_path());
  if (base.empty()) return directories;
  const fs::path base_inside = tier == Tier::full ? fs::path(packages::kBaseInside) : base;
  return directories + ':' + (base_inside / "bin").string();
}

std::vector<std::string> package_directories(const fs::path& python) {
  std::vector<std::string> directories;
  for (const fs::path& each : packages::package_directories(python.parent_path().parent_path())) {
    directories.push_back(each.string());
  }
  return directories;
}

std::optional<fs::path> find_in_path(const char* name) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): never written
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');) {
    fs::path program = fs::path(directory) / name;
    if (program.is_absolute() && ::access(program.c_str(), X_OK) == 0) return program;
  }
  return std::nullopt;
}

/// Sets the egress program of a pool that has egress. The launcher checks whether the tier supports
/// egress.
Result<void> add_egress(SandboxProfile& profile, Tier tier, pools::NetworkStatus status) {
  const bool wanted = status == pools::NetworkStatus::egress_enabled;
  if (!wanted || tier == Tier::insecure) return {};
  const auto program = find_egress_program();
  if (!program) {
    const std::string member(pools::members::kNetworkStatus.name);
    return Error{ErrorCode::invalid_request,
                 member + ": EgressEnabled needs " + kEgressProgram + ", which is not in PATH",
                 member, std::string("`sudo apt-get install ") + kEgressProgram + "`"};
  }
  profile.egress_program = program->string();
  return {};
}

sandbox::Limits limits_of(const pools::PoolDefinition& pool) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  sandbox::Limits limits;
  limits.data_bytes = pool.data_quota_mb * kMiB;
  limits.data_inodes = pool.max_files;
  limits.tmp_bytes = pool.tmp_quota_mb * kMiB;
  limits.shared_memory_bytes = pool.shm_quota_mb * kMiB;
  limits.memory_bytes = pool.memory_limit_mb * kMiB;
  limits.processes = pool.max_processes;
  limits.open_files = pool.max_open_files;
  limits.cpu_hundredths = pool.cpu_hundredths;
  return limits;
}

std::vector<std::string> environment_for(const std::string& programs) {
  return {
      // pip installs into the small /tmp (session_packages.py), which its cache would fill.
      "PIP_NO_CACHE_DIR=1",
      "PATH=/tmp/.local/bin:" + programs + ":/usr/local/bin:/usr/bin:/bin",
      "HOME=/tmp",
      "USER=session",
      "LANG=C.UTF-8",
      "TZ=UTC",
      "PYTHONDONTWRITEBYTECODE=1",
      "MPLBACKEND=module://matplotlib_inline.backend_inline",
  };
}

}  // namespace

std::string fonts_inside(Tier tier) { return tier == Tier::full ? kFontsInside : ""; }

std::optional<fs::path> find_egress_program() { return find_in_path(kEgressProgram); }

fs::path session_python(const PythonSettings& settings, const Installation& installation) {
  fs::path python = settings.python.empty() ? installation.python
                                            : fs::absolute(settings.python).lexically_normal();
  if (!fs::exists(python)) {
    throw EngineUnavailable(
        "there is no Python at " + python.string() +
        "; `make run` builds one, --python names another that has IPython installed");
  }
  return python;
}

PythonRuntime::PythonRuntime(PythonSettings settings, const Installation& installation, Tier tier)
    : settings_(std::move(settings)),
      agent_(installation.agent),
      python_(session_python(settings_, installation)),
      tier_(tier) {}

Result<SandboxProfile> PythonRuntime::profile_for(const pools::PoolDefinition& pool) const {
  SandboxProfile profile;
  const std::string python_inside = bind_python(profile, tier_, python_);
  const std::string agent_inside = bind(profile, tier_, agent_, kAgentInside);
  profile.interpreter = {python_inside, "-B", agent_inside + "/agent.py"};
  if (tier_ != Tier::full) profile.path_library = agent_inside + "/path_redirect_preload.so";
  if (settings_.zygote && tier_ == Tier::full) {
    profile.zygote = {python_inside, "-B", agent_inside + "/zygote.py",
                      value_kinds::show_list(settings_.preload)};
    profile.packages = package_directories(python_);
  }
  profile.environment = environment_for(program_directories(tier_, python_, python_inside));
  if (settings_.hash_seed) {
    profile.environment.push_back("PYTHONHASHSEED=" + std::to_string(*settings_.hash_seed));
  }
  if (!settings_.font_set.empty()) {
    const std::string inside = bind(profile, tier_, fs::path(settings_.font_set), kFontsInside);
    profile.environment.push_back("SESSION_FONTS=" + inside);
  }
  profile.limits = limits_of(pool);
  if (Result<void> added = add_egress(profile, tier_, pool.network_status); !added) {
    return added.error();
  }
  return profile;
}

}  // namespace dynsessions::runtimes
