#pragma once

namespace dynsessions::sandbox {

/// Removes the directory `name` of `parent` with everything in it, without following links. Any
/// depth and any mode is handled. It must not be in use in the meantime. A file that cannot be
/// removed stays.
void remove_tree(int parent, const char* name);

}  // namespace dynsessions::sandbox
