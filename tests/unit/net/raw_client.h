#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <sys/types.h>

#include "sandbox/base/unique_fd.h"

namespace dynsessions::net {

inline const std::string kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
inline const std::string kPut = "PUT / HTTP/1.1\r\nHost: x\r\n\r\n";

/// An answer as it arrived over the wire.
struct Reply {
  unsigned status = 0;
  std::string head;  ///< status line and fields, with the empty line
  std::string body;  ///< body without chunk framing

  [[nodiscard]] bool has_field(std::string_view line) const {
    return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
  }
};

/// A blocking client that sends exactly the given bytes. Every wait ends after ten seconds with an
/// exception, so that a broken server fails a test instead of blocking it.
class RawClient {
 public:
  RawClient();  ///< makes only the socket; call connect() later
  explicit RawClient(std::uint16_t port);
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  virtual ~RawClient() = default;

  void connect(std::uint16_t port);
  /// Throws if the server has closed its side.
  void send(std::string_view bytes);
  /// Like send(), but accepts that the server closes before it has read everything.
  void send_what_is_taken(std::string_view bytes);
  void half_close();
  void close() { socket_ = UniqueFd(); }

  /// Reads the next answer; its head determines where its body ends. `head_only` is for the answer
  /// to HEAD.
  Reply read_reply(bool head_only = false);
  /// Reads all bytes up to the end of the connection; a reset counts as an end.
  std::string read_to_end();
  /// Waits for `time` at most; returns whether the server closed the connection or sent bytes.
  bool readable_within(int milliseconds);

 protected:
  [[nodiscard]] int fd() const { return socket_.get(); }
  /// Behave like send(2) and recv(2). Subclasses put TLS between the test and the socket.
  virtual ssize_t put(std::string_view bytes);
  virtual ssize_t get(std::span<char> into);

 private:
  std::string read_until(std::string_view mark);
  std::string read_exactly(std::size_t count);
  bool receive();  ///< appends to received_; false at the end of the connection

  UniqueFd socket_;
  std::string received_;
};

}  // namespace dynsessions::net
