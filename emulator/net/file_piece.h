#pragma once

#include <cstdint>
#include <vector>

/// What of sending a file blocks on the file's disk, for the file pool.
namespace dynsessions::net {

/// Bytes of a file that are to be written to the connection next.
struct FilePiece {
  std::uint64_t offset = 0;
  std::vector<char> bytes;
};

/// Up to `wanted` bytes at `offset`, fewer where the file ends or cannot be read. `buffer` gives
/// its memory.
[[nodiscard]] FilePiece read_piece(int file, std::uint64_t offset, std::uint64_t wanted,
                                   std::vector<char> buffer);

/// Sends bytes from `offset` on, up to `end`, from the file's pages as they are, until the socket
/// would block. Returns where it stopped. Why it stopped does not matter: reading on from there,
/// and writing that, says the same of a file that ends or a client that has gone.
[[nodiscard]] std::uint64_t send_without_copy(int socket, int file, std::uint64_t offset,
                                              std::uint64_t end);

}  // namespace dynsessions::net
