#pragma once

/// PID 1 of a sandbox: holds its namespaces open, and ends everything else in it when told to. It
/// has no privilege and one descriptor, and its filter allows five system calls; any other ends
/// it, and the sandbox with it. SIGCHLD is ignored, so the kernel itself reaps the orphans.
///
/// It kills from inside because PID 1 cannot be stopped or killed by what it is to end, and
/// because one kill(-1) is exact: the kernel holds up forks while it runs.
namespace dynsessions::sandbox {

/// To be called as the last act, when the filter is on: `report` is closed first, which tells the
/// launcher that the sandbox stands. Then each byte on `channel` means "kill all", and is sent back
/// when that is done. Returns at end of file: the launcher is gone, nothing is left but to exit.
void run_init(int report, int channel);

}  // namespace dynsessions::sandbox
