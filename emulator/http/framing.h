#pragma once

#include <cstddef>
#include <string_view>

#include "emulator/base/result.h"
#include "emulator/http/message.h"

/// The end of a request decides where the next one starts. A server that disagrees about this with
/// a proxy in front of it can be made to run a request that no client sent (request smuggling). RFC
/// 9112 lets a server guess in some cases; this code refuses them all. Beast's parser accepts most
/// of them: Beast 1.81 treats `Transfer-Encoding: xchunked` as no body at all.
namespace dynsessions::http {

enum class Version { http_1_0, http_1_1 };

inline constexpr std::size_t kMaxHeaderFields = 200;

/// Whether a field line continues in the next line (RFC 9112 section 5.2). Checks the raw head,
/// because a parser that joins the lines leaves no trace of it.
[[nodiscard]] bool has_folded_field(std::string_view raw_head);

/// `invalid_request` unless exactly one reading of the fields is possible:
/// - at most kMaxHeaderFields fields; one Host, which is optional in HTTP/1.0 only;
/// - no body, or one Content-Length of digits only, or one Transfer-Encoding that is exactly
///   `chunked`; never both, and no Transfer-Encoding in HTTP/1.0.
/// `Upgrade` and its `Connection` options are ignored here: the JDK's client sends `Upgrade: h2c`
/// with every request and expects an HTTP/1.1 answer (CLIENTS.md quirk 9).
[[nodiscard]] Result<void> check_framing(Version version, const Headers& headers);

/// Returns `invalid_request` if the request line names a host (absolute form, as sent to proxies)
/// and Host names another one: RFC 9112 section 3.2.2 gives priority to the first, many servers to
/// the second.
[[nodiscard]] Result<void> check_authority(std::string_view target, const Headers& headers);

}  // namespace dynsessions::http
