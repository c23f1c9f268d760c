#include "emulator/test_double/snapshots/take_snapshot.h"

#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "emulator/base/json_text.h"
#include "emulator/base/offload.h"
#include "emulator/base/shallow_json.h"
#include "emulator/base/unnamed_file.h"
#include "emulator/base/utf8.h"
#include "emulator/pools/pool_members.h"
#include "emulator/pools/session_errors.h"
#include "emulator/test_double/snapshots/manifest.h"
#include "emulator/test_double/snapshots/redactor.h"
#include "emulator/test_double/snapshots/snapshot_writing.h"

namespace dynsessions::test_double {
namespace asio = boost::asio;

using execution::Kernel;
using execution::SpooledText;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::chrono::seconds kTimeToSave{30};
constexpr std::size_t kMostOmissions = 1000;

Json omission(const std::string& session, const std::string& what, const std::string& why) {
  return {{"session", session}, {"what", what}, {"why", why}};
}

/// An agent's report of its variables, which is not trusted. Reading it blocks.
struct ReportedVariables {
  bool is_usable = false;
  bool has_some = false;
  std::vector<std::pair<std::string, std::string>> omitted;  ///< name and reason
};

std::string bounded_text(const nlohmann::json& object, const char* name) {
  constexpr std::size_t kLongest = 256;
  if (!object.is_object() || !object.contains(name) || !object[name].is_string()) return {};
  return to_valid_utf8(object[name].get_ref<const std::string&>().substr(0, kLongest));
}

ReportedVariables read_variables(const SpooledText& text) {
  std::string bytes(text.size(), '\0');
  text.read(0, bytes);
  const nlohmann::json reported = parse_shallow_json(bytes, 4);
  ReportedVariables variables;
  if (!reported.is_object() || !reported.contains("pickle") || !reported["pickle"].is_string()) {
    return variables;
  }
  variables.is_usable = true;
  variables.has_some = !reported["pickle"].get_ref<const std::string&>().empty();
  if (!reported.contains("omitted") || !reported["omitted"].is_array()) return variables;
  for (const auto& one : reported["omitted"]) {
    if (variables.omitted.size() == kMostOmissions) break;
    variables.omitted.emplace_back(bounded_text(one, "name"), bounded_text(one, "why"));
  }
  return variables;
}

/// Collects the sessions of a snapshot with their files and variables.
class Collection {
 public:
  Collection(const SnapshotServices& services, Redaction redaction)
      : services_(services), redaction_(redaction), redactor_(redaction) {}

  // Fill `sessions`, `manifest` (which lists the omissions) and `journal`: for one pool, or for
  // several and the server.

  asio::awaitable<Result<void>> collect(std::shared_ptr<pools::Pool> pool);
  asio::awaitable<Result<void>> collect_all(std::vector<std::shared_ptr<pools::Pool>> pools);

  std::vector<SavedSession> sessions;
  Json manifest;
  std::string journal;

 private:
  void begin_manifest();
  asio::awaitable<Result<void>> collect_pool(std::shared_ptr<pools::Pool> pool, Json& members);
  void add_rules(const std::optional<pools::PoolName>& scope, Json& members);
  asio::awaitable<Result<void>> collect_session(pools::SessionInfo info, Json& into);
  asio::awaitable<void> save_variables(const pools::Session& session, SavedSession& saved,
                                       std::string name, pools::SessionLease& lease);
  asio::awaitable<Result<void>> list_files(SavedSession& saved, std::string name);
  void omit(const std::string& session, const std::string& what, const std::string& why);
  [[nodiscard]] Json session_json(const SavedSession& saved, const std::string& name) const;

