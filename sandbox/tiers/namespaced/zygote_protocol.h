#pragma once

#include <cstdint>
#include <optional>

#include <linux/filter.h>

#include "sandbox/kernel/namespaces/namespaces.h"
#include "sandbox/protocol/launcher_protocol.h"
#include "sandbox/protocol/sandbox_profile.h"

/// The messages between launcher and zygote over one SOCK_SEQPACKET socket, the zygote's descriptor
/// 3:
///
/// 1. launcher: ZygotePlan, once, before the zygote reads anything.
/// 2. zygote: a line feed and a text after loading: the reasons why modules of the list are
///    missing; empty if none is missing.
/// 3. launcher: ForkRequest with kForkDescriptors descriptors or more. The new processes answer on
///    the report socket among them (child_report.h).
///
/// End of file ends the zygote.
namespace dynsessions::sandbox {

struct ZygotePlan {
  Limits limits;
  char working_directory[256];
  std::uint32_t filter_size;
  sock_filter filter[BPF_MAXINSNS];
};

struct ForkRequest {
  std::uint32_t owner = 0;  ///< owner of the jail's user namespace
};

/// The jail's namespaces in the order of kNamespaceKinds, then report, control, stdout, stderr. The
/// files of a CgroupJoin follow.
inline constexpr std::size_t kForkDescriptors = kNamespaceKinds.size() + 4;
inline constexpr std::size_t kMaxGroupDescriptors = 4;
static_assert(kForkDescriptors + kMaxGroupDescriptors <= kMaxDescriptors);

/// Longer texts are truncated.
inline constexpr std::size_t kMaxZygoteText = 1024;

}  // namespace dynsessions::sandbox
