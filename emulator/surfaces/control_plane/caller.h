#pragma once

#include <string>
#include <vector>

namespace dynsessions::surfaces::control_plane {

/// Who sends a request, and to which address: both show in answers.
struct Caller {
  std::string arm;  ///< "https://localhost:7443"
  /// `oid`, `appid` and `sub` of the token, in that order; empty if it does not say.
  std::vector<std::string> principals = {};
  std::string user = {};  ///< name of a person; empty: an application

  /// `createdBy` of what the caller makes.
  [[nodiscard]] std::string name() const {
    if (!user.empty()) return user;
    return principals.empty() ? "anonymous" : principals.front();
  }
  [[nodiscard]] std::string object_id() const {
    return principals.empty() ? "" : principals.front();
  }
};

}  // namespace dynsessions::surfaces::control_plane
