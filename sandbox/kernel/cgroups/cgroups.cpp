#include "sandbox/kernel/cgroups/cgroups.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/kernel/cgroups/cgroup_files.h"
#include "sandbox/process/step_error.h"

namespace dynsessions::sandbox {
namespace {

constexpr const char* kTrial = "trial";

std::string name_of_group(std::uint64_t sandbox) { return std::to_string(sandbox); }

std::string members_file(bool unified) { return unified ? "cgroup.procs" : "tasks"; }

UniqueFd open_to_write(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
}

UniqueFd open_directory(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/// Tests whether a child can join the group this way. Returns 0 or an errno.
int try_joining(const CgroupJoin& groups) {
  const pid_t pid = clone_process_into(groups, 0);
  if (pid < 0) return errno;
  if (pid == 0) ::_exit(join_groups(groups.files).error_number);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

void erase(std::vector<Controller>& controllers, Controller controller) {
  controllers.erase(std::remove(controllers.begin(), controllers.end(), controller),
                    controllers.end());
}

}  // namespace

Cgroups Cgroups::find() {
  Cgroups groups;
  auto places = find_places(read_text("/proc/self/cgroup"), read_text("/proc/self/mountinfo"));
  // A controller that version 1 uses is not available in version 2.
  std::stable_partition(places.begin(), places.end(),
                        [](const CgroupPlace& place) { return !place.unified; });
  for (CgroupPlace& place : places) groups.add_tree(std::move(place));
  for (const Controller controller : kControllers) {
    if (groups.tree_of(controller) == nullptr) {
      groups.note("no cgroups with " + std::string(name_of(controller)), ENOENT);
    }
  }
  return groups;
}

void Cgroups::note(const std::string& step, int error_number) {
  if (!failure_) failure_ = Failure{step, error_number};
}

void Cgroups::add_tree(CgroupPlace place) {
  if (place.unified) {
    place = without_leaf(std::move(place));
    place.controllers =
        parse_controllers(read_text(place.directory + "/cgroup.controllers"), " \n");
    const bool wanted =
        std::any_of(place.controllers.begin(), place.controllers.end(),
                    [this](Controller controller) { return tree_of(controller) == nullptr; });
    if (!wanted) return;
    if (const int error_number = make_way_for_groups(place); error_number != 0) {
      return note("cgroup v2: other processes besides the server", error_number);
    }
    for (const Controller controller : std::vector(place.controllers)) {
      const int error_number = enable_below(place, controller);
      if (error_number == 0) continue;
      note("cgroup v2 +" + std::string(name_of(controller)), error_number);
      erase(place.controllers, controller);
    }
  }
  if (place.controllers.empty()) return;
  sweep_directories(place.directory);
  Tree tree;
  std::string name;
  const int error_number = make_locked_directory(place.directory, name, tree.lock);
  if (error_number != 0) {
    return note("cgroup " + std::string(name_of(place.controllers.front())), error_number);
  }
  tree.directory = below(place.directory, name);
  tree.path = below(place.path, name);
  tree.place = std::move(place);
  try_out(tree);
  if (tree.place.controllers.empty()) {
    remove_directory(tree.directory);
  } else {
    trees_.push_back(std::move(tree));
  }
}

/// Keeps the controllers that accept limits, and tests how processes can join.
void Cgroups::try_out(Tree& tree) {
  const CgroupPlace inner{tree.place.unified, {}, tree.directory, tree.path};
  for (const Controller controller : std::vector(tree.place.controllers)) {
    Tree one{tree.place, tree.directory, tree.path, UniqueFd(), false};
    one.place.controllers = {controller};
    try {
      const int error_number = tree.place.unified ? enable_below(inner, controller) : 0;
      if (error_number != 0) throw StepError("cgroup v2 directory", error_number);
      make_in(one, kTrial, Limits{});
    } catch (const StepError& error) {
      note(error.what(), error.error_number());
      erase(tree.place.controllers, controller);
    }
    ::rmdir(below(tree.directory, kTrial).c_str());
  }
  const std::string trial = below(tree.directory, kTrial);
  if (::mkdir(trial.c_str(), 0755) < 0) return note("cgroup trial", errno);
  CgroupJoin start;
  if (tree.place.unified) start.directory = open_directory(trial);
  CgroupJoin groups;
  groups.files.push_back(open_to_write(below(trial, members_file(tree.place.unified))));
  tree.can_clone_into = start.directory && try_joining(start) == 0;
  const int error_number = tree.can_clone_into ? 0 : try_joining(groups);
  if (error_number != 0) {
    note("cgroup join", error_number);
    tree.place.controllers.clear();
  }
  ::rmdir(trial.c_str());
}

void Cgroups::make_in(const Tree& tree, const std::string& name, const Limits& limits) const {
  const std::string group = below(tree.directory, name);
  if (::mkdir(group.c_str(), 0755) < 0) throw StepError("cgroup", errno);
  for (const GroupSetting& setting : group_settings(limits, tree.place.unified)) {
    const auto& controllers = tree.place.controllers;
    if (std::find(controllers.begin(), controllers.end(), setting.controller) ==
        controllers.end()) {
      continue;
    }
    const int error_number = write_text(below(group, setting.file), setting.value);
    if (error_number == 0 || error_number == setting.harmless_error) continue;
    ::rmdir(group.c_str());
    throw StepError(std::string("cgroup ") + setting.file, error_number);
  }
}

void Cgroups::make(std::uint64_t sandbox, const Limits& limits) {
  try {
    for (const Tree& tree : trees_) make_in(tree, name_of_group(sandbox), limits);
  } catch (const StepError&) {
    remove(sandbox);
    throw;
  }
}

CgroupJoin Cgroups::open(std::uint64_t sandbox, Joining how) const {
  CgroupJoin groups;
  for (const Tree& tree : trees_) {
    const std::string group = below(tree.directory, name_of_group(sandbox));
    const bool is_born = how == Joining::as_child && tree.can_clone_into;
    UniqueFd opened = is_born ? open_directory(group)
                              : open_to_write(below(group, members_file(tree.place.unified)));
    if (!opened) throw StepError("open cgroup", errno);
    if (is_born) {
      groups.directory = std::move(opened);
    } else {
      groups.files.push_back(std::move(opened));
    }
  }
  return groups;
}

bool Cgroups::holds(std::uint64_t sandbox, pid_t pid) const {
  if (trees_.empty()) return true;
  const std::string memberships = read_text("/proc/" + std::to_string(pid) + "/cgroup");
  return std::all_of(trees_.begin(), trees_.end(), [&](const Tree& tree) {
    return path_in(memberships, tree.place) == below(tree.path, name_of_group(sandbox));
  });
}

std::uint64_t Cgroups::memory_kills(std::uint64_t sandbox) const {
  const Tree* tree = tree_of(Controller::memory);
  if (tree == nullptr) return 0;
  const std::string file = tree->place.unified ? "memory.events" : "memory.oom_control";
  return counter_in(read_text(below(below(tree->directory, name_of_group(sandbox)), file)),
                    "oom_kill");
}

void Cgroups::lower_cpu_weight(std::uint64_t sandbox) const {
  const Tree* tree = tree_of(Controller::cpu);
  if (tree == nullptr) return;
  const GroupSetting weight = low_cpu_weight(tree->place.unified);
  const std::string group = below(tree->directory, name_of_group(sandbox));
  (void)write_text(below(group, weight.file), weight.value);  // the sandbox ends in any case
}

void Cgroups::remove(std::uint64_t sandbox) {
  for (const Tree& tree : trees_) {
    const std::string group = below(tree.directory, name_of_group(sandbox));
    if (::rmdir(group.c_str()) < 0 && errno == EBUSY) leftovers_.push_back(group);
  }
}

void Cgroups::remove_leftovers() {
  std::erase_if(leftovers_, [](const std::string& group) {
    return ::rmdir(group.c_str()) == 0 || errno != EBUSY;
  });
}

void Cgroups::remove_all() const {
  // A reaped process can take a moment to leave its group. Version 1 does not report when the last
  // one has left, so the only way is to wait and try again.
  constexpr int kAttempts = 50;
  for (const Tree& tree : trees_) {
    for (int attempt = 0; attempt < kAttempts && !remove_directory(tree.directory); ++attempt) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
}

const Cgroups::Tree* Cgroups::tree_of(Controller controller) const {
  for (const Tree& tree : trees_) {
    const auto& controllers = tree.place.controllers;
    if (std::find(controllers.begin(), controllers.end(), controller) != controllers.end()) {
      return &tree;
    }
  }
  return nullptr;
}

LimitState Cgroups::state_of(Controller controller, LimitState otherwise) const {
  const Tree* tree = tree_of(controller);
  if (tree == nullptr) return otherwise;
  return {LimitKind::hard, tree->place.unified ? LimitMeans::cgroup_v2 : LimitMeans::cgroup_v1};
}

LimitReport Cgroups::report() const {
  return {state_of(Controller::memory, {LimitKind::soft, LimitMeans::watching}),
          state_of(Controller::pids, {LimitKind::hard, LimitMeans::resource_limit}),
          state_of(Controller::cpu, {}),
          {}};
}

}  // namespace dynsessions::sandbox
