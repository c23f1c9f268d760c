#pragma once

#include <cstddef>

/// What the sources of the contract leave open, as values. CONTRACT.md section 8 numbers the doubts
/// and recommends an answer to each; "row 3" is its row. Nothing here knows how an answer is given:
/// `api/api_version.*` and `api/error_response.*` do.
namespace dynsessions::contract {

/// Of something that some api-versions have and others lack.
enum class ByVersion { by_version, always, never };

enum class NoneValue { by_version, null, empty };

/// Of a program that failed.
enum class FailureValue { by_version, null, empty };

/// What a call's value is when a figure was shown and the last expression has a value of its own.
enum class ImageAndValue { image, value };

enum class TimeoutAboveMaximum {
  cap,     ///< run for the maximum
  reject,  ///< 400 SessionRequestValidationFailed
};

/// How many characters of a stream are shown when the request does not say.
struct StreamLimit {
  enum class Rule { by_version, none, fixed };
  Rule rule = Rule::by_version;
  std::size_t characters = 0;  ///< of Rule::fixed
  bool operator==(const StreamLimit&) const = default;
};

enum class UnknownVersion {
  newest,        ///< answered in the newest dialect, with a warning
  reject,        ///< 400 SessionRequestValidationFailed, as clients document it
  unauthorized,  ///< 401 without a body, as it was seen once
};

enum class MissingVersion {
  oldest,  ///< answered in the oldest version that has the path
  reject,  ///< 400 SessionRequestValidationFailed, but for `python/*`, which never needed one
};

enum class PoolFull { not_found, too_many_requests };

enum class SessionMissing { bad_request, not_found };

enum class IdentifierCharacters {
  by_version,  ///< what the specification of the api-version says, at its widest
  documented,  ///< at every version what the documentation says: 4 to 128, and fewer marks
};

enum class UploadType {
  filled,  ///< as since May 2025
  empty,   ///< `"type":"","contentType":""`, as recorded in November 2024
};

enum class AsynchronousKernel {
  separate,  ///< asynchronous executions see no variables of the synchronous ones
  shared,
};

/// Of the file name that a multipart upload gives.
enum class UploadFolders {
  dropped,  ///< the base name counts: `sub/x.csv` is `x.csv`
  kept,     ///< a path below `/mnt/data`, as LangChain's documentation has it
};

enum class FileNames {
  any,         ///< whatever can be stored
  documented,  ///< uploads with other characters than CONTRACT.md section 6 lists are refused
};

/// One member per doubt; the default is the contract's recommendation.
struct ContractOptions {
  ByVersion object_ids = ByVersion::by_version;                           ///< row 3: `$id`
  bool lenient_bodies = false;                                            ///< rows 4, 5
  TimeoutAboveMaximum timeout_above_maximum = TimeoutAboveMaximum::cap;   ///< row 7
  ByVersion string_quotes = ByVersion::by_version;                        ///< row 9
  NoneValue none_value = NoneValue::by_version;                           ///< row 10
  ImageAndValue image_and_value = ImageAndValue::image;                   ///< row 12
  FailureValue failure_value = FailureValue::by_version;                  ///< row 13
  StreamLimit stream_limit = {};                                          ///< row 17
  UnknownVersion unknown_api_version = UnknownVersion::newest;            ///< row 18
  MissingVersion missing_api_version = MissingVersion::oldest;            ///< row 18
  PoolFull pool_full = PoolFull::not_found;                               ///< row 20
  SessionMissing session_missing = SessionMissing::bad_request;           ///< row 21
  IdentifierCharacters identifiers = IdentifierCharacters::by_version;    ///< row 23
  UploadType upload_type = UploadType::filled;                            ///< row 24
  ByVersion metadata_type = ByVersion::by_version;                        ///< row 25
  AsynchronousKernel asynchronous_kernel = AsynchronousKernel::separate;  ///< row 35
  UploadFolders upload_directories = UploadFolders::dropped;              ///< section 7
  FileNames file_names = FileNames::any;                                  ///< section 6
};

}  // namespace dynsessions::contract
