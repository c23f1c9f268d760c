#include "sandbox/kernel/cgroups/cgroup_places.h"

#include <algorithm>
#include <optional>

namespace dynsessions::sandbox {
namespace {

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

/// A line of /proc/PID/cgroup, "4:memory:/a/b" or "0::/a/b".
struct Membership {
  std::string_view controllers;  ///< empty: version 2
  std::string_view path;
  bool unified = false;
};

std::optional<Membership> parse_membership(std::string_view line) {
  const std::size_t first = line.find(':');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = line.find(':', first + 1);
  if (second == std::string_view::npos || second + 1 >= line.size()) return std::nullopt;
  const auto controllers = line.substr(first + 1, second - first - 1);
  const bool unified = controllers.empty() && line.substr(0, first) == "0";
  return Membership{controllers, line.substr(second + 1), unified};
}

/// The needed parts of a line of /proc/PID/mountinfo.
struct Mount {
  std::string root;  ///< the group of the hierarchy that is mounted
  std::string point;
  std::string_view type;
  std::string_view options;  ///< options of the hierarchy: "rw,cpu,cpuacct"
};

/// The kernel writes spaces and similar characters in paths as \040.
std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool octal =
        text[i] == '\\' && i + 3 < text.size() &&
        std::all_of(&text[i + 1], &text[i + 1] + 3, [](char c) { return c >= '0' && c <= '7'; });
    if (octal) {
      const int code = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
      result += static_cast<char>(code);
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// "31 23 0:28 ROOT POINT rw,relatime shared:1 - TYPE SOURCE OPTIONS", see proc(5).
std::optional<Mount> parse_mount(std::string_view line) {
  constexpr std::size_t kRoot = 3;
  constexpr std::size_t kPoint = 4;
  const auto words = split(line, " ");
  const auto dash = std::find(words.begin(), words.end(), "-");
  if (words.size() <= kPoint || words.end() - dash < 4) return std::nullopt;
  return Mount{unescaped(words[kRoot]), unescaped(words[kPoint]), dash[1], dash[3]};
}

/// Whether both have the same controllers; a mount's options contain other words as well.
bool is_of(const Mount& mount, const Membership& membership) {
  if (membership.unified) return mount.type == "cgroup2";
  if (mount.type != "cgroup") return false;
  const auto options = split(mount.options, ",");
  const auto names = split(membership.controllers, ",");
  return !names.empty() && std::all_of(names.begin(), names.end(), [&](std::string_view name) {
    return std::find(options.begin(), options.end(), name) != options.end();
  });
}

/// Returns the directory of the group below the mount point; nullopt if the mount does not contain
/// it, for example because a container shows a foreign group.
std::optional<std::string> directory_in(const Mount& mount, std::string_view path) {
  if (mount.root == "/") return path == "/" ? mount.point : mount.point + std::string(path);
  if (!path.starts_with(mount.root)) return std::nullopt;
  const std::string_view rest = path.substr(mount.root.size());
  if (!rest.empty() && rest.front() != '/') return std::nullopt;
  return mount.point + std::string(rest);
}

/// A group outside of the cgroup namespace is shown as /../..
bool is_inside(std::string_view path) { return path.find("/..") == std::string_view::npos; }

}  // namespace

std::string_view name_of(Controller controller) {
  switch (controller) {
    case Controller::memory:
      return "memory";
    case Controller::pids:
      return "pids";
    case Controller::cpu:
      return "cpu";
  }
  return {};
}

std::vector<Controller> parse_controllers(std::string_view names, std::string_view separators) {
  std::vector<Controller> found;
  for (const std::string_view name : split(names, separators)) {
    for (const Controller controller : kControllers) {
      if (name == name_of(controller)) found.push_back(controller);
    }
  }
  return found;
}

std::vector<CgroupPlace> find_places(std::string_view memberships, std::string_view mounts) {
  std::vector<CgroupPlace> places;
  const auto mount_lines = split(mounts, "\n");
  for (const std::string_view line : split(memberships, "\n")) {
    const auto membership = parse_membership(line);
    if (!membership || !is_inside(membership->path)) continue;
    auto controllers = parse_controllers(membership->controllers, ",");
    if (!membership->unified && controllers.empty()) continue;
    for (const std::string_view mount_line : mount_lines) {
      const auto mount = parse_mount(mount_line);
      if (!mount || !is_of(*mount, *membership)) continue;
      const auto directory = directory_in(*mount, membership->path);
      if (!directory) continue;
      places.push_back(
          {membership->unified, std::move(controllers), *directory, std::string(membership->path)});
      break;
    }
  }
  return places;
}

std::string path_in(std::string_view memberships, const CgroupPlace& place) {
  for (const std::string_view line : split(memberships, "\n")) {
    const auto membership = parse_membership(line);
    if (!membership || membership->unified != place.unified) continue;
    const auto controllers = parse_controllers(membership->controllers, ",");
    const bool same = place.unified || (!place.controllers.empty() &&
                                        std::find(controllers.begin(), controllers.end(),
                                                  place.controllers.front()) != controllers.end());
    if (same) return std::string(membership->path);
  }
  return {};
}

std::string below(const std::string& path, std::string_view name) {
  return (path == "/" ? "" : path) + '/' + std::string(name);
}

}  // namespace dynsessions::sandbox
