#pragma once

#include <cstddef>
#include <string_view>

#include "emulator/base/result.h"
#include "emulator/http/message.h"

/// Where a request ends decides where the next one starts. Whoever disagrees about that with a
/// proxy in front can be made to run a request nobody sent (request smuggling), so what RFC 9112
/// lets a server guess about is refused here. The parser below us accepts most of these cases:
/// Beast 1.81 takes `Transfer-Encoding: xchunked` for no body at all.
namespace dynsessions::http {

enum class Version { http_1_0, http_1_1 };

inline constexpr std::size_t kMaxHeaderFields = 200;

/// A field line that goes on in the next line (RFC 9112 section 5.2). Asked of the raw head,
/// because a parser that joins the lines leaves no trace of it.
[[nodiscard]] bool has_folded_field(std::string_view raw_head);

/// `invalid_request` unless exactly one reading of the fields is possible:
/// - at most kMaxHeaderFields fields; one Host, which only HTTP/1.0 may leave out;
/// - no body, or one Content-Length of digits only, or one Transfer-Encoding that is exactly
///   `chunked`; never both, and no Transfer-Encoding in HTTP/1.0.
/// `Upgrade` and its `Connection` options are nobody's business here: the JDK's client sends
/// `Upgrade: h2c` with every request and expects an HTTP/1.1 answer (CLIENTS.md quirk 9).
[[nodiscard]] Result<void> check_framing(Version version, const Headers& headers);

/// `invalid_request` when the request line names a host (absolute form, as proxies are sent it) and
/// Host another one: RFC 9112 section 3.2.2 lets the first win, many servers the second.
[[nodiscard]] Result<void> check_authority(std::string_view target, const Headers& headers);

}  // namespace dynsessions::http
