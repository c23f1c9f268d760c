#pragma once

#include <string>
#include <vector>

namespace dynsessions::surfaces::control_plane {

/// The sender of a request and the address that it used; answers contain both.
struct Caller {
  std::string arm;  ///< "https://localhost:7443"
  /// `oid`, `appid` and `sub` of the token, in that order; empty if the token has none of them.
  std::vector<std::string> principals = {};
  std::string user = {};  ///< name of the user; empty: an application

  /// `createdBy` of resources that the caller creates.
  [[nodiscard]] std::string name() const {
    if (!user.empty()) return user;
    return principals.empty() ? "anonymous" : principals.front();
  }
  [[nodiscard]] std::string object_id() const {
    return principals.empty() ? "" : principals.front();
  }
};

}  // namespace dynsessions::surfaces::control_plane
