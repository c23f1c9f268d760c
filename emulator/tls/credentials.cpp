#include "emulator/tls/credentials.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

#include <spdlog/spdlog.h>

#include "emulator/tls/identity.h"

namespace dynsessions::tls {
namespace {

constexpr auto kRenewBefore = std::chrono::hours(30 * 24);

constexpr const char* kAuthorityFile = "ca.pem";
constexpr const char* kAuthorityKeyFile = "ca-key.pem";
/// Certificate and key in one file: no crash can part them.
constexpr const char* kServerFile = "server.pem";

bool ends_soon(const Identity& identity, Clock::TimePoint now) {
  return identity.expires() - now <= kRenewBefore;
}

/// What cannot be read counts as absent, and is mentioned.
std::optional<Identity> load(const StateDirectory& directory, const char* certificate_file,
                             const char* key_file) {
  const auto certificate = directory.read(certificate_file);
  const auto key = directory.read(key_file);
  if (!certificate && !key) return std::nullopt;
  auto identity = Identity::from_pem(certificate.value_or(""), key.value_or(""));
  if (!identity) {
    spdlog::warn("{} is not a certificate with its key; it is made anew",
                 (directory.path() / certificate_file).string());
  }
  return identity;
}

bool may_sign_for(const std::set<std::string>& domains, const Name& name) {
  return std::any_of(domains.begin(), domains.end(),
                     [&name](const std::string& domain) { return name.is_within(domain); });
}

bool may_sign_for_all(const Identity& authority, const std::vector<Name>& names) {
  const auto domains = authority.domains();
  return std::all_of(names.begin(), names.end(),
                     [&domains](const Name& name) { return may_sign_for(domains, name); });
}

Identity authority_for(const StateDirectory& directory, const std::vector<Name>& names,
                       Clock::TimePoint now) {
  auto known = load(directory, kAuthorityFile, kAuthorityKeyFile);
  if (known && !ends_soon(*known, now) && may_sign_for_all(*known, names)) return *std::move(known);
  auto domains = known ? known->domains() : std::set<std::string>();
  for (const Name& name : names) domains.insert(name.domain());
  Identity authority = Identity::make_authority(domains, now);
  directory.write(kAuthorityKeyFile, authority.key_pem());
  directory.write(kAuthorityFile, authority.certificate_pem());
  const std::string path = (directory.path() / kAuthorityFile).string();
  if (known) {
    spdlog::warn("the certificate authority {} was replaced: {}; trust it again", path,
                 ends_soon(*known, now) ? "it was about to end" : "it could not sign for a name");
  } else {
    spdlog::info("made the certificate authority {}; `dynsessions cert` tells how to trust it",
                 path);
  }
  return authority;
}

bool is_good_for(const Identity& server, const Identity& authority, const std::vector<Name>& names,
                 Clock::TimePoint now) {
  std::set<std::string> texts;
  for (const Name& name : names) texts.insert(name.text());
  return server.names() == texts && server.is_signed_by(authority) && !ends_soon(server, now);
}

Identity server_for(const StateDirectory& directory, const Identity& authority,
                    const std::vector<Name>& names, Clock::TimePoint now) {
  auto known = load(directory, kServerFile, kServerFile);
  if (known && is_good_for(*known, authority, names, now)) return *std::move(known);
  Identity server = authority.issue(names, now);
  directory.write(kServerFile, server.certificate_pem() + server.key_pem());
  return server;
}

}  // namespace

Credentials prepare_credentials(const StateDirectory& directory, const std::vector<Name>& names,
                                Clock::TimePoint now) {
  const UniqueFd lock = directory.lock();
  const Identity authority = authority_for(directory, names, now);
  const Identity server = server_for(directory, authority, names, now);
  return {directory.path() / kAuthorityFile, server.certificate_pem(), server.key_pem()};
}

}  // namespace dynsessions::tls
