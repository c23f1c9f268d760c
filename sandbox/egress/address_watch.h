#pragma once

#include "sandbox/base/unique_fd.h"

namespace dynsessions::sandbox {

/// Notices that this host gets an address, for example when a container network is made or a
/// laptop changes its network. closed_networks() tells which addresses it has then.
class AddressWatch {
 public:
  /// Addresses that come from now on are noticed. Throws StepError.
  AddressWatch();

  /// To be polled for input.
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  /// Whether an address came or went since the last call. Does not block.
  [[nodiscard]] bool changed() const;

 private:
  UniqueFd socket_;
};

}  // namespace dynsessions::sandbox
