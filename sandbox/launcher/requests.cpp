#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "sandbox/launcher/launcher.h"
#include "sandbox/process/step_error.h"
#include "sandbox/watch/disk_watch.h"

/// Handles requests of the server.
namespace dynsessions::sandbox {

bool Launcher::serve_one() {
  bool would_block = false;
  const auto received = server_.receive(would_block);
  if (!received) return would_block;
  try {
    serve(*received);
  } catch (const StepError& error) {
    server_.failed(received->request, error.what(), error.error_number());
  }
  return true;
}

void Launcher::serve(const ReceivedRequest& received) {
  const Request& request = received.request;
  switch (request.kind) {
    case RequestKind::define_profile:
      return define(request, received.profile);
    case RequestKind::forget_profile:
      return forget_profile(request);
    case RequestKind::create_sandbox:
      return create(request);
    case RequestKind::start_interpreter:
      return start(request);
    case RequestKind::fork_interpreter:
      return fork(request);
    case RequestKind::interrupt_interpreter:
      return interrupt(request);
    case RequestKind::kill_interpreter:
      return kill(request);
    case RequestKind::destroy_sandbox:
      return destroy(request);
    case RequestKind::ping:
      return server_.done(request);
  }
  throw StepError("request: unknown kind", EINVAL);
}

void Launcher::define(const Request& request, const std::string& json) {
  if (request.profile_id == 0 || profiles_.contains(request.profile_id)) {
    throw StepError("define profile: id in use", EEXIST);
  }
  try {
    profiles_[request.profile_id] =
        std::make_shared<Profile>(basis_, sandbox_profile_from_json(json), zygote_idle_period_);
  } catch (const std::runtime_error& error) {
    throw StepError(error.what(), EINVAL);
  }
  server_.done(request);
}

void Launcher::forget_profile(const Request& request) {
  const auto node = profiles_.extract(request.profile_id);
  if (!node) throw StepError("forget profile: no such profile", ENOENT);
  std::vector<Request> waiting;
  for (const Profile::WaitingFork& fork : node.mapped()->forget()) waiting.push_back(fork.request);
  server_.done(request);
  start_waiting(waiting);
}

void Launcher::create(const Request& request) {
  if (entries_.contains(request.sandbox_id)) throw StepError("create: id in use", EEXIST);
  const auto profile = profiles_.find(request.profile_id);
  if (profile == profiles_.end()) throw StepError("create: no such profile", ENOENT);
  const auto former = std::find_if(remains_.begin(), remains_.end(), [&](const Remains& remains) {
    return remains.sandbox_id == request.sandbox_id;
  });
  if (former != remains_.end()) remove_remains(former);
  entries_.emplace(request.sandbox_id, Entry{profile->second, SandboxState(request)});
  profile->second->sandbox_made();
  waiting_builds_.push_back(request.sandbox_id);
}

void Launcher::start(const Request& request) {
  Entry& entry = find_for_start(request);
  const DiskWatch* files = entry.sandbox->disk_watch();
  if (files != nullptr && files->is_measuring()) {
    entry.state.wait_for_count(request);
    return note_unfinished(request.sandbox_id, entry);
  }
  if (files != nullptr && files->is_beyond_repair()) {
    throw StepError("files: the session exceeds its limit by far", EDQUOT);
  }
  Start start{request, entry.sandbox->start(groups_.open(request.sandbox_id))};
  entry.starts.emplace(request.interpreter_id, std::move(start));
  note_unfinished(request.sandbox_id, entry);
}

void Launcher::fork(const Request& request) {
  Profile& profile = *find(request).profile;
  if (profile.is_forgotten()) return start(request);
  if (!profile.zygote()) throw StepError("fork: there is no zygote", EINVAL);
  profile.waiting_forks().push_back({request});  // the loop serves them in turn
}

void Launcher::interrupt(const Request& request) {
  const Entry& entry = find(request);
  const auto found = entry.interpreters.find(request.interpreter_id);
  if (found == entry.interpreters.end()) throw StepError("interrupt: no interpreter", ESRCH);
  found->second.jail->interrupt();
  server_.done(request);
}

void Launcher::kill(const Request& request) {
  Entry& entry = find(request);
  cancel_starts(request.sandbox_id, entry, request.interpreter_id);
  const auto found = entry.interpreters.find(request.interpreter_id);
  if (found == entry.interpreters.end()) {
    return server_.killed(request.request_id, request.sandbox_id,
                          std::exchange(entry.ends[request.interpreter_id], {}));
  }
  Interpreter& interpreter = found->second;
  if (interpreter.kill_requests.empty()) interpreter.jail->end();
  interpreter.kill_requests.push_back(request.request_id);
}

void Launcher::destroy(const Request& request) {
  Entry& entry = find(request);
  cancel_starts(request.sandbox_id, entry, std::nullopt);
  for (const Request& unserved : entry.state.become_destroying(request)) {
    const bool is_creation = unserved.kind == RequestKind::create_sandbox;
    server_.failed(
        unserved,
        is_creation ? "create: destroyed in the meantime" : "start: destroyed in the meantime",
        ECANCELED);
  }
  entry.egress.reset();  // no running process has a network from now on
  note_unfinished(request.sandbox_id, entry);
  if (entry.interpreters.empty()) {
    forget(entries_.find(request.sandbox_id));
    return server_.done(request);
  }
  ++destroying_;
  groups_.lower_cpu_weight(request.sandbox_id);  // others go first when many end at once
  for (const auto& [id, interpreter] : entry.interpreters) interpreter.jail->end();
}

Launcher::Entry& Launcher::find(const Request& request) {
  const auto entry = entries_.find(request.sandbox_id);
  if (entry == entries_.end()) throw StepError("request: no such sandbox", ENOENT);
  if (entry->second.state.as<SandboxState::Destroying>() != nullptr) {
    throw StepError("request: being destroyed", EALREADY);
  }
  return entry->second;
}

Launcher::Entry& Launcher::find_for_start(const Request& request) {
  Entry& entry = find(request);
  if (entry.state.creation() != nullptr) {
    throw StepError("start: the sandbox is being created", EAGAIN);
  }
  if (entry.interpreters.contains(request.interpreter_id) ||
      entry.starts.contains(request.interpreter_id)) {
    throw StepError("start: the interpreter still runs", EBUSY);
  }
  if (entry.interpreters.size() + entry.starts.size() >= kMaxInterpreters) {
    throw StepError("start: too many interpreters", ENOSPC);
  }
  return entry;
}

}  // namespace dynsessions::sandbox
