#pragma once

#include <span>
#include <string>

#include "sandbox/kernel/mounts/root_layout.h"
#include "sandbox/process/step.h"

/// The sandbox's view of files, built by one process in a separate mount namespace. All functions
/// are async-signal-safe. Call them in the order of this header; from mount_new_root on, the
/// working directory is the new root. mount_proc and mask_proc are called again, in each jail
/// (sandboxes.h), and so is mount_shared_memory.
namespace dynsessions::sandbox {

/// Enough for the system's entries and any reasonable number of binds; a plan with more is refused.
inline constexpr std::size_t kMaxTrees = 128;

/// Options of the writable file systems, in the form that mount(2) takes.
struct TmpfsOptions {
  std::string tmp;
  std::string shared_memory;
  std::string data;
};

/// Detached copies of the host trees of a plan's layout, one slot per tree in order.
struct OpenTrees {
  int fds[kMaxTrees];
  std::size_t count = 0;
};

/// Stops mounts from propagating between the sandbox and the host.
StepResult isolate_mounts();

/// Opens every host tree read-only, nosuid and nodev, including its submounts. This happens before
/// the process becomes the session's user, who possibly cannot traverse the paths to the sources.
StepResult open_host_trees(std::span<const LayoutEntry> layout, OpenTrees& trees);

StepResult mount_new_root();
StepResult lay_out_root(std::span<const LayoutEntry> layout, OpenTrees& trees);

/// A new instance for the caller's PID namespace; other users' processes are hidden. In a user
/// namespace the kernel permits this only if another instance is visible, masked or not.
StepResult mount_proc();
/// Hides the entries that describe the machine or other programs, and write-protects settings.
StepResult mask_proc();

/// Mounts /tmp and /mnt/data, each with a separate size and inode quota.
StepResult mount_writable(const TmpfsOptions& options);
/// Mounts /dev/shm of a jail: files that an interpreter leaves there disappear with the jail.
StepResult mount_shared_memory(const TmpfsOptions& options);

StepResult pivot_to_new_root();
StepResult make_root_read_only();

}  // namespace dynsessions::sandbox
