#pragma once

// Includes spdlog for files that log. libfmt 9 contains fmt's formatting template but does not
// declare it `extern`: without the declaration below, every library would compile it again for a
// second or two.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

FMT_BEGIN_NAMESPACE
namespace detail {
extern template void vformat_to<char>(buffer<char>&, basic_string_view<char>,
                                      basic_format_args<FMT_BUFFER_CONTEXT(type_identity_t<char>)>,
                                      locale_ref);
}  // namespace detail
FMT_END_NAMESPACE
