#include "emulator/surfaces/control_plane/container_body.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/http/text.h"
#include "emulator/surfaces/control_plane/resource_id.h"

/// api-spec/CONTROL-PLANE.md sections 1.3 and 1.6. The service's codes for these mistakes were not
/// recorded, so every `InvalidPropertyValue` is a guess.
namespace dynsessions::surfaces::control_plane {
namespace {

using http::iequals;
using nlohmann::json;
using Json = nlohmann::ordered_json;
using Choices = std::vector<std::string_view>;

constexpr std::uint32_t kUsualReadyInstances =
    5;  // default of `az containerapp sessionpool create`

/// The word of the list that equals the member without regard to case; an absent member is none.
std::optional<std::string> word(const ArmObject& object, std::string_view name,
                                const Choices& words) {
  const auto text = object.text(name);
  if (!text) return std::nullopt;
  std::string accepted;
  for (const std::string_view one : words) {
    if (iequals(one, *text)) return std::string(one);
    accepted.append(accepted.empty() ? "" : " or ").append(one);
  }
  object.refuse(name, "is '" + *text + "', but must be " + accepted + ".");
  return std::nullopt;
}

std::optional<long> whole_number(const ArmObject& object, std::string_view name, long least,
                                 long most) {
  const auto digits = object.number(name);
  if (!digits) return std::nullopt;
  const long value = std::stol(*digits);  // ArmObject allows 18 digits
  if (value >= least && value <= most) return value;
  object.refuse(name, "is '" + *digits + "', but must be from " + std::to_string(least) + " to " +
                          std::to_string(most) + ".");
  return std::nullopt;
}

/// A text that must be there and not be empty.
std::optional<std::string> required_text(const ArmObject& object, std::string_view name) {
  auto text = object.text(name);
  if (!text) {
    object.fail(name, "is missing");
  } else if (text->empty()) {
    object.refuse(name, "must not be empty.");
    return std::nullopt;
  }
  return text;
}

void add_text(const ArmObject& object, std::string_view name, Json& shown) {
  if (auto text = object.text(name)) shown[std::string(name)] = *std::move(text);
}

/// Calls `read` for each element, which must be an object.
template <typename Read>
Json read_each(const ArmObject& object, std::string_view name, Read read) {
  Json shown = Json::array();
  const json* const array = object.array(name);
  if (array == nullptr) return shown;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string path = object.path_of(name) + "[" + std::to_string(i) + "]";
    shown.push_back(read(ArmObject(&(*array)[i], path, object.error())));
  }
  return shown;
}

void add_texts(const ArmObject& object, std::string_view name, Json& shown) {
  const json* const array = object.array(name);
  if (array == nullptr) return;
  Json texts = Json::array();
  for (const json& one : *array) {
    if (!one.is_string()) return object.fail(name, "must be an array of texts");
    texts.push_back(one.get<std::string>());
  }
  shown[std::string(name)] = std::move(texts);
}

void check_secret(const ArmObject& object, std::string_view name,
                  const std::vector<std::string>& secrets) {
  const auto wanted = object.text(name);
  if (!wanted || wanted->empty()) return;
  if (std::find(secrets.begin(), secrets.end(), *wanted) != secrets.end()) return;
  object.refuse(name, "is '" + *wanted + "', which is not one of properties.secrets.");
}

Json read_variable(const ArmObject& variable, const std::vector<std::string>& secrets) {
  Json shown;
  shown["name"] = required_text(variable, "name").value_or("");
  add_text(variable, "value", shown);
  add_text(variable, "secretRef", shown);
  if (shown.contains("value") && shown.contains("secretRef")) {
    variable.refuse("secretRef", "cannot be given together with value.");
  }
  check_secret(variable, "secretRef", secrets);
  return shown;
}

Json read_header(const ArmObject& header) {
  Json shown;
  shown["name"] = required_text(header, "name").value_or("");
  if (!header.text("value")) header.fail("value", "is missing");
  add_text(header, "value", shown);
  return shown;
}

void read_port(const ArmObject& object, std::string_view name, Json& shown) {
  constexpr long kMost = 65'535;
  const auto port = whole_number(object, name, 1, kMost);
  if (!port) return object.fail(name, "is missing");
  shown[std::string(name)] = *port;
}

Json read_http_get(const ArmObject& get) {
  Json shown;
  add_text(get, "host", shown);
  add_text(get, "path", shown);
  read_port(get, "port", shown);
  if (auto scheme = word(get, "scheme", {"HTTP", "HTTPS"})) shown["scheme"] = *std::move(scheme);
  if (get.find("httpHeaders") != nullptr) {
    shown["httpHeaders"] = read_each(get, "httpHeaders", read_header);
  }
  return shown;
}

Json read_tcp_socket(const ArmObject& socket) {
  Json shown;
  add_text(socket, "host", shown);
  read_port(socket, "port", shown);
  return shown;
}

struct ProbeNumber {
  const char* name;
  long least;
  long most;
};
constexpr std::array kProbeNumbers{
    ProbeNumber{"initialDelaySeconds", 1, 60},
    ProbeNumber{"periodSeconds", 1, 240},
    ProbeNumber{"timeoutSeconds", 1, 240},
    ProbeNumber{"successThreshold", 1, 1},
    ProbeNumber{"failureThreshold", 1, 10},
    ProbeNumber{"terminationGracePeriodSeconds", 0, 3600},
};

Json read_probe(const ArmObject& probe, std::set<std::string>& types) {
  Json shown;
  auto type = word(probe, "type", {"Liveness", "Startup"});
  if (!type) probe.fail("type", "is missing");
  if (type && !types.insert(*type).second) {
    probe.refuse("type", "is '" + *type + "', which another probe of the container has.");
  }
  shown["type"] = type.value_or("");
  const bool has_http = probe.find("httpGet") != nullptr;
  const bool has_tcp = probe.find("tcpSocket") != nullptr;
  if (has_http) shown["httpGet"] = read_http_get(probe.object("httpGet"));
  if (has_tcp) shown["tcpSocket"] = read_tcp_socket(probe.object("tcpSocket"));
  if (has_http == has_tcp) probe.refuse("httpGet", "or tcpSocket must be given, and not both.");
  for (const ProbeNumber& number : kProbeNumbers) {
    const auto value = whole_number(probe, number.name, number.least, number.most);
    if (value) shown[number.name] = *value;
  }
  return shown;
}

/// "0.5Gi"
bool is_memory(std::string_view text) {
  if (!text.ends_with("Gi")) return false;
  text.remove_suffix(2);
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const auto points = std::count(text.begin(), text.end(), '.');
  const auto digits = std::count_if(text.begin(), text.end(), is_digit);
  return digits > 0 && points <= 1 && text.front() != '.' && text.back() != '.' &&
         static_cast<std::size_t>(points + digits) == text.size();
}

Json read_resources(const ArmObject& resources) {
  constexpr double kUsualCpu = 0.5;
  constexpr double kMostCpu = 1000;  // more than machines have; the service's limit is not known
  const double cpu = resources.decimal("cpu").value_or(kUsualCpu);
  if (cpu <= 0 || cpu > kMostCpu) resources.refuse("cpu", "must be above 0 and at most 1000.");
  const std::string memory = resources.text("memory").value_or("1Gi");
  if (!is_memory(memory)) {
    resources.refuse("memory", "is '" + memory + "', but must be a number followed by Gi.");
  }
  return {{"cpu", cpu}, {"memory", memory}};
}

/// Names that must differ within one template.
struct TemplateNames {
  const std::string& pool;
  const std::vector<std::string>& secrets;
  std::set<std::string> containers = {};
};

Json read_container(const ArmObject& container, TemplateNames& names) {
  Json shown;
  shown["image"] = required_text(container, "image").value_or("");
  // az names the container after the pool if the user gives no name.
  auto name = container.text("name").value_or(names.pool);
  if (!names.containers.insert(name).second) {
    container.refuse("name", "is '" + name + "', which another container of the pool has.");
  }
  shown["name"] = std::move(name);
  add_texts(container, "command", shown);
  add_texts(container, "args", shown);
  if (container.find("env") != nullptr) {
    shown["env"] = read_each(container, "env", [&names](const ArmObject& variable) {
      return read_variable(variable, names.secrets);
    });
  }
  shown["resources"] = read_resources(container.object("resources"));
  if (container.find("probes") != nullptr) {
    std::set<std::string> types;
    shown["probes"] = read_each(
        container, "probes", [&types](const ArmObject& probe) { return read_probe(probe, types); });
  }
  return shown;
}

/// Merges the members of a registry: what the body does not name stays.
Json read_registry(const ArmObject& registry, const Json& before,
                   const std::vector<std::string>& secrets) {
  Json shown{{"server", nullptr}, {"username", nullptr}, {"passwordSecretRef", nullptr}};
  shown["identity"] = nullptr;
  if (before.is_object()) shown = before;
  for (const char* const name : {"server", "username", "passwordSecretRef", "identity"}) {
    if (!registry.has(name)) continue;
    const auto text = registry.text(name);
    shown[name] = text ? Json(*text) : Json(nullptr);
  }
  // The specification of 2024-02-02-preview calls it so; the service takes `server` there, too.
  if (const auto server = registry.text("registryServer")) shown["server"] = *server;
  if (shown["server"].is_null()) registry.fail("server", "is missing");
  check_secret(registry, "passwordSecretRef", secrets);
  return shown;
}

/// "/subscriptions/S/resourceGroups/G/providers/Microsoft.App/managedEnvironments/NAME"
bool is_environment_id(std::string_view text) {
  const auto id = ResourceId::parse(text);
  const Scope scope = scope_of(text);
  if (!id || scope.group.empty()) return false;
  return iequals(text,
                 ResourceId{scope.text(), std::string(kManagedEnvironments), id->name}.text());
}

/// Every secret that the template uses must still be there after a PATCH replaced the secrets.
void check_secrets_of(const ContainerTemplate& wanted, const ArmObject& properties,
                      const std::vector<std::string>& secrets) {
  const auto check = [&](const Json& object, const char* member, const std::string& where) {
    if (!object.is_object() || !object.contains(member) || !object[member].is_string()) return;
    const auto name = object[member].get<std::string>();
    if (std::find(secrets.begin(), secrets.end(), name) != secrets.end()) return;
    properties.refuse("secrets", "lacks '" + name + "', which " + where + " refers to.");
  };
  check(wanted.registry_credentials, "passwordSecretRef", "registryCredentials");
  for (const Json& container : wanted.containers) {
    for (const Json& variable : container.value("env", Json::array())) {
      check(variable, "secretRef", "a variable of a container");
    }
  }
}

}  // namespace

