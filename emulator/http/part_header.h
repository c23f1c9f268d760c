#pragma once

#include <string>
#include <string_view>

#include "emulator/base/result.h"
#include "emulator/http/multipart.h"

namespace dynsessions::http {

/// The file name of a part is what stands there: of `filename*` the text that it encodes (RFC
/// 8187), of `filename` every character as it is, `%` too. ASP.NET Core, on which the service runs,
/// decodes no `%` in a plain `filename` either, and a name that was taken apart could not be
/// fetched by the name that was sent. So of clients that encode (aiohttp all of a name, browsers
/// and undici `"`, CR and LF: CLIENTS.md section 2, quirk 6) the encoded name is the file's.
///
/// Reads the header block of one part: its lines, without the empty line that ends it.
/// `invalid_request` when there is no `Content-Disposition: form-data` with a `name`; the other
/// fields (Content-Type is `application/json` for any file with langchain4j) say nothing we need.
[[nodiscard]] Result<PartHeader> parse_part_header(std::string_view block);

}  // namespace dynsessions::http
