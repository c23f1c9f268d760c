#pragma once

#include <chrono>
#include <string>

#include "emulator/base/timestamp.h"

namespace dynsessions::surfaces::data_plane {

/// "2024-11-11T09:05:02.4865293Z": UTC with up to seven fractional digits. CONTRACT.md section 1.7
/// says always seven; of the recorded times one in ten has six, which is .NET leaving out zeros.
[[nodiscard]] std::string wire_timestamp(std::chrono::system_clock::time_point time);
[[nodiscard]] std::string wire_timestamp(std::chrono::sys_time<Ticks> time);

/// "Mon, 11 Nov 2024 09:05:02 GMT", for the `date` header.
[[nodiscard]] std::string http_date(std::chrono::system_clock::time_point time);

/// "108.7297": milliseconds with at most four decimals (section 1.6).
[[nodiscard]] std::string wire_milliseconds(std::chrono::nanoseconds duration);

}  // namespace dynsessions::surfaces::data_plane
