#pragma once

/// PID 1 of a jail (sandboxes.h): it only keeps the PID namespace alive. It has no privilege and no
/// descriptor, and its filter allows two system calls; any other call ends it, and the jail with
/// it. SIGCHLD is ignored, so the kernel itself reaps the orphans.
namespace dynsessions::sandbox {

/// Call it last, after installing the filter. It first closes `report`, which signals to the
/// launcher that the jail is ready. It never returns, but is not declared [[noreturn]]: the address
/// sanitizer makes system calls before it calls such functions.
void run_init(int report);

}  // namespace dynsessions::sandbox
