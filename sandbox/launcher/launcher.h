#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <poll.h>

#include "sandbox/base/unique_fd.h"
#include "sandbox/egress/address_watch.h"
#include "sandbox/kernel/cgroups/cgroups.h"
#include "sandbox/launcher/profile.h"
#include "sandbox/launcher/sandbox_state.h"
#include "sandbox/launcher/server_link.h"
#include "sandbox/plan/sandbox_plan.h"
#include "sandbox/protocol/launcher_protocol.h"
#include "sandbox/tiers/isolation.h"
#include "sandbox/tiers/session_users.h"
#include "sandbox/watch/memory_watch.h"

/// The launcher proper: one thread, one loop over the control socket, SIGCHLD, and the descriptors
/// of unfinished sandboxes. It owns every sandbox. In the full tier it is PID 1 of their outer
/// namespace: when it ends, the kernel ends them all.
///
/// The loop waits only in poll(): creations and starts are Pending work, several at a time.
namespace dynsessions::sandbox {

class Launcher {
 public:
  /// `socket` is the server's; `children` a signalfd for SIGCHLD, non-blocking. `groups` must
  /// outlive it.
  Launcher(UniqueFd socket, UniqueFd children, Cgroups& groups);

  /// Answers the spec and serves requests until the server is gone. Throws if the socket or the
  /// protocol is broken.
  void run(const LauncherSpec& spec);

 private:
  using Time = std::chrono::steady_clock::time_point;

  /// Kept until its jail is gone.
  struct Interpreter {
    std::unique_ptr<Jail> jail;
    std::vector<std::uint64_t> kill_requests{};  ///< answered when the jail is gone
    ExceededLimit exceeded{};                    ///< the limit for which watch() has ended it
  };
  /// An interpreter that is being started.
  struct Start {
    Request request;
    std::unique_ptr<Pending<StartedJail>> work;
    std::shared_ptr<const int> fork_token{};  ///< set if it is forked; see Profile
    bool was_tried = false;                   ///< a fork that has failed once
  };
  struct Entry {
    std::shared_ptr<Profile> profile;  ///< declared first, because the sandbox uses its plan
    SandboxState state;
    std::unique_ptr<Sandbox> sandbox{};  ///< null until it is built
    std::unique_ptr<Egress> egress{};    ///< null if there is none
    std::uint64_t address_changes = 0;   ///< at the time before the sandbox was built
    std::map<std::uint32_t, Start> starts{};
    std::map<std::uint32_t, Interpreter> interpreters{};
    std::uint64_t memory_kills = 0;  ///< kills that have been reported
    /// The end of the last interpreter of each id, until kill() has reported it.
    std::map<std::uint32_t, InterpreterEnd> ends{};
  };
  using Entries = std::map<std::uint64_t, Entry>;
  /// A sandbox whose processes are gone, with the kernel objects that are left of it.
  struct Remains {
    std::uint64_t sandbox_id;
    std::shared_ptr<Profile> profile;  ///< first: the sandbox uses its plan
    std::unique_ptr<Sandbox> sandbox;
    Time since{};
  };
  using Profiles = std::map<std::uint64_t, std::shared_ptr<Profile>>;

  /// The event that ended a wait of the loop.
  struct Wakeup {
    Time now;
    std::set<int> readable;

    template <typename Result>
    [[nodiscard]] bool concerns(const Pending<Result>& work) const {
      const int descriptor = work.descriptor();
      return descriptor < 0 || readable.contains(descriptor) || now >= work.deadline();
    }
  };

  bool prepare(const LauncherSpec& spec);
  [[nodiscard]] std::unique_ptr<Isolation> make_isolation();
  [[nodiscard]] LimitReport limits_here() const;
  [[nodiscard]] Wakeup wait() const;
  [[nodiscard]] std::vector<pollfd> watched() const;
  [[nodiscard]] int poll_timeout() const;
  [[nodiscard]] static Time next_deadline(const Entry& entry);
  void continue_unfinished(const Wakeup& wakeup);

