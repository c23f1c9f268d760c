#include "emulator/auth/signing_keys.h"

#include <string>
#include <utility>

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
  if (key_) return key_;
  if (directory_.empty()) return key_ = shared(SigningKey::make());
  const auto state = tls::StateDirectory::at(directory_);
  const UniqueFd turn = state.lock();  // of two servers that start at the same time one makes it
  key_ = read_key(state);
  if (key_) return key_;
  key_ = shared(SigningKey::make());
  state.write(kFile, key_->pem());
  return key_;
}

std::shared_ptr<const SigningKey> SigningKeys::find(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  if (!key_) load();
  return key_ && key_->id() == id ? key_ : nullptr;
}

void SigningKeys::load() {
  if (directory_.empty()) return;
  try {
    key_ = read_key(tls::StateDirectory::at(directory_));
  } catch (const tls::StateError&) {
    // current() reports it; a token that names a key is then one of somebody else's.
  }
}

}  // namespace dynsessions::auth
