#include "sandbox/protocol/launcher_protocol.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <sys/socket.h>

namespace dynsessions::sandbox {
namespace {

using ControlBuffer = std::array<char, CMSG_SPACE(sizeof(int) * kMaxDescriptors)>;

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

[[noreturn]] void throw_wrong_size() {
  throw std::runtime_error("launcher socket: a message of another size than agreed");
}

void attach_descriptors(msghdr& header, ControlBuffer& buffer, const std::vector<int>& fds) {
  if (fds.empty()) return;
  const std::size_t bytes = fds.size() * sizeof(int);
  header.msg_control = buffer.data();
  header.msg_controllen = CMSG_SPACE(bytes);
  cmsghdr* control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(bytes);
  std::memcpy(CMSG_DATA(control), fds.data(), bytes);
}

std::vector<UniqueFd> take_descriptors(msghdr& header) {
  std::vector<UniqueFd> descriptors;
  descriptors.reserve(kMaxDescriptors);  // reserved first, so that nothing throws before the
                                         // descriptors have an owner
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(control) + i * sizeof(int), sizeof(int));
      descriptors.emplace_back(fd);
    }
  }
  return descriptors;
}

/// Returns the bytes received; 0 if the peer is gone, -1 if there is no message now.
ssize_t receive_once(int socket, msghdr& header) {
  for (;;) {
    const ssize_t size = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    if (size >= 0) return size;
    if (errno == EAGAIN) return -1;
    if (errno == ECONNRESET) return 0;
    if (errno != EINTR) throw_errno("launcher socket: receive");
  }
}

}  // namespace

void send_message(int socket, const void* message, std::size_t size,
                  const std::vector<int>& descriptors) {
  if (descriptors.size() > kMaxDescriptors) {
    throw std::system_error(E2BIG, std::generic_category(), "launcher socket: descriptors");
  }
  // sendmsg only reads from iov_base; the type is shared with recvmsg and lacks const.
  iovec part{const_cast<void*>(message), size};
  alignas(cmsghdr) ControlBuffer buffer{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  attach_descriptors(header, buffer, descriptors);
  while (::sendmsg(socket, &header, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) throw_errno("launcher socket: send");
  }
}

bool receive_exactly(int socket, void* message, std::size_t size,
                     std::vector<UniqueFd>& descriptors, bool& would_block) {
  iovec part{message, size};
  alignas(cmsghdr) ControlBuffer buffer{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = buffer.data();
  header.msg_controllen = buffer.size();
  const ssize_t received = receive_once(socket, header);
  would_block = received < 0;
  if (received <= 0) return false;
  descriptors = take_descriptors(header);
  const bool whole = static_cast<std::size_t>(received) == size;
  if (!whole || (header.msg_flags & MSG_TRUNC) != 0) throw_wrong_size();
  if ((header.msg_flags & MSG_CTRUNC) != 0) descriptors.clear();
  return true;
}

std::optional<ReceivedRequest> receive_request(int socket, bool& would_block) {
  std::string bytes(sizeof(Request) + kMaxSpecBytes + 1, '\0');
  iovec part{bytes.data(), bytes.size()};
  msghdr header{};  // the kernel closes descriptors that come with the message
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  const ssize_t received = receive_once(socket, header);
  would_block = received < 0;
  if (received <= 0) return std::nullopt;
  const auto size = static_cast<std::size_t>(received);
  ReceivedRequest result{};
  if (size >= sizeof(Request)) std::memcpy(&result.request, bytes.data(), sizeof(Request));
  const bool has_text = result.request.kind == RequestKind::define_profile;
  const std::size_t longest = sizeof(Request) + (has_text ? kMaxSpecBytes : 0);
  if (size < sizeof(Request) || size > longest) throw_wrong_size();
  result.profile = bytes.substr(sizeof(Request), size - sizeof(Request));
  return result;
}

std::string request_message(const Request& request, const std::string& profile) {
  std::string bytes(sizeof(Request), '\0');
  std::memcpy(bytes.data(), &request, sizeof(Request));
  return bytes + profile;
}

std::string_view step_name(const Reply& reply) {
  return {reply.step, ::strnlen(reply.step, sizeof(reply.step))};
}

}  // namespace dynsessions::sandbox
