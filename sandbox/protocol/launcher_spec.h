#pragma once

#include <cstdint>
#include <string>

namespace dynsessions::sandbox {

/// How sessions are kept apart, best first. Chosen once, for the launcher's life.
enum class Tier {
  full,        ///< namespaces, a root of their own, seccomp
  restricted,  ///< without namespaces: Landlock, seccomp, limits
  insecure,    ///< limits only: a session can do whatever its user can
};
[[nodiscard]] std::string name_of(Tier tier);

/// Settings that hold for the launcher's life. The launcher receives them once, as JSON, before
/// anything else.
struct LauncherSpec {
  Tier tier = Tier::full;
  bool cgroups = true;  ///< where there are some; otherwise limits are kept without
  /// How long a profile without sandboxes keeps its zygote.
  std::uint64_t zygote_idle_seconds = 60;
  bool operator==(const LauncherSpec&) const = default;
};

[[nodiscard]] std::string to_json(const LauncherSpec& spec);
/// Throws std::runtime_error if the text is not what to_json writes.
[[nodiscard]] LauncherSpec launcher_spec_from_json(const std::string& text);

}  // namespace dynsessions::sandbox
