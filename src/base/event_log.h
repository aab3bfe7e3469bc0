#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg {

/// Something that happened and is worth keeping: a score, a match, a login. Not a line for a human to read
/// (that is oofgg/log.h), and nothing that correctness depends on (that is a store). Never holds secrets.
/// Kinds and their fields are in base/event_kinds.h; docs/event-log.md says what readers get.
struct EventRecord {
  using Value = std::variant<std::string, std::int64_t, double, bool>;

  WallTime at{};
  std::string kind;  ///< Room and past tense: `score.submitted`, `match.started`.
  std::string key;   ///< What it is about, such as a player id: records of one key stay in order.
  std::vector<std::pair<std::string, Value>> fields;  ///< Names are [a-z_]+, none of `v id at kind key`.
  /// Readers drop a record whose id they have seen. Who appends one again for a repeated call gives it the
  /// same id; empty: the log makes one.
  std::string id = {};
};

/// The record of what happened, kept as JSON lines or sent to Kafka.
/// Threads: safe. Records of one thread stay in order.
class EventLog {
 public:
  virtual ~EventLog() = default;

  /// Asked before anything is changed that will be recorded: kUnavailable, with when to come back, where the
  /// record could not be kept. What was let in can be appended, unless very many were at once. Does not wait.
  [[nodiscard]] virtual Status CheckRoom() { return {}; }

  /// Keeps the record: when this returns OK it survives the death of this process, though a power cut may
  /// take the last second. Waits for no disk and no network. kUnavailable: it is not kept.
  [[nodiscard]] virtual Status Append(EventRecord record) = 0;

  /// Waits until everything appended before survives a power cut too.
  [[nodiscard]] virtual Status Flush() = 0;
};

/// Appends what has happened already and cannot be refused any more: where it is not kept, the operator is
/// told, by oofgg/log.h.
void AppendOrTell(EventLog& log, EventRecord record);

/// Keeps nothing.
class NullEventLog final : public EventLog {
 public:
  Status Append(EventRecord record) override {
    static_cast<void>(record);
    return {};
  }
  Status Flush() override { return {}; }
};

}  // namespace oofgg
