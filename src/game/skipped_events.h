#pragma once

#include <cstdint>
#include <optional>

namespace oofgg::game {

/// How far a reader has come through events that are not for it. It is told now and then, by an event that
/// has a number and nothing else, not even an id: or it would one day ask to resume from where it last heard
/// something, long after that has left the window, and be told of losses that are none of its own.
class SkippedEvents {
 public:
  /// Of the 1,024 that a window holds.
  static constexpr std::uint32_t kToldAfter = 256;

  void Note(std::uint64_t sequence) {
    last_ = sequence;
    ++count_;
  }
  /// The reader got an event, whose number tells it.
  void Clear() { count_ = 0; }
  /// The number to tell a reader who has caught up.
  std::optional<std::uint64_t> TakeIfDue() {
    if (count_ < kToldAfter) return std::nullopt;
    count_ = 0;
    return last_;
  }

 private:
  std::uint64_t last_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace oofgg::game
