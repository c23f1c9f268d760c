#pragma once

#include <string>
#include <string_view>

#include "emulator/base/result.h"
#include "emulator/http/multipart.h"

namespace dynsessions::http {

/// Reads the header block of one part: its lines, without the empty line that ends it.
/// `invalid_request` when there is no `Content-Disposition: form-data` with a `name`; the other
/// fields (Content-Type is `application/json` for any file with langchain4j) say nothing we need.
[[nodiscard]] Result<PartHeader> parse_part_header(std::string_view block);

/// What a client meant by a plain `filename` parameter. Nobody can know: aiohttp percent-encodes
/// the whole name, browsers and undici only `"`, CR and LF, requests and httpx send raw UTF-8
/// (CLIENTS.md section 2, quirk 6; what the service stores was not observed). The guess:
/// - every `%XX` is decoded when each `%` starts one and the outcome is UTF-8 without control
///   characters, so that aiohttp's names come out as they went in;
/// - otherwise only `%22`, `%0D` and `%0A`, as the HTML standard's form encoding has it.
/// The price: `50%20off.txt` sent raw arrives as `50 off.txt`.
[[nodiscard]] std::string decode_filename(std::string_view text);

}  // namespace dynsessions::http
