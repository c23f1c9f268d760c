#pragma once

#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "emulator/surfaces/control_plane/pool_json.h"

namespace dynsessions::surfaces::control_plane {

/// A built-in role of session pools (CONTROL-PLANE.md section 4).
struct Role {
  std::string_view id;  ///< UUID
  std::string_view name;
  std::string_view description;
  std::span<const std::string_view> actions;
  std::span<const std::string_view> data_actions;

  [[nodiscard]] bool can_execute() const { return !data_actions.empty(); }
};

[[nodiscard]] std::span<const Role> built_in_roles();

/// Finds a role by its UUID, or by an id that ends with it: clients put any scope in front. Returns
/// nullptr if there is no such role.
[[nodiscard]] const Role* find_role(std::string_view id);

/// `subscription` is empty for the tenant's own list.
[[nodiscard]] Resource show_role(const Role& role, const std::string& subscription);

}  // namespace dynsessions::surfaces::control_plane
