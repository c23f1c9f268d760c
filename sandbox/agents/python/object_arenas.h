#pragma once

/// Where Python's objects are in the zygote's memory. Python takes arenas of 1 MB from the kernel,
/// which puts them anywhere, and few of them together fill a large page. While the zygote loads its
/// packages its arenas are side by side instead, so that large pages hold nearly all of them: the
/// end of many sessions takes an eighth less time (docs/MEASURED.md).
namespace dynsessions::sandbox {

/// Arenas come from one region from now on, while there is room in it.
void gather_object_arenas();

/// Arenas come from the kernel again; the rest of the region is returned.
void stop_gathering_object_arenas();

}  // namespace dynsessions::sandbox
