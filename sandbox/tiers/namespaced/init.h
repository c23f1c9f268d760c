#pragma once

/// PID 1 of a jail (sandboxes.h): keeps its PID namespace, and nothing else. It has no privilege
/// and no descriptor, and its filter allows two system calls; any other ends it, and the jail with
/// it. SIGCHLD is ignored, so the kernel itself reaps the orphans.
namespace dynsessions::sandbox {

/// To be called as the last act, when the filter is on: `report` is closed first, which tells the
/// launcher that the jail stands. Never returns, but does not say so to the compiler: the address
/// sanitizer makes system calls before it calls such functions.
void run_init(int report);

}  // namespace dynsessions::sandbox
