#pragma once

#include <span>
#include <string>

#include "sandbox/kernel/mounts/root_layout.h"
#include "sandbox/process/step.h"

/// The sandbox's view of files, built by one process in a mount namespace of its own. All functions
/// are async-signal-safe and to be called in the order in which they stand here; from
/// mount_new_root on, the working directory is the new root. mount_proc and mask_proc are called
/// again, in each jail (sandboxes.h), and so is mount_shared_memory.
namespace dynsessions::sandbox {

/// Enough for the system's entries and any sensible number of binds; a plan with more is refused.
inline constexpr std::size_t kMaxTrees = 128;

/// Options of the writable file systems, as mount(2) takes them.
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

/// Nothing that is mounted here may reach the host, or come from it later.
StepResult isolate_mounts();

/// Opens every host tree read-only, nosuid, nodev, down to its last submount. This happens before
/// the process becomes the session's user, who may lack the right to walk to the sources.
StepResult open_host_trees(std::span<const LayoutEntry> layout, OpenTrees& trees);

StepResult mount_new_root();
StepResult lay_out_root(std::span<const LayoutEntry> layout, OpenTrees& trees);

/// A new instance for the caller's PID namespace; other users' processes are hidden. In a user
/// namespace the kernel permits it only where another instance can be seen, masked or not.
StepResult mount_proc();
/// Hides and write-protects what is the machine's rather than the sandbox's.
StepResult mask_proc();

/// /tmp and /mnt/data, each with its own size and inode quota.
StepResult mount_writable(const TmpfsOptions& options);
/// /dev/shm of a jail: what an interpreter leaves there goes with it.
StepResult mount_shared_memory(const TmpfsOptions& options);

StepResult pivot_to_new_root();
StepResult make_root_read_only();

}  // namespace dynsessions::sandbox