void read_environment(const ArmObject& properties, PoolState& state) {
  constexpr std::string_view kName = "environmentId";
  std::string& current = state.definition.environment_id;
  const auto id = properties.text(kName);
  if (!id || id->empty()) {
    if (current.empty()) {
      properties.fail(kName, "is missing: a session pool of custom containers needs one");
    }
    return;
  }
  if (!is_environment_id(*id)) {
    return properties.refuse(kName,
                             "is not the resource id of a managed environment (/subscriptions/…"
                             "/providers/Microsoft.App/managedEnvironments/NAME).");
  }
  if (!current.empty() && !iequals(current, *id)) {
    return properties.refuse(kName, "of a session pool cannot be changed.");
  }
  current = *id;
}

void read_ready_instances(const ArmObject& scale, PoolState& state, PoolWrite write) {
  constexpr std::string_view kName = "readySessionInstances";
  const std::uint32_t maximum = state.definition.max_sessions;
  std::uint32_t& ready = state.definition.ready_sessions;
  if (write == PoolWrite::create) ready = std::min(kUsualReadyInstances, maximum - 1);
  constexpr long kMost = 10'000;
  if (const auto wanted = whole_number(scale, kName, 0, kMost)) {
    ready = static_cast<std::uint32_t>(*wanted);
  }
  if (ready > 0 && ready < maximum) return;
  scale.fail(bad_member(
      "SessionPoolInvalidReadySessionInstances",
      "The value '" + std::to_string(ready) +
          "' of readySessionInstances is invalid. Supported values should be greater than 0 and "
          "smaller than maxConcurrentSessions.",
      scale.path_of(kName)));
}

