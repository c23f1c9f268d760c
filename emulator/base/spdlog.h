#pragma once

// spdlog, for files that log. fmt 9 formats in a function template, which is in libfmt but is not
// declared so: without this declaration every library compiles it again, for a second or two.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

FMT_BEGIN_NAMESPACE
namespace detail {
extern template void vformat_to<char>(buffer<char>&, basic_string_view<char>,
                                      basic_format_args<FMT_BUFFER_CONTEXT(type_identity_t<char>)>,
                                      locale_ref);
}  // namespace detail
FMT_END_NAMESPACE
