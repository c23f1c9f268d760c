#include "emulator/conformance/cases/case.h"

#include <algorithm>

#include <fnmatch.h>

namespace dynsessions::conformance {

bool Deviation::explains(const std::string& where) const {
  return std::any_of(at.begin(), at.end(), [&](const std::string& glob) {
    return ::fnmatch(glob.c_str(), where.c_str(), 0) == 0;
  });
}

std::string Case::source() const {
  return plane == Plane::control || section.empty() ? section : "CONTRACT.md " + section;
}

const char* name_of(Evidence evidence) {
  switch (evidence) {
    case Evidence::recorded:
      return "recorded";
    case Evidence::specified:
      return "specified";
    case Evidence::observed:
      return "observed";
    case Evidence::documented:
      return "documented";
    case Evidence::guess:
      return "guess";
  }
  return "";
}

std::chrono::seconds deadline_of(Cost cost) {
  // Long enough for a cold session; a slow case can reach the service's limit of 220 s.
  switch (cost) {
    case Cost::free:
      return std::chrono::seconds(15);
    case Cost::cheap:
      return std::chrono::seconds(60);
    case Cost::slow:
      return std::chrono::seconds(240);
  }
  return {};
}

}  // namespace dynsessions::conformance
