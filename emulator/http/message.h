#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "emulator/base/result.h"
#include "emulator/http/body_source.h"
#include "sandbox/base/unique_fd.h"

namespace dynsessions::http {

struct Exchange;

// NOLINTNEXTLINE(readability-identifier-naming): `delete` is a keyword
enum class Method { get, post, put, patch, delete_, head, options, other };

/// Header fields in order; names compare without regard to case.
class Headers {
 public:
  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  /// The first value of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// The target of a request, taken apart leniently, as the service's web server does.
struct Target {
  /// Percent-decoded segments; `//` and a trailing `/` leave none behind. An encoded slash stays
  /// inside its segment.
  std::vector<std::string> segments;
  /// Percent- and plus-decoded pairs in order. Names compare without regard to case.
  std::vector<std::pair<std::string, std::string>> query;

  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;

  /// Origin form, and absolute form whose authority is Host's (http/framing.h).
  /// `invalid_request` for a bad escape, for a NUL or another control character, encoded or not,
  /// and for what is not UTF-8 once decoded. Encoded control characters other than NUL are
  /// accepted where files are named: in the segments after `files`, in `path` and in `filename`.
  [[nodiscard]] static Result<Target> parse(std::string_view text);
};

/// A request without its body.
struct Request {
  Method method = Method::other;
  std::string method_text;
  std::string scheme = "http";  ///< or "https", by the port it came in through
  Target target;
  Headers headers;
  std::optional<std::uint64_t> content_length;  ///< absent: chunked, or no body
  bool chunked = false;
};

/// The body of one request, read at the handler's pace.
class BodyReader {
 public:
  BodyReader() = default;
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;
  virtual ~BodyReader() = default;

  /// Reads some bytes into `into`; 0 at the end of the body. The first call answers
  /// `Expect: 100-continue`. An error means that the client broke off, was too slow, or broke the
  /// framing: give up, no answer will reach it.
  virtual boost::asio::awaitable<Result<std::size_t>> read(std::span<char> into) = 0;

  /// Reads what has arrived, on any thread, while nobody awaits read(). 0 when that is nothing, and
  /// where only read() can tell more: at the end, after an error, of bytes framed or encrypted.
  [[nodiscard]] virtual std::size_t read_arrived(std::span<char> /*into*/) { return 0; }
};

/// The whole body as text; `payload_too_large` when it is (or is declared) longer than `limit`
/// bytes, without having read more than that.
[[nodiscard]] boost::asio::awaitable<Result<std::string>> read_all(const Request& request,
                                                                   BodyReader& body,
                                                                   std::size_t limit);

/// A regular file, sent from the descriptor's start. Fewer bytes than `size` in the file break the
/// connection off, so that the client never takes a short file for a whole one.
struct FileBody {
  UniqueFd fd;
  std::uint64_t size = 0;
};

enum class Framing {
  content_length,
  chunked,  ///< as the service frames its JSON (CONTRACT.md section 1.6)
};

struct Response {
  unsigned status = 200;
  Headers headers;
  std::variant<std::string, FileBody, StreamBody> body;
  Framing framing = Framing::content_length;
};

/// Answers requests; implemented by the data plane and by the admin API. `exchange` outlives the
/// call; what the handler learns about the request goes in there.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  virtual boost::asio::awaitable<Response> handle(Exchange& exchange, Request request,
                                                  BodyReader& body) = 0;

  /// The answer to a request that never became one: broken framing, a head over the limit, an
  /// unreadable target.
  [[nodiscard]] virtual Response refuse(Exchange& exchange, const Error& error) = 0;
};

}  // namespace dynsessions::http
