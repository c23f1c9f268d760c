#pragma once

#include <string>

#include <catch2/catch.hpp>

#include "emulator/base/result.h"

/// Lets CHECK and REQUIRE take a Result; a failure prints the Result's error.
template <typename T>
struct Catch::StringMaker<dynsessions::Result<T>> {
  static std::string convert(const dynsessions::Result<T>& result) {
    return result.has_error() ? "error: " + result.error().message : "a value";
  }
};
