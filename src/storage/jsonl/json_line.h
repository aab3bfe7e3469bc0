#pragma once

#include <string>

#include "base/event_log.h"

namespace oofgg::storage {

/// One record as one line of JSON, its line feed included:
/// {"v":1,"id":"…","at":"2030-01-01T00:00:00.000Z","kind":"score.submitted","key":"…","value":3}
[[nodiscard]] std::string ToJsonLine(const EventRecord& record);

}  // namespace oofgg::storage
