// Names from outside: paths below /mnt/data (workspace_files/session_files.h), their use in
// requests and uploads (surfaces/data_plane/files/file_paths.h, http/part_header.h), identifiers
// (base/identifiers.h), targets (http/message.h), names of the certificate (tls/name.h).
//
// Input: a line for the directory, then the name.

#include <algorithm>
#include <string>

#include "emulator/base/identifiers.h"
#include "emulator/base/utf8.h"
#include "emulator/http/part_header.h"
#include "emulator/http/text.h"
#include "emulator/surfaces/data_plane/files/file_paths.h"
#include "emulator/tls/name.h"
#include "emulator/workspace_files/session_files.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/property.h"

namespace dynsessions::fuzz {
namespace {

using workspace_files::DataPath;

void check_component(const std::string& component) {
  require(!component.empty() && component != "." && component != "..", "a component is a name");
  require(component.find('/') == std::string::npos, "a component has no slash");
  require(component.find('\0') == std::string::npos, "a component has no NUL");
  require(component.size() <= DataPath::kMaxComponentBytes, "a component fits the file system");
  require(is_valid_utf8(component), "a component is UTF-8");
}

/// Checks a parsed path; joined ones can be longer.
void check_path(const DataPath& path) {
  for (const std::string& component : path.components()) check_component(component);
  require(path.components().size() <= DataPath::kMaxComponents, "a path is not too deep");
  const std::string text = path.text();
  require(text.size() <= DataPath::kMaxBytes, "a path is not too long");
  for (const std::string& spelling : {text, "/" + text, "/mnt/data/" + text}) {
    if (path.is_root() && spelling != text) continue;  // "." is the root only by itself
    // A path that begins with mnt/data can only be reached by its full spelling.
    const bool ambiguous = spelling.starts_with("/mnt/data") && spelling != "/mnt/data/" + text;
    if (ambiguous) continue;
    const auto again = DataPath::parse(spelling, "path");
    require(again && again->components() == path.components(), "a path's text is that path");
  }
}

void check_upload(const surfaces::data_plane::ApiVersion& version, const DataPath& directory,
                  std::string_view name) {
  const auto target = surfaces::data_plane::files::upload_target(version, directory, name);
  if (!target) return require_service_shape(target.error());
  for (const std::string& component : target->components()) check_component(component);
  const auto& above = directory.components();
  require(target->components().size() > above.size(), "an upload is below its directory");
  require(std::equal(above.begin(), above.end(), target->components().begin()),
          "an upload stays in its directory");
  require(version.keeps_upload_directories || target->components().size() == above.size() + 1,
          "an upload makes no directories unless told to");
}

void check_uploads(const DataPath& directory, std::string_view name) {
  using contract::FileNames;
  using contract::UploadDirectories;
  static const surfaces::data_plane::VersionTable kLenient(
      {.upload_directories = UploadDirectories::kept});
  static const surfaces::data_plane::VersionTable kUsual;
  static const surfaces::data_plane::VersionTable kStrict({.file_names = FileNames::documented});
  for (const auto* versions : {&kLenient, &kUsual, &kStrict}) {
    check_upload(versions->newest(surfaces::data_plane::Dialect::flat), directory, name);
  }
}

bool is_accepted(std::string_view text, IdentifierRule rule) {
  const auto identifier = SessionIdentifier::parse(text, rule);
  if (!identifier) {
    require_service_shape(identifier.error());
    return false;
  }
  require(identifier->text() == text, "an identifier is kept as it is");
  require(!text.empty() && text.size() <= 256, "an identifier has 1 to 256 characters");
  require(std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; }),
          "an identifier is visible ASCII");
  return true;
}

void check_identifier(std::string_view text) {
  const bool loose = is_accepted(text, IdentifierRule::one_to_256);
  const bool strict = is_accepted(text, IdentifierRule::four_to_128);
  const bool documented = is_accepted(text, IdentifierRule::documented);
  require(!documented || strict, "what is documented is accepted");
  require(!strict || loose, "later versions accept no more");
}

void check_target(std::string_view text) {
  const auto target = http::Target::parse(text);
  if (!target) return require_service_shape(target.error());
  for (const std::string& segment : target->segments) {
    require(!segment.empty() && is_valid_utf8(segment), "a segment is a text in UTF-8");
    require(segment.find('\0') == std::string::npos, "a segment has no NUL");
  }
  for (const auto& [name, value] : target->query) {
    require(is_valid_utf8(name) && is_valid_utf8(value), "a query is UTF-8");
    const bool names_file = http::iequals(name, "path") || http::iequals(name, "filename");
    require(!http::has_control_character(name), "the name of a query has no control character");
    require(names_file || !http::has_control_character(value), "only names of files have any");
  }
}

void check_certificate_names(std::string_view text) {
  const auto names = tls::parse_names(text);
  if (!names) return;
  for (const tls::Name& name : *names) {
    const auto again = tls::parse_names(name.text());
    require(again && again->size() == 1 && again->front().text() == name.text(),
            "a certificate's name reads as itself");
  }
}

void check_escapes(std::string_view text) {
  const std::string encoded = http::percent_encode(text);
  require(std::all_of(encoded.begin(), encoded.end(), [](char c) { return c > ' ' && c < '\x7f'; }),
          "encoded text is visible ASCII");
  require(http::percent_decode(encoded) == text, "encoded text decodes to itself");
  const std::string repaired = to_valid_utf8(text);
  require(is_valid_utf8(repaired), "repaired text is UTF-8");
  require((repaired == text) == is_valid_utf8(text), "good text is not repaired");
}

void check(Input input) {
  const auto directory = DataPath::parse(input.line(), "path");
  const std::string_view text = input.rest();
  const auto path = DataPath::parse(text, "filename");
  if (path) check_path(*path);
  if (!path) require_service_shape(path.error());
  if (directory) check_uploads(*directory, text);
  check_identifier(text);
  check_target(text);
  check_certificate_names(text);
  check_escapes(text);
}

}  // namespace
}  // namespace dynsessions::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dynsessions::fuzz::check({data, size});
  return 0;
}
