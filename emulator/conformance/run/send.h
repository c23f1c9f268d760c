#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace dynsessions::conformance {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;  ///< path below the endpoint and query, encoded
  /// Without Host. A Content-Length in this list is sent even if the body has another length.
  HeaderList headers;
  std::string body;
  bool chunked = false;  ///< the body is sent in chunks, without a Content-Length
};

struct HttpReply {
  unsigned status = 0;
  HeaderList headers;  ///< names in lower case
  std::string body;

  [[nodiscard]] std::optional<std::string> header(const std::string& lower_case_name) const;
};

/// A reply, or the reason why there is none.
struct Answer {
  std::optional<HttpReply> reply;
  std::string failure;
};

/// The endpoint cannot be tested.
class Unreachable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A signal ended the run while it waited for an answer.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// Sends requests at once and waits for all answers. Returns them in the order of the requests.
/// Tests replace this seam. Throws Interrupted.
using Send =
    std::function<std::vector<Answer>(const std::vector<HttpRequest>&, std::chrono::seconds)>;

}  // namespace dynsessions::conformance
