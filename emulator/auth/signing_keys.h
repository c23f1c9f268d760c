#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "emulator/auth/signing_key.h"

namespace dynsessions::auth {

/// The key with which this emulator signs tokens. It is read, or made, when it is first needed, so
/// that a start does not wait for it. Thread-safe.
class SigningKeys {
 public:
  /// Keeps the key in this state directory, which is created when needed, so that tokens stay valid
  /// after a restart. Without a directory, or if it cannot be used (the log warns of this), the key
  /// is lost with this object. Call it before the first token is made.
  void keep_in(std::filesystem::path state_directory);

  /// Makes the key if there is none, which can take a tenth of a second. Throws tls::OpensslError.
  [[nodiscard]] std::shared_ptr<const SigningKey> current();

  /// Returns nullptr if this emulator has no key with this `kid`, or if the state directory cannot
  /// be read. Never makes a key.
  [[nodiscard]] std::shared_ptr<const SigningKey> find(std::string_view id);

 private:
  /// Returns nullptr if there is no key in the directory.
  [[nodiscard]] std::shared_ptr<const SigningKey> kept_key() const;
  [[nodiscard]] std::shared_ptr<const SigningKey> make_key() const;

  std::mutex mutex_;
  std::filesystem::path directory_;  ///< empty: the key is not kept
  std::shared_ptr<const SigningKey> key_;
};

}  // namespace dynsessions::auth
