#pragma once

#include <filesystem>
#include <string>

namespace dynsessions::tls {

/// The path of an authority's certificate on the first line, and below it a line to copy for each
/// kind of client that makes it trust the authority. `java_store` is a trust store for Java.
[[nodiscard]] std::string trust_advice(const std::filesystem::path& authority_file,
                                       const std::filesystem::path& java_store);

}  // namespace dynsessions::tls
