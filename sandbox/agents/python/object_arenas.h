#pragma once

/// Where Python's objects are in the zygote's memory. Python asks the kernel for arenas of 1 MB,
/// which are then anywhere, and a large page (2 MB) can replace few of them. While the zygote loads
/// its packages, its arenas are side by side instead, and large pages can replace nearly all: the
/// end of many sessions takes an eighth less time (docs/MEASURED.md).
namespace dynsessions::sandbox {

/// Arenas come from one region from now on, while there is room in it.
void gather_object_arenas();

/// Arenas come from the kernel again; the rest of the region is returned.
void stop_gathering_object_arenas();

}  // namespace dynsessions::sandbox
