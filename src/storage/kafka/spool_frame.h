#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/event_kinds.h"

namespace oofgg::storage {

/// A record as it waits for Kafka.
struct SpoolRecord {
  EventStream stream = EventStream::kLogs;
  std::int64_t at_ms = 0;  ///< When it was appended, since 1970.
  std::string key;
  std::string value;  ///< The JSON, without a line feed.
};

/// What a key and a value may come to; Kafka's brokers take messages of 1 MB by default.
inline constexpr std::size_t kMaxSpoolRecord = 512 * 1024;

/// A record in a segment: lengths and a checksum, in hexadecimal so that a person can read along, then key,
/// value and a line feed.
[[nodiscard]] std::string ToFrame(const SpoolRecord& record);

/// What `bytes` begin with.
struct SpoolFrame {
  enum class State : std::uint8_t {
    kWhole,
    kCut,    ///< It ends before the frame does.
    kBroken  ///< No frame, or not the one that was written.
  };
  State state = State::kBroken;
  std::size_t size = 0;  ///< Of a whole one.
  SpoolRecord record{};
};
[[nodiscard]] SpoolFrame FromFrame(std::string_view bytes);

/// How far the whole frames go that `bytes` begin with, and what is behind them.
struct SpoolEnd {
  std::size_t whole = 0;
  /// More than the half of a frame, or the zeroes, that the end of a process or of a machine leaves.
  bool is_damaged = false;
};
[[nodiscard]] SpoolEnd FindEnd(std::string_view bytes);

}  // namespace oofgg::storage
