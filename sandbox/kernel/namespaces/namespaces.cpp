#include "sandbox/kernel/namespaces/namespaces.h"

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dynsessions::sandbox {
namespace {

StepResult write_proc_file(const std::string& path, const char* name, const std::string& text) {
  const UniqueFd file(::open((path + name).c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return {errno, name};
  return checked(::write(file.get(), text.data(), text.size()), name);
}

struct Capability {
  unsigned number;
  const char* name;
};
constexpr Capability kOtherUsers[] = {
    {CAP_SETUID, "CAP_SETUID"},
    {CAP_SETGID, "CAP_SETGID"},
    {CAP_SETPCAP, "CAP_SETPCAP"},
    {CAP_CHOWN, "CAP_CHOWN"},
    {CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE"},
    {CAP_FOWNER, "CAP_FOWNER"},
    {CAP_KILL, "CAP_KILL"},
};
constexpr Capability kForeignNamespaces[] = {
    {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}, {CAP_SYS_PTRACE, "CAP_SYS_PTRACE"},
    {CAP_KILL, "CAP_KILL"},           {CAP_SETUID, "CAP_SETUID"},
    {CAP_SETGID, "CAP_SETGID"},       {CAP_SETPCAP, "CAP_SETPCAP"},
};
constexpr Capability kOwnNamespaces[] = {
    {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"}, {CAP_SETUID, "CAP_SETUID"}, {CAP_SETGID, "CAP_SETGID"}};

/// The effective ones of this process among the first 32, which include all that are named here.
std::uint32_t own_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  return ::syscall(SYS_capget, &header, data) < 0 ? 0 : data[0].effective;
}

std::string missing_of(std::span<const Capability> needed) {
  const std::uint32_t own = own_capabilities();
  std::string missing;
  for (const auto& [number, name] : needed) {
    if ((own & (1U << number)) != 0) continue;
    missing += missing.empty() ? "" : ", ";
    missing += name;
  }
  return missing;
}

bool is_root_with(std::span<const Capability> needed) {
  return ::geteuid() == 0 && missing_of(needed).empty();
}

std::string single_mapping(std::uint32_t inside, std::uint32_t outside) {
  return std::to_string(inside) + ' ' + std::to_string(outside) + " 1\n";
}

}  // namespace

bool has_real_root() { return is_root_with(kOwnNamespaces); }

bool can_change_users() { return is_root_with(kOtherUsers); }

bool can_control_foreign_namespaces() { return is_root_with(kForeignNamespaces); }

std::string missing_for_separate_users(bool full_tier) {
  if (::geteuid() != 0) return {};
  return full_tier ? missing_of(kForeignNamespaces) : missing_of(kOtherUsers);
}

StepResult write_id_maps(pid_t pid, uid_t inside_uid, uid_t outside_uid, gid_t inside_gid,
                         gid_t outside_gid) {
  const std::string path = "/proc/" + std::to_string(pid) + '/';
  StepResult result = write_proc_file(path, "setgroups", "deny");
  if (result.ok()) {
    result = write_proc_file(path, "gid_map", single_mapping(inside_gid, outside_gid));
  }
  if (!result.ok()) return result;
  return write_proc_file(path, "uid_map", single_mapping(inside_uid, outside_uid));
}

NamespaceView view_of(const NamespaceHandles& first, const NamespaceHandles& second) {
  NamespaceView view{};
  for (std::size_t i = 0; i < view.size(); ++i) view[i] = (first[i] ? first[i] : second[i]).get();
  return view;
}

StepResult open_namespaces(pid_t pid, int kinds, NamespaceHandles& handles) {
  const std::string path = "/proc/" + std::to_string(pid) + "/ns/";
  for (std::size_t i = 0; i < kNamespaceKinds.size(); ++i) {
    const auto& [name, flag] = kNamespaceKinds[i];
    if ((kinds & flag) == 0) continue;
    handles[i] = UniqueFd(::open((path + name).c_str(), O_RDONLY | O_CLOEXEC));
    if (!handles[i]) return {errno, name};
  }
  return {};
}

StepResult enter_namespaces(const NamespaceView& handles, int kinds) {
  for (std::size_t i = 0; i < kNamespaceKinds.size(); ++i) {
    const auto& [name, flag] = kNamespaceKinds[i];
    if ((kinds & flag) == 0) continue;
    if (::setns(handles[i], flag) < 0) return {errno, name};
  }
  return {};
}

StepResult bring_loopback_up() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return {errno, "socket"};
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const StepResult result = checked(::ioctl(socket, SIOCSIFFLAGS, &request), "up");
  ::close(socket);
  return result;
}

}  // namespace dynsessions::sandbox
