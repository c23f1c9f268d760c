#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "emulator/auth/signing_key.h"

namespace dynsessions::auth {

/// The key with which this emulator signs tokens. It is read, or made, when it is first needed, so
/// that a start does not wait for it. Any thread may use this.
class SigningKeys {
 public:
  /// Keeps the key in this state directory from now on, so that tokens outlive a restart. Without
  /// one the key lives as long as this object. To be called before the first token is made.
  void keep_in(std::filesystem::path state_directory);

  /// Makes the key if there is none. May take a tenth of a second. Throws tls::StateError if the
  /// state directory cannot be used, and tls::OpensslError.
  [[nodiscard]] std::shared_ptr<const SigningKey> current();

  /// nullptr if this emulator has no key with this `kid`. Makes none. A state directory that cannot
  /// be read has none.
  [[nodiscard]] std::shared_ptr<const SigningKey> find(std::string_view id);

 private:
  void load();

  std::mutex mutex_;
  std::filesystem::path directory_;  ///< empty: the key is not kept
  std::shared_ptr<const SigningKey> key_;
};

}  // namespace dynsessions::auth