  const SnapshotServices& services_;
  const Redaction redaction_;
  std::shared_ptr<pools::Pool> pool_;  ///< pool that is being collected
  Redactor redactor_;
  Json omitted_ = Json::array();
  std::uint64_t bytes_ = 0;
};

void Collection::omit(const std::string& session, const std::string& what, const std::string& why) {
  if (omitted_.size() < kMostOmissions) omitted_.push_back(omission(session, what, why));
}

Json Collection::session_json(const SavedSession& saved, const std::string& name) const {
  Json object{{"identifier", name}, {"files", files_directory(saved)}};
  Json variables = Json::object();
  for (const auto& [kernel, text] : saved.variables) {
    variables[std::string(name_of(kernel))] = variables_path(saved, kernel);
  }
  if (!variables.empty()) object["variables"] = std::move(variables);
  return object;
}

asio::awaitable<void> Collection::save_variables(const pools::Session& session, SavedSession& saved,
                                                 std::string name, pools::SessionLease& lease) {
  if (pool_->sessions().is_executing(session.identifier())) {
    omit(name, "variables", "a program was running");
    co_return;
  }
  for (const Kernel kernel : {Kernel::synchronous, Kernel::asynchronous, Kernel::empty}) {
    const std::string what = fmt::format("variables of the {} kernel", name_of(kernel));
    execution::ExecutionRequest request;
    request.kernel = kernel;
    request.purpose = execution::Purpose::save_variables;
    request.timeout = kTimeToSave;
    auto result = co_await lease->execute(std::move(request));
    if (!result) {
      omit(name, what, result.error().message);
      continue;
    }
    if (std::holds_alternative<execution::NoValue>(result->value)) {
      const bool has_none = result->outcome == execution::ExecutionOutcome::succeeded;
      if (!has_none) omit(name, what, "the interpreter could not save them");
      continue;
    }
    const auto* const text = std::get_if<execution::TextValue>(&result->value);
    if (text == nullptr) continue;
    auto work = [copy = text->text] { return read_variables(copy); };
    const ReportedVariables reported = co_await offload(services_.file_pool, std::move(work));
    if (!reported.is_usable) omit(name, what, "the interpreter could not save them");
    for (const auto& [variable, why] : reported.omitted) omit(name, "variable " + variable, why);
    if (reported.has_some) saved.variables.emplace(kernel, text->text);
  }
}

asio::awaitable<Result<void>> Collection::list_files(SavedSession& saved, std::string name) {
  auto work = [root = saved.root.get()] {
    return workspace_files::list(root, {}, workspace_files::Depth::recursive,
                                 workspace_files::Order::names);
  };
  auto listing = co_await offload(services_.file_pool, work);
  if (!listing) co_return listing.error();
  if (listing->unnameable > 0) {
    omit(name, fmt::format("{} files", listing->unnameable),
         "their paths are not UTF-8, or too long");
  }
  for (const auto& file : listing->files) {
    if (!file.is_directory) bytes_ += file.size;
  }
  if (bytes_ > kMostSnapshotBytes) {
    co_return Error{ErrorCode::payload_too_large,
                    "The files of the pool have more than 2 GiB, the most of a snapshot.", "pool",
                    "delete files or end sessions first"};
  }
  saved.files = std::move(listing->files);
  co_return Result<void>();
}

asio::awaitable<Result<void>> Collection::collect_session(pools::SessionInfo info, Json& into) {
  auto lease = co_await pool_->sessions().acquire_existing(info.identifier);
  if (!lease) co_return Result<void>();  // the session has ended in the meantime
  auto root = (*lease)->open_data_directory();
  if (!root) co_return Result<void>();
  SavedSession saved{fmt::format("sessions/{}", sessions.size() + 1),
                     *std::move(root),
                     {},
                     {},
                     redactor_.keeps_contents()};
  const std::string name = redactor_.identifier(info.identifier.text());
  if (redactor_.keeps_contents()) {
    co_await save_variables(**lease, saved, name, *lease);
  } else {
    omit(name, "variables and contents of files", "redacted");
  }
  auto listed = co_await list_files(saved, name);
  if (!listed) co_return listed.error();
  into.push_back(session_json(saved, name));
  sessions.push_back(std::move(saved));
  co_return Result<void>();
}

void Collection::begin_manifest() {
  if (redaction_ != Redaction::none) manifest["redacted"] = name_of(redaction_);
  manifest["format"] = "dynsessions-snapshot";
  manifest["version"] = kSnapshotVersion;
  manifest["createdBy"] = "dynsessions " + services_.version;
}

void Collection::add_rules(const std::optional<pools::PoolName>& scope, Json& members) {
  Json faults = Json::array();
  for (const FaultRule& rule : services_.faults.rules(scope)) {
    if (Json redacted = redactor_.fault(to_json(rule)); !redacted.is_null()) {
      faults.push_back(std::move(redacted));
    } else {
      omit("", "fault " + rule.id, "redacted");
    }
  }
  members["faults"] = std::move(faults);
  if (redactor_.keeps_contents()) members["script"] = to_json(services_.scripts.script(scope));
}

/// Adds the members of a pool to `members`.
asio::awaitable<Result<void>> Collection::collect_pool(std::shared_ptr<pools::Pool> pool,
                                                       Json& members) {
  pool_ = std::move(pool);
  omitted_ = Json::array();
  members["pool"] = redactor_.pool(pools::to_json(pool_->definition()));
  members["sessions"] = Json::array();
  for (const pools::SessionInfo& info : pool_->sessions().list()) {
    auto collected = co_await collect_session(info, members["sessions"]);
    if (!collected) co_return collected.error();
  }
  const pools::PoolName name = pool_->definition().id;
  redactor_.learn(services_.journal.entries(name));
  add_rules(name, members);
  members["omitted"] = std::move(omitted_);
  co_return Result<void>();
}

asio::awaitable<Result<void>> Collection::collect(std::shared_ptr<pools::Pool> pool) {
  begin_manifest();
  const pools::PoolName name = pool->definition().id;
  auto collected = co_await collect_pool(std::move(pool), manifest);
  if (!collected) co_return collected.error();
  journal = redactor_.journal(services_.journal.entries(name));
  co_return Result<void>();
}

asio::awaitable<Result<void>> Collection::collect_all(
    std::vector<std::shared_ptr<pools::Pool>> pools) {
  begin_manifest();
  Json list = Json::array();
  for (std::shared_ptr<pools::Pool>& pool : pools) {
    Json members;
    auto collected = co_await collect_pool(std::move(pool), members);
    if (!collected) co_return collected.error();
    list.push_back(std::move(members));
  }
  manifest["pools"] = std::move(list);
  const auto entries = services_.journal.entries(std::nullopt);
  redactor_.learn(entries);
  add_rules(std::nullopt, manifest);
  journal = redactor_.journal(entries);
  co_return Result<void>();
}

Error not_written(const std::exception& error) {
  spdlog::error("a snapshot could not be written: {}", error.what());
  return {ErrorCode::storage_full,
          "The snapshot could not be written to the temporary directory.",
          {},
          "TMPDIR names another one"};
}

/// Writes the archive on the file pool.
asio::awaitable<Result<SnapshotFile>> write_archive(const SnapshotServices& services,
                                                    Collection& collection) {
  auto open = [] { return open_unnamed_file(); };
  UniqueFd fd = co_await offload(services.file_pool, open);
  if (!fd) co_return no_descriptors();
  std::optional<Error> failure;
  try {
    SnapshotWriting writing(fd.get(), std::move(collection.sessions));
    const std::string manifest = dumped(collection.manifest, 2) + '\n';
    auto begin = [&] { writing.begin(manifest, collection.journal); };
    co_await offload(services.file_pool, begin);
    auto step = [&] { return writing.step(); };
    for (bool done = false; !done;) done = co_await offload(services.file_pool, step);
  } catch (const std::runtime_error& error) {
    failure = not_written(error);
  }
  if (failure) co_return *failure;
  struct stat status {};
  ::fstat(fd.get(), &status);
  co_return SnapshotFile{std::move(fd), static_cast<std::uint64_t>(status.st_size)};
}

}  // namespace

asio::awaitable<Result<SnapshotFile>> take_snapshot(SnapshotServices services,
                                                    std::optional<pools::PoolName> pool,
                                                    Redaction redaction) {
  Collection collection(services, redaction);
  Result<void> collected;
  if (pool) {
    pools::Pool* const found = services.pools.find(*pool);
    if (found == nullptr) {
      co_return Error{ErrorCode::pool_not_found, "There is no pool of this name.", "pool",
                      "a pool exists from its first request on, or when it is declared with PUT"};
    }
    if (!found->definition().can_run()) co_return pools::sessions_cannot_run(found->definition());
    collected = co_await collection.collect(found->shared_from_this());
  } else {
    std::vector<std::shared_ptr<pools::Pool>> all;
    for (pools::Pool* const one : services.pools.all()) {
      if (one->definition().can_run()) {
        all.push_back(one->shared_from_this());
      } else {  // without its containers, which only ARM has, it could not be restored
        spdlog::warn("the snapshot leaves out pool {} of custom containers",
                     one->definition().id.name);
      }
    }
    collected = co_await collection.collect_all(std::move(all));
  }
  if (!collected) co_return collected.error();
  co_return co_await write_archive(services, collection);
}

}  // namespace dynsessions::test_double
