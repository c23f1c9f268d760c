#pragma once

#include <cstddef>

/// Values for the questions that the sources of the contract leave open. CONTRACT.md section 8
/// numbers these questions and recommends an answer to each; "row 3" is its row. How these values
/// change answers is decided in surfaces/.
namespace dynsessions::contract {

/// For a member that some api-versions have and others lack.
enum class ByVersion { by_version, always, never };

enum class NoneValue { by_version, null, empty };

/// The value of a program that failed.
enum class FailureValue { by_version, null, empty };

/// The value of a call that shows a figure and whose last expression also has a value.
enum class ImageAndValue { image, value };

enum class TimeoutAboveMaximum {
  cap,     ///< run for the maximum
  reject,  ///< 400 SessionRequestValidationFailed
};

/// How many characters of a stream are shown if the request gives no limit.
struct StreamLimit {
  enum class Rule { by_version, none, fixed };
  Rule rule = Rule::by_version;
  std::size_t characters = 0;  ///< used with Rule::fixed
  bool operator==(const StreamLimit&) const = default;
};

enum class UnknownVersion {
  newest,        ///< answered in the newest dialect, with a warning
  reject,        ///< 400 SessionRequestValidationFailed, as documented for clients
  unauthorized,  ///< 401 without a body, as observed once
};

enum class MissingVersion {
  oldest,  ///< answered in the oldest version that has the path
  reject,  ///< 400 SessionRequestValidationFailed; `python/*` never needs a version
};

enum class PoolFull { not_found, too_many_requests };

enum class SessionMissing { bad_request, not_found };

enum class IdentifierCharacters {
  by_version,  ///< the least strict pattern in the specification of the api-version
  documented,  ///< the rule of the documentation in every version: 4 to 128, and fewer characters
};

enum class UploadType {
  filled,  ///< as since May 2025
  empty,   ///< `"type":"","contentType":""`, as recorded in November 2024
};

enum class AsynchronousKernel {
  separate,  ///< asynchronous executions do not see the variables of synchronous ones
  shared,
};

/// How directories in the file name of a multipart upload are treated.
enum class UploadDirectories {
  dropped,  ///< only the base name is used: `sub/x.csv` is `x.csv`
  kept,     ///< a path below `/mnt/data`, as in LangChain's documentation
};

enum class FileNames {
  any,         ///< every name that can be stored
  documented,  ///< uploads with characters that CONTRACT.md section 6 does not list are refused
};

/// One member for each question; the default is the recommendation of the contract.
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
  UploadDirectories upload_directories = UploadDirectories::dropped;      ///< section 7
  FileNames file_names = FileNames::any;                                  ///< section 6
};

}  // namespace dynsessions::contract
