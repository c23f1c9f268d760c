#pragma once

#include <filesystem>

namespace dynsessions {

/// Makes sure that sessions can import IPython, before anything is started for them. Looks for the
/// package in the environment's directories, which takes microseconds, and only if it is not there
/// asks the Python itself. Throws EngineUnavailable with the cure. Call it before threads exist: it
/// can start a process.
void require_ipython(const std::filesystem::path& python);

}  // namespace dynsessions
