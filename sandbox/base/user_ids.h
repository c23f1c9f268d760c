#pragma once

#include <sys/types.h>

namespace dynsessions::sandbox {

/// A user of this host, with its group.
struct UserIds {
  uid_t uid;
  gid_t gid;
};

}  // namespace dynsessions::sandbox
