#pragma once

#include "emulator/conformance/cases/case.h"

namespace dynsessions::conformance {

/// Returns a correct file of one case, for tests that break it or run it.
inline Json sample_file() {
  return Json::parse(R"({
    "description": "one case",
    "cases": [{
      "id": "sample.get", "title": "it answers", "apiVersions": ["2024-10-02-preview"],
      "operation": "sample", "evidence": "guess", "section": "1", "cost": "cheap",
      "session": "fresh",
      "steps": [{
        "request": {"method": "GET", "path": "files"},
        "expect": {"status": 200, "json": {"who": "${identifier}"}}
      }]
    }]
  })");
}

}  // namespace dynsessions::conformance
