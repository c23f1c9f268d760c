#pragma once

#include <cstdint>
#include <vector>

/// The steps of sending a file that block on its disk. They run on the file pool.
namespace dynsessions::net {

/// Bytes of a file that are written to the connection next.
struct FilePiece {
  std::uint64_t offset = 0;
  std::vector<char> bytes;
};

/// Reads up to `wanted` bytes at `offset`, fewer if the file ends or cannot be read. Reuses the
/// memory of `buffer`.
[[nodiscard]] FilePiece read_piece(int file, std::uint64_t offset, std::uint64_t wanted,
                                   std::vector<char> buffer);

/// Sends bytes from `offset` up to `end` directly from the file's pages, until the socket would
/// block. Returns the offset where it stopped. The reason is not returned, because the next read or
/// write reports it again.
[[nodiscard]] std::uint64_t send_without_copy(int socket, int file, std::uint64_t offset,
                                              std::uint64_t end);

}  // namespace dynsessions::net
