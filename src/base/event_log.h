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
struct EventRecord {
  using Value = std::variant<std::string, std::int64_t, double, bool>;

  WallTime at{};
  std::string kind;  ///< Room and past tense: `score.submitted`, `match.started`.
  std::string key;   ///< What it is about, such as a player id: records of one key stay in order.
  std::vector<std::pair<std::string, Value>> fields;  ///< Names are [a-z_]+ and none of `at kind key`.
};

/// The record of what happened, kept as JSON lines or sent to Kafka.
/// Threads: safe. Records of one thread stay in order.
class EventLog {
 public:
  virtual ~EventLog() = default;

  /// Takes the record and returns without waiting for a disk or a network. When the log cannot keep up,
  /// the record is dropped, counted and reported in the log itself.
  virtual void Append(EventRecord record) = 0;

  /// Waits until everything appended before is as safe as the implementation can make it.
  virtual Status Flush() = 0;
};

/// Keeps nothing.
class NullEventLog final : public EventLog {
 public:
  void Append(EventRecord record) override { static_cast<void>(record); }
  Status Flush() override { return {}; }
};

}  // namespace oofgg