void read_container_lifecycle(const ArmObject& dynamic, PoolState& state, PoolWrite write) {
  ContainerSettings& settings = state.envelope.container;
  if (write == PoolWrite::create) {
    settings.lifecycle = LifecycleType::timed;
    settings.max_alive_period = ContainerSettings().max_alive_period;
  }
  constexpr std::string_view kMaxAlive = "maxAlivePeriodInSeconds";
  constexpr std::string_view kCooldown = "cooldownPeriodInSeconds";
  constexpr long kYear = 31'536'000;
  const ArmObject lifecycle = dynamic.object("lifecycleConfiguration");
  const auto type = word(lifecycle, "lifecycleType", {"Timed", "OnContainerExit"});
  if (type) {
    settings.lifecycle = *type == "Timed" ? LifecycleType::timed : LifecycleType::on_container_exit;
  }
  const auto alive = whole_number(lifecycle, kMaxAlive, 1, kYear);
  if (alive) settings.max_alive_period = std::chrono::seconds(*alive);
  const bool is_timed = settings.lifecycle == LifecycleType::timed;
  if (alive && is_timed) {
    lifecycle.refuse(kMaxAlive, "can only be given with the lifecycle type OnContainerExit.");
  }
  const bool has_cooldown =
      lifecycle.find(kCooldown) != nullptr || dynamic.find(kCooldown) != nullptr;
  if (has_cooldown && !is_timed) {
    lifecycle.refuse(kCooldown, "can only be given with the lifecycle type Timed.");
  }
}

