#include <algorithm>
#include <cerrno>
#include <utility>

#include "sandbox/launcher/launcher.h"
#include "sandbox/process/step_error.h"

/// Starts of interpreters, from the request to its answer.
namespace dynsessions::sandbox {
namespace {

/// The zygote forks one interpreter after the other; with a few requests in its queue it never
/// waits for the launcher. The number also limits the messages in its socket, so that asking never
/// blocks.
constexpr long kForksAtOnce = 4;

}  // namespace

void Launcher::serve_waiting_forks(Time now) {
  for (const auto& [id, profile] : profiles_) {
    profile->tick(now);
    serve_waiting_forks(*profile);
  }
}

/// Begins the waiting forks while there is a zygote; fails them if there will be none for a while.
void Launcher::serve_waiting_forks(Profile& profile) {
  Profile::WaitingForks& waiting = profile.waiting_forks();
  if (!waiting.empty()) profile.zygote()->retire_if_outdated();
  while (!waiting.empty()) {
    const auto& failure = profile.zygote()->failure();
    const bool can_fork = profile.zygote()->ready() && profile.forks_under_way() < kForksAtOnce;
    if (!can_fork && !failure) return;
    const Profile::WaitingFork fork = waiting.front();
    waiting.pop_front();
    try {
      if (failure) throw StepError(*failure);
      begin_fork(profile, fork);
    } catch (const StepError& error) {
      server_.failed(fork.request, error.what(), error.error_number());
    }
  }
}

void Launcher::begin_fork(Profile& profile, const Profile::WaitingFork& fork) {
  const Request& request = fork.request;
  Entry& entry = find_for_start(request);
  CgroupJoin groups = groups_.open(request.sandbox_id, Joining::by_itself);
  Start start{request, entry.sandbox->fork_from(profile.zygote(), std::move(groups)),
              profile.fork_token(), fork.was_tried};
  entry.starts.emplace(request.interpreter_id, std::move(start));
  // In most cases the jail already exists, so the zygote is asked now.
  advance_start(entries_.find(request.sandbox_id), request.interpreter_id,
                std::chrono::steady_clock::now());
}

/// Starts interpreters for requests that had to wait.
void Launcher::start_waiting(const std::vector<Request>& requests) {
  for (const Request& request : requests) {
    try {
      start(request);
    } catch (const StepError& error) {
      server_.failed(request, error.what(), error.error_number());
    }
  }
}

void Launcher::continue_starts(Entries::iterator entry, const Wakeup& wakeup) {
  std::vector<std::uint32_t> due;
  for (const auto& [id, start] : entry->second.starts) {
    if (wakeup.concerns(*start.work)) due.push_back(id);
  }
  for (const std::uint32_t id : due) advance_start(entry, id, wakeup.now);
}

void Launcher::advance_start(Entries::iterator entry, std::uint32_t interpreter_id, Time now) {
  auto& [sandbox_id, owner] = *entry;
  std::optional<StartedJail> started;
  try {
    started = owner.starts.at(interpreter_id).work->advance(now);
  } catch (const StepError& error) {
    const auto failed = owner.starts.extract(interpreter_id);
    start_failed(*owner.profile, failed.mapped(), error);
  }
  if (started) {
    const auto done = owner.starts.extract(interpreter_id);
    added(done.mapped().request, owner, *std::move(started));
  }
  note_unfinished(sandbox_id, owner);
}

/// A fork is tried twice before a client gets the error, the second time with another zygote: the
/// first one can have exited or been stopped.
void Launcher::start_failed(Profile& profile, const Start& start, const StepError& error) {
  const bool is_fault_of_zygote =
      error.error_number() == EPIPE || error.error_number() == ETIMEDOUT;
  if (!start.fork_token || start.was_tried || !is_fault_of_zygote) {
    return server_.failed(start.request, error.what(), error.error_number());
  }
  if (profile.is_forgotten()) return start_waiting({start.request});
  profile.waiting_forks().push_front({start.request, true});
}

void Launcher::added(const Request& request, Entry& entry, StartedJail opened) {
  try {
    for (const pid_t pid : opened.jail->processes()) {
      if (!groups_.holds(request.sandbox_id, pid)) throw StepError("verify cgroups", EPERM);
    }
    server_.done(request,
                 {opened.control.get(), opened.standard_output.get(), opened.standard_error.get()});
  } catch (const StepError& error) {
    opened.jail->end();  // the loop reaps it
    return server_.failed(request, error.what(), error.error_number());
  }
  for (const pid_t pid : opened.jail->processes()) own(request.sandbox_id, pid);
  entry.interpreters[request.interpreter_id].jail = std::move(opened.jail);
}

/// Cancels the starts of this id, or all. Their processes are killed, and the loop reaps them.
void Launcher::cancel_starts(std::uint64_t sandbox_id, Entry& entry,
                             std::optional<std::uint32_t> interpreter_id) {
  const auto concerns = [&](const Request& request) {
    return request.sandbox_id == sandbox_id &&
           (!interpreter_id || *interpreter_id == request.interpreter_id);
  };
  const auto cancel = [&](const Request& request) {
    if (!concerns(request)) return false;
    server_.failed(request, "start: destroyed in the meantime", ECANCELED);
    return true;
  };
  std::erase_if(entry.starts, [&](const auto& item) { return cancel(item.second.request); });
  std::erase_if(entry.profile->waiting_forks(),
                [&](const Profile::WaitingFork& fork) { return cancel(fork.request); });
  note_unfinished(sandbox_id, entry);
}

}  // namespace dynsessions::sandbox
