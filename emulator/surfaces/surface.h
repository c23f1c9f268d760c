#pragma once

#include "emulator/http/message.h"

namespace dynsessions::surfaces {

/// A surface that shares its port with others.
class Surface : public http::Handler {
 public:
  /// Whether a request is for this surface: one of its paths, with any method.
  [[nodiscard]] virtual bool has(const http::Request& request) const = 0;
};

}  // namespace dynsessions::surfaces
