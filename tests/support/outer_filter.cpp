#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>

#include <linux/sched.h>
#include <unistd.h>

#include <seccomp.h>

/// Runs a program behind a seccomp filter, as a container's runtime would:
///
///     outer_filter CALL=ERRNO... -- PROGRAM ARGUMENTS
///
/// CALL is the name of a system call, or `namespaces`: clone with any flag that makes one. ERRNO is
/// EPERM, EACCES or ENOSYS. Everything else is allowed.
namespace {

constexpr const char* kUsage = "usage: outer_filter CALL=ERRNO... -- PROGRAM ARGUMENTS";

std::uint32_t refusal(const std::string& name) {
  static const std::map<std::string, std::uint32_t> kErrors = {
      {"EPERM", EPERM}, {"EACCES", EACCES}, {"ENOSYS", ENOSYS}};
  const auto found = kErrors.find(name);
  if (found == kErrors.end()) throw std::runtime_error("unknown error " + name);
  return SCMP_ACT_ERRNO(found->second);
}

void require(int result, const std::string& what) {
  if (result < 0) throw std::runtime_error(what + ": errno " + std::to_string(-result));
}

void refuse_namespaces(scmp_filter_ctx filter, std::uint32_t action) {
  for (const scmp_datum_t flag : {CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWNET,
                                  CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP}) {
    require(seccomp_rule_add(filter, action, SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)),
            "clone");
  }
}

void add(scmp_filter_ctx filter, const std::string& rule) {
  const std::size_t equals = rule.find('=');
  if (equals == std::string::npos) throw std::runtime_error(kUsage);
  const std::string call = rule.substr(0, equals);
  const std::uint32_t action = refusal(rule.substr(equals + 1));
  if (call == "namespaces") return refuse_namespaces(filter, action);
  const int number = seccomp_syscall_resolve_name(call.c_str());
  if (number < 0) throw std::runtime_error("no system call is named " + call);
  require(seccomp_rule_add(filter, action, number, 0), call);
}

void run(char** argument) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  for (; *argument != nullptr && std::string(*argument) != "--"; ++argument) add(filter, *argument);
  if (*argument == nullptr || argument[1] == nullptr) throw std::runtime_error(kUsage);
  require(seccomp_load(filter), "load");
  seccomp_release(filter);
  ::execvp(argument[1], argument + 1);
  throw std::runtime_error(std::string("cannot run ") + argument[1]);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argv + (argc > 0 ? 1 : 0));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "outer_filter: %s\n", error.what());
  }
  return EXIT_FAILURE;
}
