#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "emulator/base/error.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Shared parts of the fuzz targets. A target is one function, LLVMFuzzerTestOneInput, which feeds
/// a parser of foreign bytes and checks the promised properties of the outcome. The preset `fuzz`
/// links it with libFuzzer (tests/fuzz/run.sh), every other one with replay_main.cpp, which runs
/// the corpus as an ordinary test.
namespace dynsessions::fuzz {

/// Prints the property that an input has broken and aborts, which is a finding.
void require(bool holds, std::string_view property);

/// Checks that a refusal has the service's envelope and no other content (CONTRACT.md section 1.5):
/// a status of 4xx or 5xx, header values without control characters, and JSON.
void require_service_shape(const Error& error);

}  // namespace dynsessions::fuzz
