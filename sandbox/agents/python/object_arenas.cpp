#include "sandbox/agents/python/object_arenas.h"

#include <cstddef>
#include <memory>

#include <sys/mman.h>

extern "C" {
// NOLINTBEGIN(readability-identifier-naming): Python's names
struct PyObjectArenaAllocator {
  void* ctx;
  void* (*alloc)(void* ctx, std::size_t size);
  void (*free)(void* ctx, void* arena, std::size_t size);
};
void PyObject_GetArenaAllocator(PyObjectArenaAllocator* allocator);
void PyObject_SetArenaAllocator(PyObjectArenaAllocator* allocator);
// NOLINTEND(readability-identifier-naming)
}

namespace dynsessions::sandbox {
namespace {

constexpr std::size_t kLargePageBytes = std::size_t{2} << 20;
constexpr std::size_t kReservedBytes = std::size_t{1} << 30;  // only addresses, until arenas use it

PyObjectArenaAllocator python_allocator{};
void* next_arena = nullptr;
std::size_t bytes_left = 0;

void* allocate_arena(void* /*ctx*/, std::size_t size) {
  if (size > bytes_left || ::mprotect(next_arena, size, PROT_READ | PROT_WRITE) != 0) {
    return python_allocator.alloc(python_allocator.ctx, size);
  }
  void* const arena = next_arena;
  next_arena = static_cast<std::byte*>(next_arena) + size;
  bytes_left -= size;
  return arena;
}

void free_arena(void* /*ctx*/, void* arena, std::size_t size) {
  python_allocator.free(python_allocator.ctx, arena, size);
}

}  // namespace

void gather_object_arenas() {
  void* const reserved = ::mmap(nullptr, kReservedBytes, PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (reserved == MAP_FAILED) return;  // the objects are then where Python puts them
  next_arena = reserved;
  bytes_left = kReservedBytes;
  std::align(kLargePageBytes, kLargePageBytes, next_arena, bytes_left);
  PyObject_GetArenaAllocator(&python_allocator);
  PyObjectArenaAllocator gathering{nullptr, allocate_arena, free_arena};
  PyObject_SetArenaAllocator(&gathering);
}

void stop_gathering_object_arenas() {
  if (next_arena == nullptr) return;
  PyObject_SetArenaAllocator(&python_allocator);
  ::munmap(next_arena, bytes_left);  // harmless if nothing is left
  next_arena = nullptr;
  bytes_left = 0;
}

}  // namespace dynsessions::sandbox