void read_container_template(const ArmObject& properties, PoolState& state, PoolWrite write) {
  ContainerTemplate& wanted = state.envelope.container.wanted;
  const std::vector<std::string>& secrets = state.envelope.secrets;
  if (write == PoolWrite::create) wanted = {};
  const ArmObject source = properties.object("customContainerTemplate");
  if (source.find("containers") != nullptr) {
    TemplateNames names{state.definition.id.name, secrets};
    wanted.containers = read_each(source, "containers", [&names](const ArmObject& container) {
      return read_container(container, names);
    });
  }
  if (wanted.containers.empty()) {
    source.fail("containers", "is missing: a session pool of custom containers needs one");
  }
  if (source.find("ingress") != nullptr) {
    Json ingress;
    read_port(source.object("ingress"), "targetPort", ingress);
    wanted.ingress = std::move(ingress);
  }
  if (source.find("registryCredentials") != nullptr) {
    wanted.registry_credentials =
        read_registry(source.object("registryCredentials"), wanted.registry_credentials, secrets);
  } else if (source.has("registryCredentials")) {
    wanted.registry_credentials = nullptr;
  }
  check_secrets_of(wanted, properties, secrets);
}

void read_container_identities(const ArmObject& properties, PoolState& state, PoolWrite write) {
  constexpr std::string_view kName = "managedIdentitySettings";
  const ManagedIdentity& known = state.envelope.identity;
  std::vector<IdentitySetting>& settings = state.envelope.container.identities;
  const auto is_known = [&known](const std::string& id) {
    if (iequals(id, "system")) return known.system;
    return std::any_of(known.users.begin(), known.users.end(),
                       [&id](const auto& user) { return iequals(user.first, id); });
  };
  if (write == PoolWrite::create) settings.clear();
  std::erase_if(settings, [&](const IdentitySetting& one) { return !is_known(one.identity); });
  if (properties.find(kName) == nullptr) return;
  settings.clear();
  read_each(properties, kName, [&](const ArmObject& setting) {
    const auto id = required_text(setting, "identity").value_or("");
    if (!is_known(id)) {
      setting.fail(bad_member(
          "SessionPoolManagedIdentityCreationError",
          "The managed identity '" + id + "' of managedIdentitySettings is not one of the pool.",
          setting.path_of("identity")));
    }
    const auto lifecycle = word(setting, "lifecycle", {"None", "Main", "Init", "All"});
    settings.push_back({id, lifecycle.value_or("None")});
    return Json();
  });
}

}  // namespace dynsessions::surfaces::control_plane
