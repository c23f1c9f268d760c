#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "emulator/base/result.h"

namespace dynsessions::http {

/// Produces the body of an answer piece by piece: server-sent events, the output of a custom
/// container, a body that a fault delays. Event-loop thread only.
class BodySource {
 public:
  BodySource() = default;
  BodySource(const BodySource&) = delete;
  BodySource& operator=(const BodySource&) = delete;
  virtual ~BodySource() = default;

  /// Returns the next piece; nullopt at the end of the body. The next call comes after the kernel
  /// has taken the previous piece, so a slow client slows the source down and memory use stays
  /// flat.
  ///
  /// The head of the answer goes out with the first piece. An empty piece sends the data so far, so
  /// a source whose first piece can take long starts with one.
  ///
  /// An error aborts the answer (StreamBody::break_off) and is logged; before the first piece, the
  /// client gets nothing at all. An exception has the same effect.
  ///
  /// The call is cancelled (Asio, terminal) when the client leaves (unless HalfClose::ignored) or
  /// the server stops, and must then end soon, with an exception or a result that is ignored. The
  /// source is destroyed after that, always on the event loop and always before the request's
  /// BodyReader.
  virtual boost::asio::awaitable<Result<std::optional<std::string>>> next() = 0;
};

/// The body of an answer that is produced piece by piece.
struct StreamBody {
  enum class Lifetime {
    finite,   ///< ends by itself: a draining server waits for it, up to its grace period
    endless,  ///< a feed of events: ends with a proper last chunk as soon as the server drains
  };
  /// The meaning of a client that closes its sending side: it can have left, or wait for the rest.
  enum class HalfClose {
    ends,     ///< it has left: for a source that can wait long, so that it ends as well
    ignored,  ///< it waits: for a source that always has its next piece soon, such as a text
  };
  enum class BreakOff {
    close,  ///< the connection is closed without the rest
    reset,  ///< the connection is reset (TCP RST)
  };

  std::unique_ptr<BodySource> source;
  /// Bytes of all pieces together, sent as `Content-Length`. nullopt: the body is chunked, and for
  /// HTTP/1.0 ends with the connection. If the source gives more or fewer bytes, the answer is
  /// aborted.
  std::optional<std::uint64_t> size = std::nullopt;
  Lifetime lifetime = Lifetime::finite;
  HalfClose half_close = HalfClose::ends;
  BreakOff break_off = BreakOff::close;
};

}  // namespace dynsessions::http
