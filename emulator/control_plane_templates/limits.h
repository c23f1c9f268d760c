#pragma once

#include <cstddef>

/// Bounds of a template. Those of the service are documented ("Azure Resource Manager template
/// limits"); those of the emulator keep a hostile template from using memory and time.
namespace dynsessions::control_plane_templates::limits {

inline constexpr std::size_t kTemplateBytes = std::size_t{4} << 20;  ///< a limit of the service
inline constexpr std::size_t kParameters = 256;                      ///< a limit of the service
inline constexpr std::size_t kVariables = 512;                       ///< a limit of the service
inline constexpr std::size_t kResources = 800;           ///< of the service, with copies
inline constexpr std::size_t kOutputs = 64;              ///< a limit of the service
inline constexpr std::size_t kExpressionBytes = 24'576;  ///< a limit of the service
inline constexpr std::size_t kCopies = 800;              ///< of the service, per loop
inline constexpr std::size_t kRange = 10'000;            ///< of the service: range()

inline constexpr int kJsonDepth = 64;                ///< nested objects and arrays
inline constexpr std::size_t kExpressionDepth = 64;  ///< nested calls in one expression
/// Depth of nested evaluations, including variables.
inline constexpr std::size_t kEvaluationDepth = 256;

/// Limit of bytes that the evaluation of one template copies and produces: about a tenth of a
/// second.
inline constexpr std::size_t kEvaluationBytes = std::size_t{32} << 20;

}  // namespace dynsessions::control_plane_templates::limits
