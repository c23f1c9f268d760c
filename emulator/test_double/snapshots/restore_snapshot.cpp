#include "emulator/test_double/snapshots/restore_snapshot.h"

#include <chrono>
#include <exception>
#include <memory>
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
Error within(const char* part, Error error) {
  error.message = std::string(part) + '.' + error.message;
  error.target = std::string(part) + '.' + error.target;
  return error;
}

/// Everything that can be known to be wrong before anything is made.
struct Plan {
  pools::PoolDefinition definition;
  std::vector<SnapshotSession> sessions;
  std::vector<SnapshotFiles> files;
  std::optional<FaultBook::Rules> faults;
  std::optional<Script> script;
  Json omitted;
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
                                             const Manifest& manifest,
                                             const std::optional<pools::PoolName>& wanted) {
  const pools::PoolName& of_default = services.pools.default_pool().id;
  const pools::PoolName named =
      wanted ? *wanted : named_in(manifest.pool.value_or(nlohmann::json()), of_default);
  if (!manifest.pool) {
    pools::PoolDefinition same = services.pools.definition_of(named);
    same.id = named;
    return same;
  }
  pools::PoolDefinition base = services.pools.default_pool();
  base.id = named;
  auto definition = pools::with_members(std::move(base), *manifest.pool);
  if (!definition) return within("pool", definition.error());
  definition->id = named;
  return definition;
}

Result<std::optional<FaultBook::Rules>> faults_for(const SnapshotServices& services,
                                                   const Manifest& manifest) {
  if (!manifest.faults) return std::optional<FaultBook::Rules>();
  if (!manifest.faults->is_array() || manifest.faults->size() > FaultBook::kMostRules) {
    return invalid_request("faults: expected a list of at most 1000 rules", "faults");
  }
  FaultBook::Rules rules;
  for (std::size_t i = 0; i < manifest.faults->size(); ++i) {
    auto rule = parse_fault_rule((*manifest.faults)[i], services.faults.context(),
                                 fmt::format("faults[{}]", i));
    if (!rule) return rule.error();
    rules.push_back(*std::move(rule));
  }
  FaultBook trial(services.faults.context());
  if (const auto good = trial.replace(std::nullopt, rules); !good) {
    return within("faults", good.error());
  }
  return std::optional(std::move(rules));
}

Result<std::optional<Script>> script_for(const Manifest& manifest) {
  if (!manifest.script) return std::optional<Script>();
  auto script = parse_script(*manifest.script);
  if (!script) return within("script", script.error());
  return std::optional(*std::move(script));
}

/// Whether the sessions fit into a pool of that definition.
Result<void> check_limits(const Plan& plan) {
  const pools::PoolDefinition& definition = plan.definition;
  if (plan.sessions.size() > definition.max_sessions) {
    return invalid_request(fmt::format("sessions: there are {}, and the pool has at most {}",
                                       plan.sessions.size(), definition.max_sessions),
                           "sessions", "raise maxSessions");
  }
  constexpr unsigned kMegabyte = 20;
  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    const std::string field = fmt::format("sessions[{}].files", i);
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
  auto definition = definition_for(services, manifest, pool);
  if (!definition) co_return definition.error();
  auto faults = faults_for(services, manifest);
  if (!faults) co_return faults.error();
  auto script = script_for(manifest);
  if (!script) co_return script.error();
  Plan plan{*std::move(definition), manifest.sessions,  check.files(),
            *std::move(faults),     *std::move(script), manifest.omitted};
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

  asio::awaitable<Result<void>> prepare(pools::SessionPool& pool, SnapshotSource source);
  asio::awaitable<void> give_up() {
    for (auto& session : sessions) {
      if (session.workspace) co_await session.workspace->stop();
    }
    sessions.clear();
  }

  std::vector<pools::SessionPool::Prepared> sessions;

 private:
  asio::awaitable<Result<void>> make_workspaces(pools::SessionPool& pool);
  asio::awaitable<Result<void>> restore_variables(std::size_t number,
                                                  std::map<std::string, std::string>& texts);

  const SnapshotServices& services_;
  const Plan& plan_;
};

