#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace dynsessions::conformance {

/// Where the operations of a pool are: `https://host[:port]/any/prefix`.
struct Endpoint {
  bool tls = false;
  std::string host;
  std::string port;
  std::string prefix;  ///< path before the operation, without a slash at its end

  /// Throws std::invalid_argument for anything but an absolute http or https URL.
  static Endpoint parse(const std::string& url);
  /// Without the prefix, which names a subscription: fit for reports.
  [[nodiscard]] std::string origin() const;
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;  ///< path below the endpoint and query, encoded
  HeaderList headers;  ///< without Host; a Content-Length given here is sent as it is
  std::string body;
  bool chunked = false;  ///< the body goes out as a chunk, without a Content-Length
};

struct HttpReply {
  unsigned status = 0;
  HeaderList headers;  ///< names in lower case
  std::string body;

  [[nodiscard]] std::optional<std::string> header(const std::string& lower_case_name) const;
};

/// What came of a request. No reply: the address has no server, TLS failed, or the time was up.
struct Answer {
  std::optional<HttpReply> reply;
  std::string failure;  ///< why there is no reply
};

/// The endpoint cannot be tested.
class Unreachable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Somebody ended the run while an answer was waited for.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// Sends requests at once and waits for all answers, which come in the order of the requests; the
/// seam that tests replace. Throws Interrupted.
using Send =
    std::function<std::vector<Answer>(const std::vector<HttpRequest>&, std::chrono::seconds)>;

/// A client of one endpoint: one connection per request, so that no exchange depends on the one
/// before; blocks for at most the deadline. Over https the certificate must be trusted by the
/// machine (SSL_CERT_FILE adds one). Never follows a redirect: the token belongs to this host.
///
/// `interrupted` is asked while it waits. What begins after an interruption is the cleaning up, and
/// is let finish.
[[nodiscard]] Send http_client(Endpoint endpoint, std::function<bool()> interrupted);

}  // namespace dynsessions::conformance
