// Upload bodies: http/multipart.h, http/part_header.h, http/header_value.h.
//
// Input: a seed for the pieces, whether the boundary is given (odd: the next line is a
// Content-Type), then the body.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "emulator/base/utf8.h"
#include "emulator/http/multipart.h"
#include "emulator/http/text.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/property.h"

namespace dynsessions::fuzz {
namespace {

struct Part {
  std::string name;
  std::optional<std::string> filename;
  std::string data;
  bool ended = false;
  bool operator==(const Part&) const = default;
};

struct Outcome {
  std::vector<Part> parts;
  std::optional<Error> error;
};

/// Feeds the whole body, in pieces if `sizes` is given.
Outcome parse(std::optional<std::string> boundary, std::string_view body, PieceSizes* sizes) {
  Outcome outcome;
  auto& parts = outcome.parts;
  http::MultipartParser parser(std::move(boundary),
                               {.part_begin =
                                    [&](const http::PartHeader& header) {
                                      parts.push_back({header.name, header.filename, {}});
                                      return Result<void>();
                                    },
                                .part_data =
                                    [&](std::span<const char> bytes) {
                                      require(!bytes.empty(), "data is some bytes");
                                      parts.back().data.append(bytes.data(), bytes.size());
                                      return Result<void>();
                                    },
                                .part_end =
                                    [&] {
                                      parts.back().ended = true;
                                      return Result<void>();
                                    }});
  while (!body.empty() && !outcome.error) {
    const std::string_view piece = body.substr(0, sizes == nullptr ? body.size() : sizes->next());
    body.remove_prefix(piece.size());
    const Result<void> fed = parser.feed(piece);
    if (!fed) outcome.error = fed.error();
  }
  if (outcome.error) return outcome;
  const Result<void> finished = parser.finish();
  if (!finished) outcome.error = finished.error();
  return outcome;
}

std::string quoted(std::string_view text) {
  std::string written = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') written += '\\';
    written += c;
  }
  return written + '"';
}

/// Text that is not UTF-8 can only be a plain file name, and a line break in it ends the header.
bool can_be_written(const Part& part) {
  return !part.filename || is_valid_utf8(*part.filename) ||
         part.filename->find_first_of("\r\n") == std::string::npos;
}

/// Returns a boundary that no part's data contains.
std::string free_boundary(const std::vector<Part>& parts) {
  std::string boundary = "b";
  for (const Part& part : parts) {
    while (part.data.find("--" + boundary) != std::string::npos) boundary += 'b';
  }
  return boundary;
}

std::string write(const std::vector<Part>& parts, const std::string& boundary) {
  std::string body;
  for (const Part& part : parts) {
    body += "--" + boundary + "\r\nContent-Disposition: form-data; name=" + quoted(part.name);
    if (part.filename && is_valid_utf8(*part.filename)) {
      body += "; filename*=utf-8''" + http::percent_encode(*part.filename);
    } else if (part.filename) {
      body += "; filename=" + quoted(*part.filename);
    }
    body += "\r\n\r\n" + part.data + "\r\n";
  }
  return body + "--" + boundary + "--\r\n";
}

void check(Input input) {
  PieceSizes sizes(input.byte());
  std::optional<std::string> boundary;
  if (input.byte() % 2 == 1) boundary = http::MultipartParser::boundary_of(input.line());
  const std::string_view body = input.rest();

  const Outcome whole = parse(boundary, body, nullptr);
  const Outcome pieces = parse(boundary, body, &sizes);
  require(whole.error.has_value() == pieces.error.has_value(), "pieces do not matter to refusals");
  if (whole.error) {
    require(whole.error->message == pieces.error->message, "pieces do not matter to the reason");
    require_service_shape(*whole.error);
    return;
  }
  require(whole.parts == pieces.parts, "pieces do not matter to the parts");
  std::size_t total = 0;
  for (const Part& part : whole.parts) {
    require(part.ended, "every part of a whole body ends");
    total += part.data.size();
  }
  require(total <= body.size(), "parts hold no more than came");
  if (!std::all_of(whole.parts.begin(), whole.parts.end(), can_be_written)) return;
  const std::string fresh = free_boundary(whole.parts);
  const Outcome again = parse(fresh, write(whole.parts, fresh), nullptr);
  require(!again.error && again.parts == whole.parts, "written out again it reads the same");
}

}  // namespace
}  // namespace dynsessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dynsessions::fuzz::check({data, size});
  return 0;
}
