#pragma once

#include <string>
#include <string_view>

#include "emulator/base/result.h"
#include "emulator/http/multipart.h"

namespace dynsessions::http {

/// The file name of a part is taken literally: from `filename*` the encoded text (RFC 8187), from
/// `filename` every character as it is, including `%`. ASP.NET Core, on which the service runs,
/// does not decode `%` in a plain `filename` either, and a client could not fetch a decoded name by
/// the name that it sent. So if a client encodes the name (aiohttp all of it; browsers and undici
/// `"`, CR and LF: CLIENTS.md section 2, quirk 6), the file has the encoded name.
///
/// Reads the header block of one part: its lines, without the empty line at the end. Returns
/// `invalid_request` if there is no `Content-Disposition: form-data` with a `name`. The other
/// fields are ignored (langchain4j sends the Content-Type `application/json` with any file).
[[nodiscard]] Result<PartHeader> parse_part_header(std::string_view block);

}  // namespace dynsessions::http
