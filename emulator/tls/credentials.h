#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emulator/base/clock.h"
#include "emulator/tls/name.h"
#include "emulator/tls/state_directory.h"

namespace dynsessions::tls {

/// The certificates of a TLS server, and the files that make clients trust them.
struct Credentials {
  std::filesystem::path authority_file;  ///< the authority's certificate, in PEM
  std::string certificate_pem;
  std::string key_pem;
};

/// Reads the authority and the server certificate from the directory, or makes them. Servers that
/// do this at the same time get the same authority.
///
/// - A new server certificate is issued if the names of the present one are not exactly `names`, if
///   it was not issued by this authority, or if it expires within 30 days. A server checks that
///   when it starts.
/// - The authority is replaced only if it expires within 30 days, or if its name constraints do not
///   permit one of `names`. Clients that trusted the old one must then trust the new one; the log
///   reports this. The new one keeps all permitted names of the old one, so that servers with
///   different names do not replace it in turn.
/// - An unreadable or invalid file is replaced, with a warning.
/// - The log reports each new certificate and the reason for it.
///
/// Throws StateError.
[[nodiscard]] Credentials prepare_credentials(const StateDirectory& directory,
                                              const std::vector<Name>& names, Clock::TimePoint now);

}  // namespace dynsessions::tls
