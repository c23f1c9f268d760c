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
  /// Returns the first value with that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// The target of a request, parsed leniently, as the service's web server does.
struct Target {
  /// Percent-decoded segments; `//` and a trailing `/` add no segment. An encoded slash stays
  /// inside its segment.
  std::vector<std::string> segments;
  /// Percent- and plus-decoded pairs in order. Names compare without regard to case.
  std::vector<std::pair<std::string, std::string>> query;

  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view name) const;

  /// Parses the origin form, and the absolute form whose authority equals Host (http/framing.h).
  /// Returns `invalid_request` for a bad escape, for a NUL or another control character, encoded or
  /// not, and for text that is not UTF-8 after decoding. Encoded control characters other than NUL
  /// are accepted where files are named: in the segments after `files`, in `path` and in
  /// `filename`.
  [[nodiscard]] static Result<Target> parse(std::string_view text);
};

/// A request without its body.
struct Request {
  Method method = Method::other;
  std::string method_text;
  std::string scheme = "http";  ///< "http" or "https", depending on the port
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

  /// Reads some bytes into `into`; returns 0 at the end of the body. The first call answers
  /// `Expect: 100-continue`. An error means that the client has left, was too slow, or broke the
  /// framing: give up, because no answer will reach it.
  virtual boost::asio::awaitable<Result<std::size_t>> read(std::span<char> into) = 0;

  /// Reads bytes that have already arrived. Can be called on any thread, but not during read().
  /// Returns 0 if there are none, and in the cases that only read() can handle: at the end, after
  /// an error, for a chunked or encrypted body.
  [[nodiscard]] virtual std::size_t read_arrived(std::span<char> /*into*/) { return 0; }
};

/// Reads the whole body as text. Returns `payload_too_large` if it is (or is declared) longer than
/// `limit` bytes, without reading more than that.
[[nodiscard]] boost::asio::awaitable<Result<std::string>> read_all(const Request& request,
                                                                   BodyReader& body,
                                                                   std::size_t limit);

/// A regular file, sent from its start. If it has fewer bytes than `size`, the connection is
/// broken, so that the client does not mistake a short file for a complete one.
struct FileBody {
  UniqueFd fd;
  std::uint64_t size = 0;
};

enum class Framing {
  content_length,
  chunked,  ///< sent in chunks, as the service sends JSON (CONTRACT.md section 1.6)
};

struct Response {
  unsigned status = 200;
  Headers headers;
  std::variant<std::string, FileBody, StreamBody> body;
  Framing framing = Framing::content_length;
};

/// Answers requests; implemented by the data plane and by the admin API. `exchange` outlives the
/// call; the handler stores its facts about the request there.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  virtual boost::asio::awaitable<Response> handle(Exchange& exchange, Request request,
                                                  BodyReader& body) = 0;

  /// Answers a request that could not be parsed: broken framing, a head over the limit, an
  /// unreadable target.
  [[nodiscard]] virtual Response refuse(Exchange& exchange, const Error& error) = 0;
};

}  // namespace dynsessions::http
