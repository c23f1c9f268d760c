#include "emulator/test_double/snapshots/restore_snapshot.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "emulator/base/offload.h"
#include "emulator/base/printable.h"
#include "emulator/pools/pool_members.h"

namespace dynsessions::test_double {
namespace asio = boost::asio;

using Json = nlohmann::ordered_json;

namespace {

constexpr std::chrono::seconds kTimeToRestore{60};

/// The error of a part of the manifest as one of the manifest.
Error within(const std::string& part, Error error) {
  error.message = part + '.' + error.message;
  error.target = part + '.' + error.target;
  return error;
}

/// Everything that can be known to be wrong with one pool before anything is made.
struct PoolPlan {
  std::string field;  ///< that errors name; empty: the manifest
  pools::PoolDefinition definition;
  std::optional<FaultBook::Rules> faults;
  std::optional<Script> script;
  Json omitted;
};

struct Plan {
  std::vector<PoolPlan> pools;
  std::vector<SnapshotSession> sessions;
  std::vector<SnapshotFiles> files;             ///< by session
  std::optional<FaultBook::Rules> faults = {};  ///< of the server
  std::optional<Script> script = {};

  [[nodiscard]] std::size_t sessions_of(std::size_t pool) const {
    return static_cast<std::size_t>(
        std::count_if(sessions.begin(), sessions.end(),
                      [pool](const SnapshotSession& session) { return session.pool == pool; }));
  }
};

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
  if (!definition) return within(field_below(pool.field, "pool"), definition.error());
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
    return within(member, good.error());
  }
  return std::optional(std::move(rules));
}

