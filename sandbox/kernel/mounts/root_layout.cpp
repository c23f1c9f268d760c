#include "sandbox/kernel/mounts/root_layout.h"

#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <set>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <sched.h>

namespace dynsessions::sandbox {
namespace {

namespace fs = std::filesystem;

/// Directories of programs and libraries. On a merged /usr all but the first are links.
constexpr const char* kSystemPaths[] = {"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32"};

/// Files of /etc that programs read and that contain no secret. A file that the host lacks does not
/// exist inside either.
constexpr const char* kEtcPaths[] = {
    "etc/alternatives",  // Debian's links to BLAS, LAPACK, awk, editors
    "etc/ld.so.cache",   // finds libraries outside the default directories
    "etc/ld.so.conf",      "etc/ld.so.conf.d",
    "etc/ssl/certs",  // certificates, never /etc/ssl/private
    "etc/ssl/openssl.cnf", "etc/ca-certificates.conf",
    "etc/fonts",  // fontconfig, for plots
    "etc/matplotlibrc",    "etc/localtime",
    "etc/timezone",        "etc/mime.types",
    "etc/nsswitch.conf",   "etc/protocols",
    "etc/services",        "etc/os-release",
    "etc/debian_version",
};

constexpr const char* kDevices[] = {"dev/null", "dev/zero", "dev/full", "dev/random",
                                    "dev/urandom"};

/// Mount points of file systems that are made for each sandbox; a bind below them would be hidden.
constexpr const char* kOwnFileSystems[] = {"proc", "tmp", "dev", "mnt/data"};

class LayoutBuilder {
 public:
  void directory(const fs::path& path) {
    if (path.empty() || !known_.insert(path.string()).second) return;
    directory(path.parent_path());
    add(LayoutEntry::Kind::directory, path, {});
  }

  void file(const fs::path& path, std::string content) {
    directory(path.parent_path());
    add(LayoutEntry::Kind::file, path, std::move(content));
  }

  void link(const fs::path& path, std::string target) {
    directory(path.parent_path());
    add(LayoutEntry::Kind::link, path, std::move(target));
  }

  void tree(const fs::path& path, const fs::path& source, bool device = false) {
    const bool is_directory = fs::is_directory(source);
    if (is_directory) {
      directory(path);
    } else {
      file(path, {});
    }
    LayoutEntry& entry = add(LayoutEntry::Kind::tree, path, source.string());
    entry.tree_is_directory = is_directory;
    entry.tree_is_device = device;
  }

  /// Shows a path as on the host: a link stays a link.
  void mirror(const fs::path& path) {
    const fs::path source = "/" / path;
    std::error_code ignored;
    if (fs::is_symlink(source, ignored)) {
      link(path, fs::read_symlink(source).string());
    } else if (fs::exists(source, ignored)) {
      tree(path, source);
    }
  }

  [[nodiscard]] std::vector<LayoutEntry> take() { return std::move(entries_); }

 private:
  LayoutEntry& add(LayoutEntry::Kind kind, const fs::path& path, std::string source) {
    return entries_.emplace_back(LayoutEntry{kind, path.string(), std::move(source)});
  }

  std::set<std::string> known_;
  std::vector<LayoutEntry> entries_;
};

bool is_below(const fs::path& path, const fs::path& directory) {
  const fs::path relative = path.lexically_relative(directory);
  return !relative.empty() && *relative.begin() != "..";
}

/// Returns the target relative to the new root.
fs::path checked_target(const ReadOnlyBind& bind, Tier tier) {
  const fs::path target(bind.target);
  const auto refuse = [&](const char* why) {
    throw std::runtime_error("bind target " + bind.target + ": " + why);
  };
  if (!target.is_absolute() || target == "/" || target.filename().empty() ||
      target != target.lexically_normal()) {
    refuse("an absolute path without . and .. and trailing slash is needed");
  }
  fs::path relative = target.relative_path();
  if (tier != Tier::full) return relative;
  for (const char* hidden : kOwnFileSystems) {
    if (is_below(relative, hidden)) refuse("it would be hidden by the sandbox's own file system");
  }
  return relative;
}

void add_devices(LayoutBuilder& builder) {
  for (const char* device : kDevices) builder.tree(device, fs::path("/") / device, true);
  builder.link("dev/fd", "/proc/self/fd");
  builder.link("dev/stdin", "/proc/self/fd/0");
  builder.link("dev/stdout", "/proc/self/fd/1");
  builder.link("dev/stderr", "/proc/self/fd/2");
}

void add_identity(LayoutBuilder& builder, const SandboxProfile& profile) {
  const std::string home = environment_value(profile, "HOME", "/");
  builder.file("etc/passwd",
               "root:x:0:0:root:/root:/usr/sbin/nologin\n"
               "session:x:1000:1000:session:" +
                   home +
                   ":/bin/sh\n"
                   "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");  // words: ok
  builder.file("etc/group", "root:x:0:\nsession:x:1000:\nnogroup:x:65534:\n");
  builder.file("etc/hosts", "127.0.0.1 localhost session\n::1 localhost\n");
  builder.file("etc/hostname", "session\n");
  builder.file("etc/resolv.conf", profile.egress_program.empty()
                                      ? "# a sandbox has no network\n"
                                      : std::string("nameserver ") + kEgressNameServer + '\n');
}

/// The CPUs that sessions can use: those of this process.
std::vector<unsigned> usable_cpus() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof(set), &set) != 0)
    return {0};  // more CPUs than fit into the set
  std::vector<unsigned> cpus;
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

