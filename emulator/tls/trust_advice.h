#pragma once

#include <filesystem>
#include <string>

namespace dynsessions::tls {

/// Returns the path of an authority's certificate on the first line. Below it is, for each kind of
/// client, a line to copy that makes the client trust the authority. `java_store` is a trust store
/// for Java.
[[nodiscard]] std::string trust_advice(const std::filesystem::path& authority_file,
                                       const std::filesystem::path& java_store);

}  // namespace dynsessions::tls