  // requests.cpp
  bool serve_one();
  void serve(const ReceivedRequest& received);
  void define(const Request& request, const std::string& json);
  void forget_profile(const Request& request);
  void create(const Request& request);
  void start(const Request& request);
  void fork(const Request& request);
  void interrupt(const Request& request);
  void kill(const Request& request);
  void destroy(const Request& request);
  Entry& find(const Request& request);
  Entry& find_for_start(const Request& request);

  // creations.cpp
  void begin_builds();
  void begin_build(Entries::iterator entry);
  void continue_creation(Entries::iterator entry, const Wakeup& wakeup);
  void continue_build(Entries::iterator entry, const Wakeup& wakeup);
  void finish_creation(Entries::iterator entry, Time now);
  void fail_creation(Entries::iterator entry, const StepError& error);

  // starts.cpp
  void serve_waiting_forks(Time now);
  void serve_waiting_forks(Profile& profile);
  void begin_fork(Profile& profile, const Profile::WaitingFork& fork);
  void start_waiting(const std::vector<Request>& requests);
  void continue_starts(Entries::iterator entry, const Wakeup& wakeup);
  void advance_start(Entries::iterator entry, std::uint32_t interpreter_id, Time now);
  void start_failed(Profile& profile, const Start& start, const StepError& error);
  void added(const Request& request, Entry& entry, StartedJail opened);
  void cancel_starts(std::uint64_t sandbox_id, Entry& entry,
                     std::optional<std::uint32_t> interpreter_id);

  // reaping.cpp
  void own(std::uint64_t sandbox_id, pid_t child) { owners_.insert_or_assign(child, sandbox_id); }
  void reap();
  void reaped(pid_t pid, int wait_status);
  bool reaped_of_sandbox(pid_t pid, int wait_status);
  bool reaped_of_unfinished(pid_t pid, int wait_status);
  void end_strays();
  void jail_ended(Entries::iterator entry, std::uint32_t interpreter_id);
  [[nodiscard]] ExceededLimit exceeded_limit_of(Entries::iterator entry,
                                                const Interpreter& interpreter);
  void forget(Entries::iterator entry);
  void leave_remains(Entries::iterator entry);
  void remove_remains(Time now);
  void remove_remains(std::deque<Remains>::iterator remains);
  [[nodiscard]] Time next_removal() const;

  // watching.cpp
  void watch(Time now);
  void watch_memory(const ProcessTable& table);
  void watch_files(const ProcessTable& table);
  void close_new_addresses();
  void continue_closing(Entries::iterator entry, Time now);
  template <typename Step>
  void continue_egress(Entries::iterator entry, const Step& step);
  [[nodiscard]] bool must_watch() const;
  [[nodiscard]] bool watches_memory() const;
  [[nodiscard]] static bool can_count(const Entry& entry);
  void start_counted();

  void note_unfinished(std::uint64_t sandbox_id, const Entry& entry);

  ServerLink server_;
  UniqueFd children_;
  Cgroups& groups_;
  PlanBasis basis_;
  std::chrono::seconds zygote_idle_period_{};
  std::optional<SessionUsers> users_;
  std::optional<SessionUser> zygote_user_;  ///< full tier: user of the zygotes of all profiles
  Profiles profiles_;                       ///< without those that were forgotten
  std::unique_ptr<Isolation> isolation_;
  Entries entries_;
  std::deque<Remains> remains_;  ///< oldest first
  std::size_t destroying_ = 0;   ///< entries whose jails are ending
  Time last_ending_{};           ///< when the last of them left its remains
  /// Entries that the loop must continue. It visits no other entries each time.
  std::set<std::uint64_t> unfinished_;
  std::deque<std::uint64_t> waiting_builds_;         ///< queued entries; some can be gone
  std::set<std::uint64_t> builds_;                   ///< entries that are being built
  std::unordered_map<pid_t, std::uint64_t> owners_;  ///< entries by their child processes
  Time next_watch_{};
  std::optional<AddressWatch> addresses_;  ///< set since the first sandbox with egress
  std::uint64_t address_changes_ = 0;      ///< that addresses_ has noticed
};

}  // namespace dynsessions::sandbox
