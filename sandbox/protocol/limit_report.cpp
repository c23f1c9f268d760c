#include "sandbox/protocol/limit_report.h"

namespace dynsessions::sandbox {

std::string words_for(LimitKind kind) {
  switch (kind) {
    case LimitKind::absent:
      return "absent";
    case LimitKind::soft:
      return "soft";
    case LimitKind::hard:
      return "hard";
  }
  return {};
}

std::string words_for(LimitMeans means) {
  switch (means) {
    case LimitMeans::nothing:
      return "nothing";
    case LimitMeans::cgroup_v1:
      return "cgroup v1";
    case LimitMeans::cgroup_v2:
      return "cgroup v2";
    case LimitMeans::resource_limit:
      return "RLIMIT_NPROC";
    case LimitMeans::watching:
      return "RLIMIT_DATA and watching";
    case LimitMeans::file_system:
      return "the size and inodes of each tmpfs";
    case LimitMeans::counting:
      return "RLIMIT_FSIZE and counting";
    case LimitMeans::separate_user:
      return "a separate user of the host for each session";
    case LimitMeans::shared_user:
      return "limits of each session";
  }
  return {};
}

std::string summary(const LimitReport& report) {
  return "memory " + words_for(report.memory.kind) + ", processes " +
         words_for(report.processes.kind) + ", CPU " + words_for(report.cpu.kind) + ", files " +
         words_for(report.files.kind);
}

}  // namespace dynsessions::sandbox
