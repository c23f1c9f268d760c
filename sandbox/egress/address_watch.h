#pragma once

#include "sandbox/base/unique_fd.h"

namespace dynsessions::sandbox {

/// Notices that this host gets an address, for example when a container network is made or a laptop
/// changes its network. closed_networks() returns the addresses that it has then.
class AddressWatch {
 public:
  /// Watches for addresses from now on. Throws StepError.
  AddressWatch();

  /// Descriptor to poll for input.
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  /// Whether an address was added or removed since the last call. Does not block.
  [[nodiscard]] bool changed() const;

 private:
  UniqueFd socket_;
};

}  // namespace dynsessions::sandbox
