#include "emulator/test_double/snapshots/restore_snapshot.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "emulator/base/child_process.h"
#include "emulator/base/printable.h"
#include "emulator/test_double/snapshots/restore_plan.h"

namespace dynsessions::test_double {
namespace asio = boost::asio;

using Json = nlohmann::ordered_json;

namespace {

constexpr std::chrono::seconds kTimeToRestore{60};

/// The last line of a traceback, which names the error.
std::string last_line(const execution::SpooledText& traceback) {
  constexpr std::size_t kLongest = 200;
  return printable(last_line_of(traceback.in_memory()), kLongest);
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
  if (why.empty()) why = "the interpreter did not finish";
  co_return archive_error("the variables cannot be restored: " + why, std::move(field));
}

/// The sessions that are being made. Stops them unless the pool takes them over.
class Preparation {
 public:
  Preparation(const SnapshotServices& services, const RestorePlan& plan)
      : services_(services), plan_(plan) {}

  /// Gives the pools their definitions and makes the sessions. If anything fails, the caller must
  /// call give_up().
  asio::awaitable<Result<void>> prepare(SnapshotSource source);
  /// Puts the sessions into their pools, all at once.
  Result<void> take_effect();
  asio::awaitable<void> give_up();

  [[nodiscard]] Json summary(std::size_t pool) const;

 private:
  /// A pool with its new definition, and its former one.
  struct Target {
    std::shared_ptr<pools::Pool> pool;
    std::optional<pools::PoolDefinition> former;  ///< nullopt: there was no such pool
  };

  Result<void> put_pools();
  asio::awaitable<Result<void>> make_workspaces();
  asio::awaitable<Result<void>> restore_variables(std::size_t number,
                                                  std::map<std::string, std::string>& texts);

  const SnapshotServices& services_;
  const RestorePlan& plan_;
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
    if (!put) return error_within(field_below(plan.field, "pool"), put.error());
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
    (void)targets_[i].pool->sessions().replace_all(own);  // false only if the pool is stopping
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
      // This definition was accepted a moment ago, so it cannot be refused.
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
  auto plan = co_await plan_restore(services, std::move(pool), source);
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
