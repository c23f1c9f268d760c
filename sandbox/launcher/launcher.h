#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
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

/// The launcher proper: one thread, one loop over the control socket and SIGCHLD. It owns every
/// sandbox. In the full tier it is PID 1 of their outer namespace: when it ends, the kernel ends
/// them all.
namespace dynsessions::sandbox {

class Launcher {
 public:
  /// `socket` is the server's; `children` a signalfd for SIGCHLD, non-blocking.
  /// `groups` outlives it.
  Launcher(UniqueFd socket, UniqueFd children, Cgroups& groups);

  /// Answers the spec and serves until the server is gone. Throws for a broken socket or a broken
  /// protocol.
  void run(const LauncherSpec& spec);

 private:
  /// Until its jail is gone.
  struct Interpreter {
    std::unique_ptr<Jail> jail;
    std::uint64_t kill_request = 0;  ///< to be answered when the jail is gone; 0: none
    ExceededLimit exceeded{};        ///< for which watch() has ended it
  };
  struct Entry {
    std::shared_ptr<Profile> profile;  ///< first: the others use its plan
    std::unique_ptr<Sandbox> sandbox;
    SandboxState state;
    std::unique_ptr<Egress> egress;  ///< null: there is none
    std::map<std::uint32_t, Interpreter> interpreters{};
    std::uint64_t memory_kills = 0;  ///< by the kernel, reported so far
    /// Of the last interpreter of each id, until kill() has reported it.
    std::map<std::uint32_t, InterpreterEnd> ends{};
  };
  using Entries = std::map<std::uint64_t, Entry>;
  using Profiles = std::map<std::uint64_t, std::shared_ptr<Profile>>;

  bool prepare(const LauncherSpec& spec);
  [[nodiscard]] std::unique_ptr<Isolation> make_isolation();
  [[nodiscard]] LimitReport limits_here() const;
  [[nodiscard]] std::vector<pollfd> watched() const;
  [[nodiscard]] int poll_timeout() const;
  void read_from_zygotes(std::span<const pollfd> watched);
  bool serve_one();
  void serve(const ReceivedRequest& received);
  void define(const Request& request, const std::string& json);
  void forget_profile(const Request& request);
  void create(const Request& request);
  void start(const Request& request);
  void fork(const Request& request);
  void serve_waiting_forks();
  void serve_waiting_forks(Profile& profile);
  void start_waiting(const std::vector<Request>& requests);
  void finish_creations();
  Entry& find_for_start(const Request& request);
  void added(const Request& request, Entry& entry, StartedJail opened);
  void interrupt(const Request& request);
  void kill(const Request& request);
  void destroy(const Request& request);

  void own(std::uint64_t sandbox_id, pid_t child) { owners_.insert_or_assign(child, sandbox_id); }
  void reap();
  void reaped(pid_t pid, int wait_status);
  void end_strays();
  void jail_ended(Entries::iterator entry, std::uint32_t interpreter_id);
  [[nodiscard]] ExceededLimit exceeded_limit_of(Entries::iterator entry,
                                                const Interpreter& interpreter);
  void forget(Entries::iterator entry);

  // watching.cpp
  void watch(std::chrono::steady_clock::time_point now);
  void watch_memory(const ProcessTable& table);
  void watch_files(const ProcessTable& table);
  void close_new_addresses();
  [[nodiscard]] bool must_watch() const;
  [[nodiscard]] bool watches_memory() const;
  [[nodiscard]] static bool can_count(const Entry& entry);
  void start_counted();

  Entry& find(const Request& request);

  ServerLink server_;
  UniqueFd children_;
  Cgroups& groups_;
  PlanBasis basis_;
  std::chrono::seconds zygote_idle_period_{};
  std::optional<SessionUsers> users_;
  std::optional<SessionUser> zygote_user_;  ///< full tier: of the zygotes of all profiles
  Profiles profiles_;                       ///< those that are not forgotten
  std::unique_ptr<Isolation> isolation_;
  Entries entries_;
  /// Entries whose state needs attention: the loop looks at no other each time.
  std::set<std::uint64_t> unfinished_;
  std::unordered_map<pid_t, std::uint64_t> owners_;  ///< entries, by the children that they have
  std::chrono::steady_clock::time_point next_watch_{};
  std::optional<AddressWatch> addresses_;  ///< since there was a sandbox with egress
};

}  // namespace dynsessions::sandbox
