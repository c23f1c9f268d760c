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
/// - The server certificate is made anew when its names are not exactly `names`, when it is not of
///   this authority, or at most 30 days from its end. A server looks at that when it starts.
/// - The authority is made anew when it ends within 30 days, or may not sign for one of `names`.
///   Whoever trusted the old one has to trust the new one: the log says so. It may sign for what
///   the old one could, too, so that servers with different names do not replace it in turn.
/// - What cannot be read as what it should be is made anew, with a warning.
///
/// Throws StateError.
[[nodiscard]] Credentials prepare_credentials(const StateDirectory& directory,
                                              const std::vector<Name>& names, Clock::TimePoint now);

}  // namespace dynsessions::tls
