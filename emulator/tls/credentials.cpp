#include "emulator/tls/credentials.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

#include "emulator/base/spdlog.h"
#include "emulator/tls/identity.h"

namespace dynsessions::tls {
namespace {

constexpr auto kRenewBefore = std::chrono::hours(30 * 24);

constexpr const char* kAuthorityFile = "ca.pem";
constexpr const char* kAuthorityKeyFile = "ca-key.pem";
/// Certificate and key are in one file, so that a crash cannot separate them.
constexpr const char* kServerFile = "server.pem";

bool ends_soon(const Identity& identity, Clock::TimePoint now) {
  return identity.expires() - now <= kRenewBefore;
}

/// An unreadable certificate file counts as absent, with a warning.
std::optional<Identity> load(const StateDirectory& directory, const char* certificate_file,
                             const char* key_file) {
  const auto certificate = directory.read(certificate_file);
  const auto key = directory.read(key_file);
  if (!certificate && !key) return std::nullopt;
  auto identity = Identity::from_pem(certificate.value_or(""), key.value_or(""));
  if (!identity) {
    spdlog::warn("{} is not a certificate with its key; it is replaced",
                 (directory.path() / certificate_file).string());
  }
  return identity;
}

/// Whether the certificate is for exactly these names and signed by the authority.
bool is_issued_for(const Identity& server, const Identity& authority,
                   const std::vector<Name>& names) {
  std::set<std::string> texts;
  for (const Name& name : names) texts.insert(name.text());
  return server.is_signed_by(authority) && server.names() == texts;
}

/// Returns those of `names` that the authority must not sign for: "a.example.org, 10.0.0.5". Uses
/// the certificate of the server if it is for these names, so that a usual start makes no key.
std::string not_permitted(const Identity& authority, const std::optional<Identity>& server,
                          const std::vector<Name>& names, Clock::TimePoint now) {
  std::string texts;
  const bool has_names = server && is_issued_for(*server, authority, names);
  if (has_names && authority.permits(*server)) return texts;
  if (authority.permits(authority.issue(names, now))) return texts;
  for (const Name& name : names) {
    if (authority.permits(authority.issue({name}, now))) continue;
    texts += (texts.empty() ? "" : ", ") + name.text();
  }
  return texts;
}

Identity authority_for(const StateDirectory& directory, const std::optional<Identity>& server,
                       const std::vector<Name>& names, Clock::TimePoint now) {
  auto known = load(directory, kAuthorityFile, kAuthorityKeyFile);
  const std::string refused = known ? not_permitted(*known, server, names, now) : "";
  if (known && !ends_soon(*known, now) && refused.empty()) return *std::move(known);
  auto domains = known ? known->domains() : std::set<std::string>();
  for (const Name& name : names) domains.insert(name.domain());
  Identity authority = Identity::make_authority(domains, now);
  directory.write(kAuthorityKeyFile, authority.key_pem());
  directory.write(kAuthorityFile, authority.certificate_pem());
  const std::string path = (directory.path() / kAuthorityFile).string();
  if (known) {
    spdlog::warn("replaced the certificate authority {}, because {}; clients must trust it again",
                 path,
                 ends_soon(*known, now) ? "it was about to expire"
                                        : "its name constraints do not permit " + refused);
  } else {
    spdlog::info("made the certificate authority {}; `dynsessions cert` shows how to trust it",
                 path);
  }
  return authority;
}

/// Returns the reason why the server needs another certificate; empty if this one is good.
const char* flaw_of(const Identity& server, const Identity& authority,
                    const std::vector<Name>& names, Clock::TimePoint now) {
  std::set<std::string> texts;
  for (const Name& name : names) texts.insert(name.text());
  if (!server.is_signed_by(authority)) return "the authority has changed";
  if (server.names() != texts) return "its names have changed";
  return ends_soon(server, now) ? "it was about to expire" : "";
}

/// `known` is the server's present certificate.
Identity server_for(const StateDirectory& directory, std::optional<Identity> known,
                    const Identity& authority, const std::vector<Name>& names,
                    Clock::TimePoint now) {
  const std::string flaw = known ? flaw_of(*known, authority, names, now) : "";
  if (known && flaw.empty()) return *std::move(known);
  Identity server = authority.issue(names, now);
  if (known) {
    spdlog::info("replaced the server certificate, because {}; it is signed by the authority {}",
                 flaw, (directory.path() / kAuthorityFile).string());
  }
  directory.write(kServerFile, server.certificate_pem() + server.key_pem());
  return server;
}

}  // namespace

Credentials prepare_credentials(const StateDirectory& directory, const std::vector<Name>& names,
                                Clock::TimePoint now) {
  const UniqueFd lock = directory.lock();
  auto known = load(directory, kServerFile, kServerFile);
  const Identity authority = authority_for(directory, known, names, now);
  const Identity server = server_for(directory, std::move(known), authority, names, now);
  return {directory.path() / kAuthorityFile, server.certificate_pem(), server.key_pem()};
}

}  // namespace dynsessions::tls
