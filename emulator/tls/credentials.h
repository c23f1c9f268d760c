#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emulator/base/clock.h"
#include "emulator/tls/name.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions::tls {

/// What a TLS server shows to its clients, and where these find what to trust.
struct Credentials {
  std::filesystem::path authority_file;  ///< the authority's certificate, in PEM
  std::string certificate_pem;
  std::string key_pem;
};

/// Reads authority and server certificate from the directory, or makes them. Servers that do this
/// at the same time get the same authority.
///
/// - A new server certificate is issued if the names of the present one are not exactly `names`, if
///   it was not issued by this authority, or if it expires within 30 days. A server checks that
///   when it starts.
/// - The authority is replaced only if it expires within 30 days, or if its name constraints do not
///   permit one of `names`. Clients that trusted the old one must trust the new one, which the log
///   tells. The new one is permitted all names of the old one, so that servers with different names
///   do not replace it in turn.
/// - A file that cannot be read as what it should be is replaced, with a warning.
/// - The log tells which of them was made, and why.
///
/// Throws StateError.
[[nodiscard]] Credentials prepare_credentials(const StateDirectory& directory,
                                              const std::vector<Name>& names, Clock::TimePoint now);

}  // namespace dynsessions::tls
