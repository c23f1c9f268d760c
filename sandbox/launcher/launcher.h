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
#include "sandbox/isolation/isolation.h"
#include "sandbox/launcher/profile.h"
#include "sandbox/launcher/server_link.h"
#include "sandbox/limits/control_groups.h"
#include "sandbox/limits/memory_watch.h"
#include "sandbox/spec/launcher_protocol.h"
#include "sandbox/steps/sandbox_plan.h"

/// The launcher proper: one thread, one loop over the control socket and SIGCHLD. It owns every
/// sandbox. In the full tier it is PID 1 of their outer namespace: when it ends, the kernel ends
/// them all.
namespace dynsessions::sandbox {

class Launcher {
 public:
  /// `socket` is the server's; `children` a signalfd for SIGCHLD, non-blocking.
  /// `groups` outlives it.
  Launcher(UniqueFd socket, UniqueFd children, ControlGroups& groups);

  /// Answers the spec and serves until the server is gone. Throws for a broken socket or a broken
  /// protocol.
  void run(const LauncherSpec& spec);

 private:
  /// Until its room is gone.
  struct Interpreter {
    std::unique_ptr<Room> room;
    std::uint64_t kill_request = 0;  ///< to be answered when the room is gone
    Exhausted exhausted{};           ///< for which watch() has ended it
  };
  struct Entry {
    std::shared_ptr<Profile> profile;  ///< first: the others use its plan
    std::unique_ptr<Sandbox> sandbox;
    std::map<std::uint32_t, Interpreter> interpreters;
    std::uint64_t memory_kills = 0;  ///< by the kernel, as far as they are told of
    /// What the last interpreter of an id has ended for; for kill().
    std::map<std::uint32_t, Exhausted> exhausted;
    /// start_interpreter, until it is known what files there are (disk_watch.h).
    std::vector<Request> measured_first;
    std::unique_ptr<Egress> egress;  ///< null: there is none
    /// To be answered when the network is there: the request, and the descriptor with it.
    std::optional<Request> creation;
    UniqueFd data_directory;
    std::optional<Request> destruction;  ///< to be answered when the last room is gone
  };
  using Entries = std::map<std::uint64_t, Entry>;
  using Profiles = std::map<std::uint64_t, std::shared_ptr<Profile>>;

  bool prepare(const LauncherSpec& spec);
  [[nodiscard]] std::unique_ptr<Isolation> make_isolation() const;
  [[nodiscard]] LimitReport limits_here() const;
  [[nodiscard]] std::vector<pollfd> watched() const;
  [[nodiscard]] int milliseconds_to_attendance() const;
  void hear_zygotes(std::span<const pollfd> watched);
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
  Entry& find_room_for(const Request& request);
  void added(const Request& request, Entry& entry, OpenedRoom opened);
  void interrupt(const Request& request);
  void kill(const Request& request);
  void destroy(const Request& request);

  void own(std::uint64_t sandbox_id, pid_t child) { owners_.insert_or_assign(child, sandbox_id); }
  void reap();
  void reaped(pid_t pid, int wait_status);
  void end_strays();
  void room_ended(Entries::iterator entry, std::uint32_t interpreter_id);
  [[nodiscard]] Exhausted exhausted_by(Entries::iterator entry, const Interpreter& interpreter);
  void forget(Entries::iterator entry);

  // watching.cpp
  void watch(std::chrono::steady_clock::time_point now);
  void watch_memory(const ProcessTable& table);
  void watch_files(const ProcessTable& table);
  [[nodiscard]] bool must_watch() const;
  [[nodiscard]] bool watches_memory() const;
  [[nodiscard]] static bool can_measure(const Entry& entry);
  void start_measured();

  Entry& find(const Request& request);

  ServerLink server_;
  UniqueFd children_;
  ControlGroups& groups_;
  PlanBasis basis_;
  std::chrono::seconds zygote_idle_period_{};
  Profiles profiles_;  ///< those that are not forgotten
  std::unique_ptr<Isolation> isolation_;
  Entries entries_;
  /// Those with a `creation` or `measured_first`: the loop looks at no other each time.
  std::set<std::uint64_t> unfinished_;
  std::unordered_map<pid_t, std::uint64_t> owners_;  ///< entries, by the children that they have
  std::chrono::steady_clock::time_point next_watch_{};
};

}  // namespace dynsessions::sandbox
