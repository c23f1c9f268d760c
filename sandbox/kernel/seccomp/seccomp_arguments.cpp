#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "sandbox/kernel/seccomp/argument_tests.h"
#include "sandbox/kernel/seccomp/seccomp_policy.h"

namespace dynsessions::sandbox {
namespace {

using Rules = std::vector<ArgumentRule>;

/// clone can make processes and threads, but no namespaces. clone3 has its flags in memory, where
/// no filter can read them: it is on no list, and glibc falls back to clone on ENOSYS.
void add_clone(Rules& rules) {
  constexpr scmp_datum_t kNamespaceFlags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS |
                                           CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS |
                                           CLONE_NEWCGROUP;
  rules.push_back({"clone", 0, masked(0, kNamespaceFlags, 0)});
  for (scmp_datum_t bit = 1; bit <= kNamespaceFlags; bit <<= 1) {
    if ((kNamespaceFlags & bit) != 0) rules.push_back({"clone", EPERM, masked(0, bit, bit)});
  }
}

/// Allows TCP and UDP only. For any other protocol, such as MPTCP, UDP-Lite, SCTP, DCCP and L2TP, a
/// session could make the kernel load code. Programs that ask for one of these, or for a raw
/// socket, get the error that they expect. Protocols that no program asks for return ENOSYS, which
/// keeps the filter short.
void add_internet_socket(Rules& rules, scmp_datum_t family) {
  constexpr scmp_datum_t kTypeMask = 0xf;  // the rest are flags
  for (const scmp_datum_t protocol : {IPPROTO_IP, IPPROTO_TCP, IPPROTO_UDP}) {
    for (const scmp_datum_t type : {SOCK_STREAM, SOCK_DGRAM}) {
      rules.push_back(
          {"socket", 0, equal(0, family), masked(1, kTypeMask, type), equal(2, protocol)});
    }
    rules.push_back(
        {"socket", EPERM, equal(0, family), masked(1, kTypeMask, SOCK_RAW), equal(2, protocol)});
  }
  rules.push_back({"socket", EPERM, equal(0, family), equal(2, IPPROTO_ICMP)});
  rules.push_back({"socket", EPROTONOSUPPORT, equal(0, family), at_least(2, IPPROTO_UDP + 1)});
}

/// Families that stay within the sandbox's network namespace and are simple enough to trust.
/// AF_VSOCK, for example, reaches the hypervisor from any namespace. Netlink is allowed only for
/// listing interfaces.
void add_socket(Rules& rules) {
  for (scmp_datum_t family = 0; family < AF_MAX; ++family) {
    if (family == AF_UNIX) {
      rules.push_back({"socket", 0, equal(0, family)});
    } else if (family == AF_INET || family == AF_INET6) {
      add_internet_socket(rules, family);
    } else if (family == AF_NETLINK) {
      rules.push_back({"socket", 0, equal(0, family), equal(2, NETLINK_ROUTE)});
      rules.push_back({"socket", EAFNOSUPPORT, equal(0, family), not_equal(2, NETLINK_ROUTE)});
    } else {
      rules.push_back({"socket", EAFNOSUPPORT, equal(0, family)});
    }
  }
  rules.push_back({"socket", EAFNOSUPPORT, at_least(0, AF_MAX)});
  // For other families the kernel makes no pairs, but it loads their code before it returns the
  // error.
  rules.push_back({"socketpair", 0, equal(0, AF_UNIX)});
  rules.push_back({"socketpair", EAFNOSUPPORT, not_equal(0, AF_UNIX)});
}

/// Urgent data is refused; no data program sends it. On unix sockets it led to memory errors in the
/// kernel (CVE-2024-36972, CVE-2025-38236). A filter cannot distinguish those sockets from others
/// by the number of a descriptor. EOPNOTSUPP is the answer of a kernel without this feature.
void add_urgent_data(Rules& rules) {
  struct Call {
    const char* name;
    unsigned flags;  ///< index of the argument
  };
  for (const auto& [name, flags] : {Call{"sendto", 3}, Call{"sendmsg", 2}, Call{"sendmmsg", 3}}) {
    rules.push_back({name, 0, masked(flags, MSG_OOB, 0)});
    rules.push_back({name, EOPNOTSUPP, masked(flags, MSG_OOB, MSG_OOB)});
  }
}

/// Allows watches for changes, but not for reads and for opened and closed files. Mounts do not
/// separate watches, so those of /usr would show which programs the host and other sessions run.
void add_watches(Rules& rules) {
  constexpr scmp_datum_t kReads = IN_ACCESS | IN_OPEN | IN_CLOSE_NOWRITE;
  rules.push_back({"inotify_add_watch", 0, masked(2, kReads, 0)});
  for (const scmp_datum_t read : {IN_ACCESS, IN_OPEN, IN_CLOSE_NOWRITE}) {
    rules.push_back({"inotify_add_watch", EPERM, masked(2, read, read)});
  }
}

/// Allows queries about terminals (there is none), pipes, sockets and interfaces. Typing into a
/// terminal as its user is refused by name.
void add_ioctl(Rules& rules) {
  constexpr scmp_datum_t kAllowed[] = {
      TCGETS,         TCSETS,         TCSETSW,         TCSETSF,     TIOCGWINSZ,    TIOCGPGRP,
      TIOCSPGRP,      TIOCNOTTY,      FIONREAD,        FIONBIO,     FIOASYNC,      FIOCLEX,
      FIONCLEX,       FICLONE,        FICLONERANGE,    SIOCATMARK,  SIOCGIFCONF,   SIOCGIFNAME,
      SIOCGIFINDEX,   SIOCGIFFLAGS,   SIOCGIFADDR,     SIOCGIFMTU,  SIOCGIFHWADDR, SIOCGIFNETMASK,
      SIOCGIFBRDADDR, SIOCGIFDSTADDR, FS_IOC_GETFLAGS, BLKGETSIZE64};
  for (const scmp_datum_t request : kAllowed) rules.push_back({"ioctl", 0, equal(1, request)});
  for (const scmp_datum_t request : {scmp_datum_t{TIOCSTI}, scmp_datum_t{TIOCLINUX}}) {
    rules.push_back({"ioctl", EPERM, low_half(1, request)});
  }
  // The answer of an interface without settings; psutil reports it with an unknown speed.
  rules.push_back({"ioctl", EOPNOTSUPP, low_half(1, SIOCETHTOOL)});
}

/// Allows everything except leases and notifications, which can block other processes that open the
/// same file.
void add_fcntl(Rules& rules) {
  constexpr scmp_datum_t kAllowed[] = {
      F_DUPFD,    F_DUPFD_CLOEXEC, F_GETFD,      F_SETFD,     F_GETFL,     F_SETFL,
      F_GETLK,    F_SETLK,         F_SETLKW,     F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW,
      F_GETOWN,   F_SETOWN,        F_GETOWN_EX,  F_SETOWN_EX, F_GETSIG,    F_SETSIG,
      F_GETLEASE, F_SETPIPE_SZ,    F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS};
  for (const scmp_datum_t command : kAllowed) rules.push_back({"fcntl", 0, equal(1, command)});
  for (const scmp_datum_t command : {scmp_datum_t{F_SETLEASE}, scmp_datum_t{F_NOTIFY}}) {
    rules.push_back({"fcntl", EPERM, low_half(1, command)});
  }
}

/// A process can name itself, watch its parent, and query how it is confined.
void add_prctl(Rules& rules) {
  constexpr scmp_datum_t kAllowed[] = {PR_SET_NAME,
                                       PR_GET_NAME,
                                       PR_SET_PDEATHSIG,
                                       PR_GET_PDEATHSIG,
                                       PR_SET_DUMPABLE,
                                       PR_GET_DUMPABLE,
                                       PR_SET_NO_NEW_PRIVS,
                                       PR_GET_NO_NEW_PRIVS,
                                       PR_CAPBSET_READ,
                                       PR_GET_SECCOMP,
                                       PR_GET_SECUREBITS,
                                       PR_GET_KEEPCAPS,
                                       PR_SET_TIMERSLACK,
                                       PR_GET_TIMERSLACK,
                                       PR_SET_CHILD_SUBREAPER,
                                       PR_GET_CHILD_SUBREAPER,
                                       PR_SET_THP_DISABLE,
                                       PR_GET_THP_DISABLE,
                                       PR_SET_VMA,
                                       PR_CAP_AMBIENT};
  for (const scmp_datum_t option : kAllowed) rules.push_back({"prctl", 0, equal(0, option)});
  for (const scmp_datum_t option :
       {scmp_datum_t{PR_SET_MM}, scmp_datum_t{PR_SET_SECCOMP}, scmp_datum_t{PR_SET_PTRACER}}) {
    rules.push_back({"prctl", EPERM, low_half(0, option)});
  }
}

/// Limits can be lowered further, except the limit of core files: the value 1 keeps a crash from
/// the host's core handler, and 0 would not.
void add_limits(Rules& rules) {
  for (scmp_datum_t resource = 0; resource < RLIMIT_NLIMITS; ++resource) {
    if (resource == RLIMIT_CORE) continue;
    rules.push_back({"setrlimit", 0, equal(0, resource)});
    rules.push_back({"prlimit64", 0, equal(1, resource)});
  }
  rules.push_back({"setrlimit", EPERM, low_half(0, RLIMIT_CORE)});
  rules.push_back({"prlimit64", 0, equal(1, RLIMIT_CORE), equal(2, 0)});
  rules.push_back({"prlimit64", EPERM, low_half(1, RLIMIT_CORE), not_equal(2, 0)});
}

/// Allows querying the personality and setting the ordinary one; others switch protections off.
/// Other values return ENOSYS like all calls without a rule, because a rule compares an argument
/// only once and cannot express "all others".
void add_personality(Rules& rules) {
  rules.push_back({"personality", 0, equal(0, 0)});
  rules.push_back({"personality", 0, equal(0, 0xffff'ffffU)});
}

}  // namespace

std::vector<ArgumentRule> argument_rules() {
  Rules rules;
  add_clone(rules);
  add_socket(rules);
  add_urgent_data(rules);
  add_watches(rules);
  add_ioctl(rules);
  add_fcntl(rules);
  add_prctl(rules);
  add_limits(rules);
  add_personality(rules);
  return rules;
}

}  // namespace dynsessions::sandbox
