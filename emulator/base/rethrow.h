#pragma once

#include <exception>

namespace dynsessions {

/// For co_spawn() of coroutines that let no exception out: if one does, it is a bug and leaves the
/// event loop through run().
inline void rethrow(const std::exception_ptr& exception) {
  if (exception) std::rethrow_exception(exception);
}

}  // namespace dynsessions
