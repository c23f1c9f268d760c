#include "emulator/test_double/snapshots/restore_plan.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "emulator/pools/pool_members.h"

namespace dynsessions::test_double {
namespace asio = boost::asio;

namespace {

pools::PoolName named_in(const nlohmann::json& pool, pools::PoolName name) {
  const auto take = [&pool](const char* member, std::string& into) {
    if (pool.is_object() && pool.contains(member) && pool[member].is_string()) {
      into = pool[member].get<std::string>();
    }
  };
  take("name", name.name);
  take("resourceGroup", name.resource_group);
  take("subscription", name.subscription);
  return name;
}

Result<pools::PoolDefinition> definition_for(const SnapshotServices& services,
                                             const SnapshotPool& pool,
                                             const std::optional<pools::PoolName>& wanted) {
  const pools::PoolName& of_default = services.pools.default_pool().id;
  const pools::PoolName named =
      wanted ? *wanted : named_in(pool.definition.value_or(nlohmann::json()), of_default);
  if (!pool.definition) {
    pools::PoolDefinition same = services.pools.definition_of(named);
    same.id = named;
    return same;
  }
  pools::PoolDefinition base = services.pools.default_pool();
  base.id = named;
  auto definition = pools::with_members(std::move(base), *pool.definition);
  if (!definition) return error_within(field_below(pool.field, "pool"), definition.error());
  definition->id = named;
  return definition;
}

/// `member` is the path of the list.
Result<std::optional<FaultBook::Rules>> faults_in(const SnapshotServices& services,
                                                  const std::optional<nlohmann::json>& list,
                                                  const std::string& member) {
  if (!list) return std::optional<FaultBook::Rules>();
  if (!list->is_array() || list->size() > FaultBook::kMostRules) {
    return invalid_request(member + ": expected a list of at most 1000 rules", member);
  }
  FaultBook::Rules rules;
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto rule =
        parse_fault_rule((*list)[i], services.faults.context(), fmt::format("{}[{}]", member, i));
    if (!rule) return rule.error();
    rules.push_back(*std::move(rule));
  }
  FaultBook trial(services.faults.context());
  if (const auto good = trial.replace(std::nullopt, rules); !good) {
    return error_within(member, good.error());
  }
  return std::optional(std::move(rules));
}

/// `member` is the path of the script.
Result<std::optional<Script>> script_in(const std::optional<nlohmann::json>& object,
                                        const std::string& member) {
  if (!object) return std::optional<Script>();
  auto script = parse_script(*object);
  if (!script) return error_within(member, script.error());
  return std::optional(*std::move(script));
}

Result<PoolPlan> plan_for(const SnapshotServices& services, const SnapshotPool& pool,
                          const std::optional<pools::PoolName>& wanted) {
  auto definition = definition_for(services, pool, wanted);
  if (!definition) return definition.error();
  auto faults = faults_in(services, pool.faults, field_below(pool.field, "faults"));
  if (!faults) return faults.error();
  auto script = script_in(pool.script, field_below(pool.field, "script"));
  if (!script) return script.error();
  return PoolPlan{pool.field, *std::move(definition), *std::move(faults), *std::move(script),
                  pool.omitted};
}

/// Whether the sessions fit into pools of these definitions.
Result<void> check_limits(const RestorePlan& plan) {
  for (std::size_t i = 0; i < plan.pools.size(); ++i) {
    const pools::PoolDefinition& definition = plan.pools[i].definition;
    const std::string field = field_below(plan.pools[i].field, "sessions");
    const std::size_t count = plan.sessions_of(i);
    if (count > definition.max_sessions) {
      return invalid_request(fmt::format("{}: there are {}, and the pool has at most {}", field,
                                         count, definition.max_sessions),
                             field, "raise maxSessions");
    }
  }
  constexpr unsigned kMegabyte = 20;
  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    const pools::PoolDefinition& definition = plan.pools[plan.sessions[i].pool].definition;
    const std::string field = field_below(plan.sessions[i].field, "files");
    if (plan.files[i].bytes > std::uint64_t{definition.data_quota_mb} << kMegabyte) {
      return invalid_request(
          fmt::format("{}: more than the {} MiB of a session", field, definition.data_quota_mb),
          field, "raise dataQuotaMb");
    }
    if (plan.files[i].entries > definition.max_files) {
      return invalid_request(
          fmt::format("{}: more than the {} files of a session", field, definition.max_files),
          field, "raise maxFiles");
    }
  }
  return {};
}

/// Checks that no two pools of a snapshot have the same name.
Result<void> check_names(const RestorePlan& plan) {
  std::set<std::string> names;
  for (const PoolPlan& pool : plan.pools) {
    if (names.insert(pool.definition.id.key()).second) continue;
    const std::string field = field_below(pool.field, "pool.name");
    return invalid_request(field + ": another pool of the snapshot has it", field);
  }
  return {};
}

}  // namespace

Error error_within(const std::string& part, Error error) {
  error.message = part + '.' + error.message;
  error.target = part + '.' + error.target;
  return error;
}

asio::awaitable<Result<RestorePlan>> plan_restore(const SnapshotServices& services,
                                                  std::optional<pools::PoolName> pool,
                                                  SnapshotSource source) {
  SnapshotCheck check;
  auto checked = co_await walk_through(services.file_pool, check, std::move(source));
  if (!checked) co_return checked.error();
  const Manifest& manifest = check.manifest();
  if (manifest.is_of_all && pool) {
    co_return invalid_request("pools: this is a snapshot of several pools", "pools",
                              "PUT it to /snapshot, which names no pool");
  }
  RestorePlan plan{{}, manifest.sessions, check.files()};
  for (const SnapshotPool& one : manifest.pools) {
    auto planned = plan_for(services, one, pool);
    if (!planned) co_return planned.error();
    plan.pools.push_back(*std::move(planned));
  }
  auto faults = faults_in(services, manifest.faults, "faults");
  if (!faults) co_return faults.error();
  plan.faults = *std::move(faults);
  auto script = script_in(manifest.script, "script");
  if (!script) co_return script.error();
  plan.script = *std::move(script);
  if (const Result<void> distinct = check_names(plan); !distinct) co_return distinct.error();
  if (const Result<void> fits = check_limits(plan); !fits) co_return fits.error();
  co_return plan;
}

}  // namespace dynsessions::test_double
