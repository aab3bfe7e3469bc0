#include "base/event_log.h"

#include "oofgg/log.h"

namespace oofgg {

void AppendOrTell(EventLog& log, EventRecord record) {
  const std::string what = record.kind + " of " + record.key;
  if (const Status kept = log.Append(std::move(record)); !kept.ok()) {
    Log(LogLevel::kError, "event_log", what + " is not recorded: " + std::string(kept.message()));
  }
}

}  // namespace oofgg