/// Formats a set of CPUs as the kernel does: groups of 32 bits in hexadecimal, the highest first.
std::string mask_of(const std::vector<unsigned>& cpus) {
  std::vector<std::uint32_t> groups(cpus.back() / 32 + 1);
  for (const unsigned cpu : cpus) groups[cpu / 32] |= std::uint32_t{1} << cpu % 32;
  std::ostringstream mask;
  mask << std::hex << groups.back();
  for (auto group = groups.rbegin() + 1; group != groups.rend(); ++group) {
    mask << ',' << std::setw(8) << std::setfill('0') << *group;
  }
  mask << '\n';
  return mask.str();
}

/// Adds the CPUs for lscpu and for libraries that count cores with it: each CPU is a core, all on
/// one socket. Caches, frequencies and the host's other CPUs are not shown.
void add_cpus(LayoutBuilder& builder) {
  const fs::path directory = "sys/devices/system/cpu";
  const std::vector<unsigned> cpus = usable_cpus();
  std::string list;
  for (const unsigned cpu : cpus) list += (list.empty() ? "" : ",") + std::to_string(cpu);
  builder.file(directory / "online", list + '\n');
  for (const char* name : {"possible", "present"}) builder.link(directory / name, "online");
  builder.file(directory / "siblings", mask_of(cpus));
  for (const unsigned cpu : cpus) {
    const fs::path topology = directory / ("cpu" + std::to_string(cpu)) / "topology";
    builder.file(topology / "thread_siblings", mask_of({cpu}));
    builder.link(topology / "core_siblings", "../../siblings");
  }
}

}  // namespace

std::string environment_value(const SandboxProfile& profile, const std::string& name,
                              const std::string& fallback) {
  const std::string prefix = name + '=';
  for (const std::string& variable : profile.environment) {
    if (variable.starts_with(prefix)) return variable.substr(prefix.size());
  }
  return fallback;
}

std::vector<LayoutEntry> egress_layout(const std::string& program) {
  LayoutBuilder builder;
  for (const char* path : kSystemPaths) builder.mirror(path);
  builder.tree(fs::path(kEgressProgramInside).relative_path(), program);
  builder.tree("etc/resolv.conf", "/etc/resolv.conf");  // a link is followed, even out of /etc
  builder.tree("dev/net/tun", "/dev/net/tun", true);
  builder.directory("proc");
  return builder.take();
}

std::vector<LayoutEntry> root_layout(const SandboxProfile& profile, Tier tier) {
  LayoutBuilder builder;
  for (const char* path : kSystemPaths) builder.mirror(path);
  for (const char* path : kEtcPaths) builder.mirror(path);
  add_identity(builder, profile);
  add_devices(builder);
  for (const char* path : {"proc", "tmp", "dev/shm", "mnt/data", "home"}) builder.directory(path);
  builder.directory(kEmptyDirectory);  // psutil looks for batteries there
  builder.file(kMemoryEvents, "pswpin 0\npswpout 0\n");
  builder.link("var/tmp", "/tmp");
  add_cpus(builder);
  for (const ReadOnlyBind& bind : profile.binds) {
    const fs::path target = checked_target(bind, tier);
    if (!fs::exists(bind.source)) {
      throw std::runtime_error("bind source " + bind.source + ": it does not exist");
    }
    builder.tree(target, bind.source);
  }
  return builder.take();
}

}  // namespace dynsessions::sandbox
