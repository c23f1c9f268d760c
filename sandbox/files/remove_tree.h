#pragma once

namespace dynsessions::sandbox {

/// Removes the directory `name` of `parent` with all that is in it, on whose way no link is
/// followed. No depth of it, nor a mode that its owner gave it, is too much. Nobody may work in it
/// meanwhile. What cannot be removed stays.
void remove_tree(int parent, const char* name);

}  // namespace dynsessions::sandbox
