#include "emulator/surfaces/control_plane/pool_body.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "emulator/base/identifiers.h"
#include "emulator/base/printable.h"
#include "emulator/http/text.h"
#include "emulator/pools/pool_members.h"
#include "emulator/surfaces/control_plane/arm_object.h"
#include "emulator/surfaces/control_plane/container_body.h"
#include "emulator/surfaces/control_plane/regions.h"
#include "emulator/surfaces/control_plane/tags.h"

/// api-spec/CONTROL-PLANE.md section 1.3. Every `InvalidPropertyValue` is a guess: the service's
/// codes for these mistakes were not recorded.
namespace dynsessions::surfaces::control_plane {
namespace {

using http::iequals;
using nlohmann::json;
namespace members = pools::members;

constexpr const char* kInvalidValue = "InvalidPropertyValue";
constexpr const char* kUnavailableType = "SessionTypeNotSupportedInRegion";

/// Types that the service has and the emulator lacks.
constexpr std::array<std::string_view, 4> kOtherContainerTypes{"NodeLTS", "Shell", "CsharpLTS",
                                                               "GpuBase"};

/// Members that a body can have, in lower case, by the path of their object (CONTROL-PLANE.md
/// section 1.3). Clients send answers back, so members that are read-only are among them; templates
/// add a few more.
struct KnownMembers {
  std::string_view path;
  std::string_view names;
};
constexpr std::array kKnownMembers{
    KnownMembers{"",
                 "location tags identity properties id name type systemdata etag kind apiversion "
                 "dependson comments condition copy scope"},
    KnownMembers{"identity", "type userassignedidentities principalid tenantid"},
    KnownMembers{"properties",
                 "environmentid containertype poolmanagementtype nodecount scaleconfiguration "
                 "secrets dynamicpoolconfiguration customcontainertemplate "
                 "sessionnetworkconfiguration managedidentitysettings mcpserversettings "
                 "templateupdatestatus poolmanagementendpoint provisioningstate"},
    KnownMembers{"properties.scaleConfiguration", "maxconcurrentsessions readysessioninstances"},
    KnownMembers{"properties.dynamicPoolConfiguration",
                 "executiontype cooldownperiodinseconds lifecycleconfiguration"},
    KnownMembers{"properties.dynamicPoolConfiguration.lifecycleConfiguration",
                 "lifecycletype cooldownperiodinseconds maxaliveperiodinseconds"},
    KnownMembers{"properties.customContainerTemplate", "containers ingress registrycredentials"},
    KnownMembers{"properties.customContainerTemplate.ingress", "targetport"},
    KnownMembers{"properties.customContainerTemplate.registryCredentials",
                 "server registryserver username passwordsecretref identity"},
    KnownMembers{"properties.sessionNetworkConfiguration", "status"},
    KnownMembers{"properties.mcpServerSettings",
                 "ismcpserverenabled ismcpserverapikeydisabled mcpserverendpoint"},
};

bool is_of_containers(const PoolState& state) {
  return state.definition.container_type == pools::ContainerType::custom_container;
}

bool is_word_of(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (iequals(words.substr(0, end), word)) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

/// The value at a path of member names, null if there is none.
const json* find_at(const json& body, std::string_view path, std::optional<ArmError>& error) {
  const json* at = &body;
  while (at != nullptr && !path.empty()) {
    const std::size_t end = std::min(path.find('.'), path.size());
    at = at->is_object() ? ArmObject(at, {}, error).find(path.substr(0, end)) : nullptr;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return at;
}

/// Records unknown members, which the service accepts and ignores (section 1.3). They are reported
/// because most are misspelt.
void note_unknown_members(const json& body, std::vector<std::string>& ignored) {
  constexpr std::size_t kMost = 5;
  constexpr std::size_t kLongestName = 80;
  std::optional<ArmError> error;
  std::size_t count = 0;
  for (const KnownMembers& known : kKnownMembers) {
    const json* const object = find_at(body, known.path, error);
    if (object == nullptr || !object->is_object()) continue;
    for (const auto& [name, value] : object->items()) {
      if (value.is_null() || is_word_of(known.names, name) || ++count > kMost) continue;
      const std::string path = known.path.empty() ? "" : std::string(known.path) + ".";
      ignored.push_back(path + printable(name, kLongestName) +
                        ": session pools have no such member");
    }
  }
}

/// Finds the word of the list that equals the text without regard to case.
template <typename Words>
std::optional<std::string_view> word_like(std::string_view text, const Words& words) {
  for (const auto& [word, meaning] : words) {
    if (iequals(word, text)) return word;
  }
  return std::nullopt;
}

/// Assigns a member through the table of pool members, which checks its limits.
void assign(const ArmObject& object, std::string_view name, const pools::PoolMember& member,
            const std::string& text, pools::PoolDefinition& definition) {
  if (member.value.assign(definition, text)) return;
  object.refuse(name, "is '" + text + "', but must be " + member.value.accepted() + ".");
}

void read_location(const ArmObject& root, PoolState& state, PoolWrite write) {
  const auto location = root.text("location");
  if (!location) {
    if (write == PoolWrite::create && !root.error()) {
      root.fail(bad_member("LocationRequired",
                           "The location property is required for this definition.", "location"));
    }
    return;
  }
  const std::string name = region_name(*location);
  const std::string current = region_name(state.definition.location);
  if (name == current) return;
  if (!region_display_name(*location)) {
    std::string offered;
    for (const std::string_view region : regions()) {
      offered.append(offered.empty() ? "" : ",").append(region_name(region));
    }
    return root.fail(bad_member("LocationNotAvailableForResourceType",
                                "The provided location '" + *location +
                                    "' is not available for resource type "
                                    "'Microsoft.App/sessionPools'. List of available regions for "
                                    "the resource type is '" +
                                    offered + "'.",
                                "location"));
  }
  state.definition.location = name;
}

void read_pool_tags(const ArmObject& root, PoolState& state, PoolWrite write) {
  if (write == PoolWrite::create) state.envelope.tags.clear();
  const json* const tags = root.find("tags");
  if (tags == nullptr) return;
  if (!tags->is_object()) return root.fail("tags", "must be an object");
  for (const auto& [name, value] : tags->items()) {
    if (value.is_null()) {
      state.envelope.tags.erase(name);
    } else if (value.is_string()) {
      state.envelope.tags[name] = value.get<std::string>();
    } else {
      root.fail("tags." + name, "must be a text");
    }
  }
  check_tags(root, state.envelope.tags);
}

/// Adds the identities of the body; an identity that the pool already has keeps its ids. In a merge
/// patch, null removes an identity.
void read_users(const ArmObject& identity, const ManagedIdentity& before, ManagedIdentity& wanted) {
  const json* const users = identity.find("userAssignedIdentities");
  if (users == nullptr) return;
  if (!users->is_object()) return identity.fail("userAssignedIdentities", "must be an object");
  for (const auto& [id, value] : users->items()) {
    if (value.is_null()) {
      wanted.users.erase(id);
      continue;
    }
    const auto known = before.users.find(id);
    wanted.users[id] = known != before.users.end()
                           ? known->second
                           : ManagedIdentity::User{random_uuid(), random_uuid()};
  }
}

struct IdentityKinds {
  bool system = false;
  bool user = false;
};

/// "SystemAssigned, UserAssigned": with or without the space, in any order and case.
std::optional<IdentityKinds> identity_kinds(std::string_view type) {
  IdentityKinds kinds;
  if (iequals(type, "None")) return kinds;
  while (!type.empty()) {
    const std::size_t end = std::min(type.find(','), type.size());
    const std::string_view kind = http::trim(type.substr(0, end));
    if (iequals(kind, "SystemAssigned")) {
      kinds.system = true;
    } else if (iequals(kind, "UserAssigned")) {
      kinds.user = true;
    } else {
      return std::nullopt;
    }
    type.remove_prefix(std::min(end + 1, type.size()));
  }
  return kinds;
}

void read_identity(const ArmObject& root, PoolState& state, PoolWrite write,
                   const PoolRules& rules) {
  ManagedIdentity& current = state.envelope.identity;
  const ManagedIdentity before = current;
  if (write == PoolWrite::create) current = {};
  if (root.find("identity") == nullptr) return;
  const ArmObject identity = root.object("identity");
  const bool merges = write == PoolWrite::update;
  const IdentityKinds unchanged{before.system, !before.users.empty()};
  const auto type = identity.text("type");
  const auto kinds = type ? identity_kinds(*type) : merges ? unchanged : IdentityKinds();
  ManagedIdentity wanted;
  if (!kinds) {
    return identity.fail("type", "must be None, SystemAssigned, UserAssigned or both with a comma");
  }
  wanted.system = kinds->system;
  const bool has_users = kinds->user;
  if (wanted.system) {
    wanted.principal_id = before.system ? before.principal_id : random_uuid();
    wanted.tenant_id = rules.tenant;
  }
  if (has_users && merges) wanted.users = before.users;
  if (has_users) read_users(identity, before, wanted);
  if (has_users && wanted.users.empty()) {
    identity.refuse("userAssignedIdentities",
                    "must name at least one identity if the type has UserAssigned.");
  }
  current = std::move(wanted);
  if (!current.is_none()) {
    state.ignored.emplace_back(
        "identity: it is kept and shown, but no program in a session can get a token for it");
  }
}

void read_container_type(const ArmObject& properties, PoolState& state, PoolWrite write) {
  const auto type = properties.text("containerType");
  if (!type) return;
  const std::string path = properties.path_of("containerType");
  if (const auto known = word_like(*type, members::kContainerTypes)) {
    const auto before = state.definition.container_type;
    state.definition.container_type = *value_kinds::meaning_of(*known, members::kContainerTypes);
    if (write == PoolWrite::update && state.definition.container_type != before) {
      properties.fail(bad_member(kInvalidValue,
                                 "The container type of a session pool cannot be changed.", path));
    }
    return;
  }
  const bool is_other = std::any_of(kOtherContainerTypes.begin(), kOtherContainerTypes.end(),
                                    [&](std::string_view other) { return iequals(other, *type); });
  const std::string offered = value_kinds::all_words(members::kContainerTypes);
  if (is_other) {
    return properties.fail(bad_member(
        kUnavailableType, "The session type '" + *type + "' is not supported by this emulator.",
        path, "use " + offered + "; only sessions of PythonLTS run here"));
  }
  properties.refuse("containerType", "is '" + *type + "', but must be " + offered + ".");
}

void read_management_type(const ArmObject& properties) {
  const auto management = properties.text("poolManagementType");
  if (management && !iequals(*management, "Dynamic")) {
    properties.fail(bad_member("SessionPoolInvalidPoolManagementType",
                               "The pool management type '" + *management +
                                   "' is not supported. The supported value is Dynamic.",
                               properties.path_of("poolManagementType")));
  }
}

/// Members that only pools of custom containers can have, in the body of another pool.
void read_no_container(const ArmObject& properties, PoolState& state) {
  state.definition.environment_id.clear();
  state.envelope.container = {};
  const auto environment = properties.text("environmentId");
  if (environment && !environment->empty()) {
    properties.fail(bad_member(kInvalidValue,
                               "An environmentId can only be given for session pools of custom "
                               "containers.",
                               properties.path_of("environmentId")));
  }
  if (properties.find("customContainerTemplate") != nullptr) {
    state.ignored.emplace_back("properties.customContainerTemplate: the pool has no containers");
  }
}

void read_scale(const ArmObject& scale, PoolState& state, PoolWrite write) {
  constexpr std::string_view kMaximum = "maxConcurrentSessions";
  if (const auto maximum = scale.number(kMaximum)) {
    assign(scale, kMaximum, members::kMaxSessions, *maximum, state.definition);
  }
  if (is_of_containers(state)) return read_ready_instances(scale, state, write);
  if (scale.number("readySessionInstances")) {
    state.ignored.emplace_back(
        "properties.scaleConfiguration.readySessionInstances: it counts for custom containers "
        "only");
  }
  // ARM has no member for ready sessions; their number must not exceed the maximum.
  state.definition.ready_sessions =
      std::min(state.definition.ready_sessions, state.definition.max_sessions);
}

void read_cooldown(const ArmObject& object, PoolState& state, const PoolRules& rules) {
  constexpr std::string_view kName = "cooldownPeriodInSeconds";
  constexpr std::chrono::seconds kLeast{300};
  constexpr std::chrono::seconds kMost{3600};
  const auto seconds = object.number(kName);
  if (!seconds) return;
  assign(object, kName, members::kCooldownPeriod, *seconds, state.definition);
  const auto cooldown = state.definition.cooldown_period;
  if (!rules.exact || (cooldown >= kLeast && cooldown <= kMost)) return;
  const std::string path = object.path_of(kName);
  object.fail(bad_member(kInvalidValue,
                         path + " is '" + *seconds + "', but must be from 300 to 3600.", path,
                         "without --exact the emulator accepts any cooldown from 1 s on"));
}

void require_timed(const ArmObject& object, std::string_view name) {
  const auto type = object.text(name);
  if (!type || iequals(*type, "Timed")) return;
  const std::string path = object.path_of(name);
  object.fail(bad_member(
      kInvalidValue,
      path + " is '" + *type + "', but must be Timed for session pools of this container type.",
      path));
}

void read_lifecycle(const ArmObject& dynamic, PoolState& state, PoolWrite write,
                    const PoolRules& rules) {
  require_timed(dynamic, "executionType");
  read_cooldown(dynamic, state, rules);
  const ArmObject lifecycle = dynamic.object("lifecycleConfiguration");
  if (is_of_containers(state)) {
    read_cooldown(lifecycle, state, rules);
    return read_container_lifecycle(dynamic, state, write);
  }
  require_timed(lifecycle, "lifecycleType");
  read_cooldown(lifecycle, state, rules);
  if (lifecycle.number("maxAlivePeriodInSeconds")) {
    const std::string path = lifecycle.path_of("maxAlivePeriodInSeconds");
    lifecycle.fail(bad_member(
        kInvalidValue, path + " can only be given with the lifecycle type OnContainerExit.", path));
  }
}

void read_network(const ArmObject& network, PoolState& state) {
  const auto status = network.text("status");
  if (!status) return;
  const auto known = word_like(*status, members::kNetworkStatuses);
  assign(network, "status", members::kNetworkStatus, std::string(known.value_or(*status)),
         state.definition);
}

void read_secrets(const ArmObject& properties, PoolState& state, PoolWrite write) {
  auto& names = state.envelope.secrets;
  if (write == PoolWrite::create) names.clear();
  const json* const secrets = properties.array("secrets");
  if (secrets == nullptr) return;
  names.clear();
  for (std::size_t i = 0; i < secrets->size(); ++i) {
    const ArmObject secret(&(*secrets)[i], properties.path_of("secrets[" + std::to_string(i) + "]"),
                           properties.error());
    const auto name = secret.text("name");
    if (!name || name->empty()) return secret.fail("name", "is missing");
    if (std::find(names.begin(), names.end(), *name) != names.end()) {
      return secret.refuse("name", "is '" + *name + "', which another secret of the pool has.");
    }
    names.push_back(*name);
  }
}

void read_identity_settings(const ArmObject& properties) {
  const json* const settings = properties.array("managedIdentitySettings");
  if (settings == nullptr || settings->empty()) return;
  properties.fail(bad_member("SessionPoolManagedIdentityCreationError",
                             "managedIdentitySettings can only be given for session pools of "
                             "custom containers.",
                             properties.path_of("managedIdentitySettings")));
}

void read_mcp(const ArmObject& mcp, PoolState& state) {
  const bool is_enabled = mcp.flag("isMcpServerEnabled").value_or(false);
  if (is_enabled && is_of_containers(state)) {
    state.ignored.emplace_back(
        "properties.mcpServerSettings: Azure accepts them for custom containers and shows null");
    return;
  }
  if (!is_enabled) return;
  mcp.fail(bad_member(kInvalidValue, "The MCP server of session pools is not emulated.",
                      mcp.path_of("isMcpServerEnabled"), "set it to false, or leave it out"));
}

void read_properties(const ArmObject& root, PoolState& state, PoolWrite write,
                     const PoolRules& rules) {
  if (write == PoolWrite::create && root.find("properties") == nullptr) {
    return root.fail("properties", "is missing: the members of a session pool belong there");
  }
  const ArmObject properties = root.object("properties");
  read_container_type(properties, state, write);
  read_management_type(properties);
  read_scale(properties.object("scaleConfiguration"), state, write);
  read_secrets(properties, state, write);
  read_lifecycle(properties.object("dynamicPoolConfiguration"), state, write, rules);
  read_network(properties.object("sessionNetworkConfiguration"), state);
  if (is_of_containers(state)) {
    read_environment(properties, state);
    read_container_template(properties, state, write);
    read_container_identities(properties, state, write);
    state.ignored.emplace_back(
        "properties.containerType: the pool is kept and shown, but sessions of CustomContainer "
        "cannot run in this emulator, so its data plane refuses every request");
  } else {
    read_no_container(properties, state);
    read_identity_settings(properties);
  }
  read_mcp(properties.object("mcpServerSettings"), state);
}

}  // namespace

bool names_container_pool(const json& body) {
  std::optional<ArmError> error;
  const json* const type = find_at(body, "properties.containerType", error);
  return type != nullptr && type->is_string() &&
         iequals(type->get<std::string>(), name_of(pools::ContainerType::custom_container));
}

ArmResult<PoolState> with_body(PoolState base, const json& body, PoolWrite write,
                               const PoolRules& rules) {
  std::optional<ArmError> error;
  const ArmObject root(&body, {}, error);
  base.ignored.clear();
  read_location(root, base, write);
  read_pool_tags(root, base, write);
  read_identity(root, base, write, rules);
  read_properties(root, base, write, rules);
  if (error) return *std::move(error);
  note_unknown_members(body, base.ignored);
  if (const Result<void> valid = pools::validate(base.definition); !valid) {
    return arm_error(valid.error());
  }
  return base;
}

}  // namespace dynsessions::surfaces::control_plane
