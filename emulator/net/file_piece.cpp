#include "emulator/net/file_piece.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/sendfile.h>
#include <unistd.h>

#include "emulator/base/offload.h"

namespace dynsessions::net {

FilePiece read_piece(int file, std::uint64_t offset, std::uint64_t wanted,
                     std::vector<char> buffer) {
  buffer.resize(wanted);
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const ssize_t count = ::pread(file, buffer.data() + filled, buffer.size() - filled,
                                  static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    filled += static_cast<std::size_t>(count);
  }
  buffer.resize(filled);
  return {offset, std::move(buffer)};
}

std::uint64_t send_without_copy(int socket, int file, std::uint64_t offset, std::uint64_t end) {
  end = std::min(end, offset + kMostBytesAtOnce);
  while (offset < end) {
    auto position = static_cast<off_t>(offset);
    const ssize_t count = ::sendfile(socket, file, &position, end - offset);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    offset += static_cast<std::uint64_t>(count);
  }
  return offset;
}

}  // namespace dynsessions::net
