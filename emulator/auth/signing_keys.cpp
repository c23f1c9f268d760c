#include "emulator/auth/signing_keys.h"

#include <string>
#include <utility>

#include "emulator/base/spdlog.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions::auth {
namespace {

constexpr const char* kFile = "identity-key.pem";

std::shared_ptr<const SigningKey> shared(SigningKey key) {
  return std::make_shared<const SigningKey>(std::move(key));
}

std::shared_ptr<const SigningKey> read_key(const tls::StateDirectory& state) {
  const std::optional<std::string> pem = state.read(kFile);
  std::optional<SigningKey> key = pem ? SigningKey::from_pem(*pem) : std::nullopt;
  return key ? shared(*std::move(key)) : nullptr;
}

}  // namespace

void SigningKeys::keep_in(std::filesystem::path state_directory) {
  const std::scoped_lock lock(mutex_);
  directory_ = std::move(state_directory);
}

std::shared_ptr<const SigningKey> SigningKeys::current() {
  const std::scoped_lock lock(mutex_);
  if (!key_) key_ = make_key();
  return key_;
}

std::shared_ptr<const SigningKey> SigningKeys::make_key() const {
  if (directory_.empty()) return shared(SigningKey::make());
  try {
    const auto state = tls::StateDirectory::at(directory_);
    // If two servers start at the same time, only one of them makes the key.
    const UniqueFd turn = state.lock();
    if (auto kept = read_key(state)) return kept;
    auto made = shared(SigningKey::make());
    state.write(kFile, made->pem());
    return made;
  } catch (const tls::StateError& error) {
    spdlog::warn("tokens of this run will not be recognised after a restart: {}", error.what());
    return shared(SigningKey::make());
  }
}

std::shared_ptr<const SigningKey> SigningKeys::find(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  if (!key_) key_ = kept_key();
  return key_ && key_->id() == id ? key_ : nullptr;
}

std::shared_ptr<const SigningKey> SigningKeys::kept_key() const {
  std::error_code ignored;
  if (!std::filesystem::exists(directory_ / kFile, ignored)) return nullptr;
  try {
    return read_key(tls::StateDirectory::at(directory_));
  } catch (const tls::StateError&) {
    return nullptr;  // current() logs a warning about this error
  }
}

}  // namespace dynsessions::auth