/// `member` is the path of the script.
Result<std::optional<Script>> script_in(const std::optional<nlohmann::json>& object,
                                        const std::string& member) {
  if (!object) return std::optional<Script>();
  auto script = parse_script(*object);
  if (!script) return within(member, script.error());
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
Result<void> check_limits(const Plan& plan) {
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

/// No two pools of a snapshot have the same name.
Result<void> check_names(const Plan& plan) {
  std::set<std::string> names;
  for (const PoolPlan& pool : plan.pools) {
    if (names.insert(pool.definition.id.key()).second) continue;
    const std::string field = field_below(pool.field, "pool.name");
    return invalid_request(field + ": another pool of the snapshot has it", field);
  }
  return {};
}

asio::awaitable<Result<void>> walk_through(asio::thread_pool& file_pool, ArchiveWalk& walk,
                                           SnapshotSource source) {
  auto open = [&walk, &source] { return walk.open(source); };
  const Result<void> opened = co_await offload(file_pool, open);
  if (!opened) co_return opened.error();
  auto step = [&walk] { return walk.step(); };
  for (;;) {
    const Result<bool> done = co_await offload(file_pool, step);
    if (!done) co_return done.error();
    if (*done) co_return Result<void>();
  }
}

asio::awaitable<Result<Plan>> make_plan(const SnapshotServices& services,
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
  Plan plan{{}, manifest.sessions, check.files()};
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

/// The last line of a traceback, which tells the error.
std::string last_line(const execution::SpooledText& traceback) {
  std::string text = traceback.in_memory();
  while (text.ends_with('\n')) text.pop_back();
  constexpr std::size_t kLongest = 200;
  return printable(text.substr(text.rfind('\n') + 1), kLongest);
}

/// Sets variables in a kernel.
asio::awaitable<Result<void>> set_variables(execution::Workspace& workspace,
                                            execution::Kernel kernel, std::string state,
                                            std::string field) {
  execution::ExecutionRequest request;
  request.code = std::move(state);
  request.kernel = kernel;
  request.purpose = execution::Purpose::restore_variables;
  request.timeout = kTimeToRestore;
  auto result = co_await workspace.execute(std::move(request));
  if (!result) co_return result.error();
  if (result->outcome == execution::ExecutionOutcome::succeeded) co_return Result<void>();
  std::string why = last_line(result->traceback);
  if (why.empty()) why = "the interpreter did not come to an end";
  co_return archive_error("the variables cannot be restored: " + why, std::move(field));
}

/// The sessions that are being made. Stops them unless the pool takes them over.
class Preparation {
 public:
  Preparation(const SnapshotServices& services, const Plan& plan)
      : services_(services), plan_(plan) {}

  /// Gives the pools their definitions and makes the sessions. Whatever fails, give_up() follows.
  asio::awaitable<Result<void>> prepare(SnapshotSource source);
  /// Puts the sessions into their pools, all at once.
  Result<void> take_effect();
  asio::awaitable<void> give_up();

  [[nodiscard]] Json summary(std::size_t pool) const;

 private:
  /// A pool that has its new definition, and what it was before.
  struct Target {
    std::shared_ptr<pools::Pool> pool;
    std::optional<pools::PoolDefinition> former;  ///< nullopt: there was no such pool
  };

  Result<void> put_pools();
  asio::awaitable<Result<void>> make_workspaces();
  asio::awaitable<Result<void>> restore_variables(std::size_t number,
                                                  std::map<std::string, std::string>& texts);

  const SnapshotServices& services_;
  const Plan& plan_;
  std::vector<Target> targets_;
  std::vector<pools::SessionPool::Prepared> sessions_;
};

Result<void> Preparation::put_pools() {
  for (const PoolPlan& plan : plan_.pools) {
    Target target;
    if (const pools::Pool* const former = services_.pools.find(plan.definition.id)) {
      target.former = former->definition();
    }
    const auto put = services_.pools.put(plan.definition);
    if (!put) return within(field_below(plan.field, "pool"), put.error());
    target.pool = (*put)->shared_from_this();
    targets_.push_back(std::move(target));
  }
  return {};
}

asio::awaitable<Result<void>> Preparation::make_workspaces() {
  for (const SnapshotSession& session : plan_.sessions) {
    auto workspace = co_await targets_[session.pool].pool->sessions().new_workspace();
    if (!workspace) co_return workspace.error();
    sessions_.push_back({session.identifier, *std::move(workspace)});
  }
  co_return Result<void>();
}

asio::awaitable<Result<void>> Preparation::restore_variables(
    std::size_t number, std::map<std::string, std::string>& texts) {
  const SnapshotSession& session = plan_.sessions[number];
  execution::Workspace& workspace = *sessions_[number].workspace;
  for (const auto& [kernel, path] : session.variables) {
    std::string field = field_below(session.field, fmt::format("variables.{}", name_of(kernel)));
    auto set = co_await set_variables(workspace, kernel, texts[path], std::move(field));
    if (!set) co_return set.error();
  }
  if (!session.values.is_object()) co_return Result<void>();
  std::string state = nlohmann::json{{"values", session.values}}.dump();
  std::string field = field_below(session.field, "values");
  co_return co_await set_variables(workspace, execution::Kernel::synchronous, std::move(state),
                                   std::move(field));
}

asio::awaitable<Result<void>> Preparation::prepare(SnapshotSource source) {
  if (const Result<void> put = put_pools(); !put) co_return put.error();
  auto made = co_await make_workspaces();
  if (!made) co_return made.error();
  std::vector<int> roots;
  for (const auto& session : sessions_) roots.push_back(session.workspace->data_directory());
  SnapshotPlacement placement(std::move(roots));
  auto placed = co_await walk_through(services_.file_pool, placement, std::move(source));
  if (!placed) co_return placed.error();
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    auto restored = co_await restore_variables(i, placement.variables());
    if (!restored) co_return restored.error();
  }
  co_return Result<void>();
}

Result<void> Preparation::take_effect() {
  const bool is_stopping = std::any_of(targets_.begin(), targets_.end(), [](const Target& target) {
    return target.pool->sessions().is_stopping();
  });
  if (is_stopping) return Error{ErrorCode::conflict, "The pool is being deleted.", "pool", {}};
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    std::vector<pools::SessionPool::Prepared> own;
    for (std::size_t session = 0; session < sessions_.size(); ++session) {
      if (plan_.sessions[session].pool == i) own.push_back(std::move(sessions_[session]));
    }
    (void)targets_[i].pool->sessions().replace_all(own);  // false only for a pool that stops
  }
  sessions_.clear();
  return {};
}

asio::awaitable<void> Preparation::give_up() {
  for (auto& session : sessions_) {
    if (session.workspace) co_await session.workspace->stop();
  }
  sessions_.clear();
  for (Target& target : targets_) {
    if (target.former) {
      // As it was a moment ago, so it cannot be refused.
      (void)services_.pools.put(*target.former);
    } else {
      co_await services_.pools.remove(target.pool->definition().id);
    }
  }
}

Json Preparation::summary(std::size_t pool) const {
  Json sessions = Json::array();
  for (std::size_t i = 0; i < plan_.sessions.size(); ++i) {
    if (plan_.sessions[i].pool != pool) continue;
    const SessionIdentifier& identifier = plan_.sessions[i].identifier;
    const auto info = targets_[pool].pool->sessions().find(identifier);
    Json session{{"identifier", identifier.text()}};
    session["session"] = info ? info->guid : "";
    session["bytes"] = plan_.files[i].bytes;
    session["files"] = plan_.files[i].entries;
    sessions.push_back(std::move(session));
  }
  return {{"pool", plan_.pools[pool].definition.id.name},
          {"sessions", std::move(sessions)},
          {"omitted", plan_.pools[pool].omitted}};
}

Result<void> replace_rules(const SnapshotServices& services,
                           const std::optional<pools::PoolName>& scope,
                           std::optional<FaultBook::Rules> faults, std::optional<Script> script) {
  if (faults) {
    const auto replaced = services.faults.replace(scope, *std::move(faults));
    if (!replaced) return replaced.error();
  }
  if (script) services.scripts.replace(scope, *std::move(script));
  return {};
}

}  // namespace

asio::awaitable<Result<std::vector<Json>>> restore_snapshot(SnapshotServices services,
                                                            std::optional<pools::PoolName> pool,
                                                            SnapshotSource source) {
  auto plan = co_await make_plan(services, std::move(pool), source);
  if (!plan) co_return plan.error();
  Preparation preparation(services, *plan);
  std::exception_ptr exception;
  Result<void> prepared;
  try {
    prepared = co_await preparation.prepare(std::move(source));
    if (prepared) prepared = preparation.take_effect();
  } catch (...) {
    exception = std::current_exception();
  }
  if (exception || !prepared) {
    co_await preparation.give_up();
    if (exception) std::rethrow_exception(exception);
    co_return prepared.error();
  }
  std::vector<Json> summaries;
  for (std::size_t i = 0; i < plan->pools.size(); ++i) {
    PoolPlan& one = plan->pools[i];
    const auto replaced =
        replace_rules(services, one.definition.id, std::move(one.faults), std::move(one.script));
    if (!replaced) co_return replaced.error();
    summaries.push_back(preparation.summary(i));
  }
  const auto replaced =
      replace_rules(services, std::nullopt, std::move(plan->faults), std::move(plan->script));
  if (!replaced) co_return replaced.error();
  co_return summaries;
}

}  // namespace dynsessions::test_double