asio::awaitable<Result<void>> Preparation::make_workspaces(pools::SessionPool& pool) {
  for (const SnapshotSession& session : plan_.sessions) {
    auto workspace = co_await pool.new_workspace();
    if (!workspace) co_return workspace.error();
    sessions.push_back({session.identifier, *std::move(workspace)});
  }
  co_return Result<void>();
}

asio::awaitable<Result<void>> Preparation::restore_variables(
    std::size_t number, std::map<std::string, std::string>& texts) {
  const SnapshotSession& session = plan_.sessions[number];
  execution::Workspace& workspace = *sessions[number].workspace;
  for (const auto& [kernel, path] : session.variables) {
    std::string field = fmt::format("sessions[{}].variables.{}", number, name_of(kernel));
    auto set = co_await set_variables(workspace, kernel, texts[path], std::move(field));
    if (!set) co_return set.error();
  }
  if (!session.values.is_object()) co_return Result<void>();
  std::string state = nlohmann::json{{"values", session.values}}.dump();
  std::string field = fmt::format("sessions[{}].values", number);
  co_return co_await set_variables(workspace, execution::Kernel::synchronous, std::move(state),
                                   std::move(field));
}

asio::awaitable<Result<void>> Preparation::prepare(pools::SessionPool& pool,
                                                   SnapshotSource source) {
  auto made = co_await make_workspaces(pool);
  if (!made) co_return made.error();
  std::vector<int> roots;
  for (const auto& session : sessions) roots.push_back(session.workspace->data_directory());
  SnapshotPlacement placement(std::move(roots));
  auto placed = co_await walk_through(services_.file_pool, placement, std::move(source));
  if (!placed) co_return placed.error();
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    auto restored = co_await restore_variables(i, placement.variables());
    if (!restored) co_return restored.error();
  }
  co_return Result<void>();
}

Json summary_of(const Plan& plan, pools::SessionPool& pool) {
  Json sessions = Json::array();
  for (std::size_t i = 0; i < plan.sessions.size(); ++i) {
    const auto info = pool.find(plan.sessions[i].identifier);
    Json session{{"identifier", plan.sessions[i].identifier.text()}};
    session["session"] = info ? info->guid : "";
    session["bytes"] = plan.files[i].bytes;
    session["files"] = plan.files[i].entries;
    sessions.push_back(std::move(session));
  }
  return {{"pool", plan.definition.id.name},
          {"sessions", std::move(sessions)},
          {"omitted", plan.omitted}};
}

Error is_stopping() { return {ErrorCode::conflict, "The pool is being deleted.", "pool", {}}; }

}  // namespace

asio::awaitable<Result<RestoredSnapshot>> restore_snapshot(SnapshotServices services,
                                                           std::optional<pools::PoolName> pool,
                                                           SnapshotSource source) {
  auto plan = co_await make_plan(services, std::move(pool), source);
  if (!plan) co_return plan.error();
  const pools::PoolName name = plan->definition.id;
  pools::Pool* const former = services.pools.find(name);
  std::optional<pools::PoolDefinition> former_definition;
  if (former != nullptr) former_definition = former->definition();
  const auto put = services.pools.put(plan->definition);
  if (!put) co_return within("pool", put.error());
  const std::shared_ptr<pools::Pool> target = (*put)->shared_from_this();

  Preparation preparation(services, *plan);
  std::exception_ptr exception;
  Result<void> prepared;
  try {
    prepared = co_await preparation.prepare(target->sessions(), std::move(source));
  } catch (...) {
    exception = std::current_exception();
  }
  if (!exception && prepared && !target->sessions().replace_all(preparation.sessions)) {
    prepared = is_stopping();
  }
  if (exception || !prepared) {
    co_await preparation.give_up();
    if (former_definition) {
      // As it was a moment ago, so it cannot be refused.
      (void)services.pools.put(*former_definition);
    } else {
      co_await services.pools.remove(name);
    }
    if (exception) std::rethrow_exception(exception);
    co_return prepared.error();
  }
  if (plan->faults) {
    const auto replaced = services.faults.replace(name, *std::move(plan->faults));
    if (!replaced) co_return replaced.error();
  }
  if (plan->script) services.scripts.replace(name, *std::move(plan->script));
  co_return RestoredSnapshot{name, summary_of(*plan, target->sessions())};
}

}  // namespace dynsessions::test_double
