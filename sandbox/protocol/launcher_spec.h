#pragma once

#include <cstdint>
#include <string>

namespace dynsessions::sandbox {

/// How sessions are isolated, best first. Chosen once, for the launcher's life.
enum class Tier {
  full,        ///< namespaces, a separate root, seccomp
  restricted,  ///< without namespaces: Landlock, seccomp, limits
  insecure,    ///< limits only: a session can do everything that its user can do
};
[[nodiscard]] std::string name_of(Tier tier);

/// Settings for the launcher's life. The launcher receives them once, as JSON, before anything
/// else.
struct LauncherSpec {
  Tier tier = Tier::full;
  /// Used if the machine has cgroups; otherwise limits are enforced without them.
  bool cgroups = true;
  /// How long a profile without sandboxes keeps its zygote.
  std::uint64_t zygote_idle_seconds = 60;
  bool operator==(const LauncherSpec&) const = default;
};

[[nodiscard]] std::string to_json(const LauncherSpec& spec);
/// Throws std::runtime_error unless the text is in the format of to_json.
[[nodiscard]] LauncherSpec launcher_spec_from_json(const std::string& text);

}  // namespace dynsessions::sandbox
