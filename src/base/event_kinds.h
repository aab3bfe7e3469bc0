#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/event_log.h"
#include "oofgg/status.h"

namespace oofgg {

/// Where records of a kind go: a Kafka topic each.
enum class EventStream : std::uint8_t { kLogs, kScores, kMatches };

/// `logs`, `scores` or `matches`.
[[nodiscard]] std::string_view NameOf(EventStream stream);

/// By what a kind begins with; logs, unless it is `score.` or `match.`.
[[nodiscard]] EventStream StreamOf(std::string_view kind);

/// A field that records of a kind have.
struct EventField {
  enum class Type : std::uint8_t { kText, kInteger, kNumber, kFlag };

  std::string_view name;
  Type type = Type::kText;
  bool is_optional = false;
};

/// A kind of record: version 1 of what readers may rely on. A field may be added to it, and a kind to the
/// table; what there is keeps its name, type and meaning. docs/event-log.schema.json says the same.
struct EventKind {
  std::string_view kind;
  std::span<const EventField> fields;
};

inline constexpr int kEventSchemaVersion = 1;

/// All that our servers write; whoever writes a new one adds it here, to the schema and to its document.
[[nodiscard]] std::span<const EventKind> EventKinds();

/// kInternal, which says why: no such kind, or not its fields. For tests.
[[nodiscard]] Status CheckEventRecord(const EventRecord& record);

}  // namespace oofgg
