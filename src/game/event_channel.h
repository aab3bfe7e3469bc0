#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// How much of a session's past is kept for those who resume and those who read slowly.
struct EventWindow {
  std::size_t events = 1024;
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t streams_per_player = 4;  ///< Open at once in one session.
};

/// What an event takes in the window, roughly: its texts and attributes.
[[nodiscard]] std::size_t SizeOf(const GameEvent& event);

/// Where a reader begins.
struct EventStart {
  enum class At : std::uint8_t {
    kNow,     ///< With the next event.
    kOldest,  ///< With the oldest one kept.
    kAfter,   ///< Behind the event with number `after`, to resume.
  };
  At at = At::kNow;
  std::uint64_t after = 0;
};

class EventCursor;

/// The ordered events of one session: numbered as they come, the newest kept in a window. A reader is a
/// cursor into the window, so that a thousand readers cost no more memory than their thousand numbers, and
/// one that is too slow loses its place instead of making a queue grow (docs/decisions/0010).
/// Threads: safe. Wakers run with no lock held.
class EventChannel : public std::enable_shared_from_this<EventChannel> {
 public:
  /// The first event gets number `last_sequence` + 1.
  EventChannel(std::string session_id, std::uint64_t last_sequence, const Clock& clock, EventWindow window);

  /// Numbers the event, names it after its number (`id`) and shows it to every cursor. Returns the number.
  std::uint64_t Publish(GameEvent event);

  /// A cursor for `player_id`. `wake` is called, once, when `EventCursor::Next` has something to say after it
  /// last had nothing; it must be cheap and must not call back.
  /// kOutOfRange with reason EVENTS_GONE: events after `start.after` have left the window; the message says
  /// which. kInvalidArgument: `start.after` was never given out. kResourceExhausted: too many streams of the
  /// player.
  StatusOr<std::unique_ptr<EventCursor>> Subscribe(std::string_view player_id, EventStart start,
                                                   std::function<void()> wake);

  /// Ends all cursors with `status` behind what they have yet to read; nothing more is said here.
  void End(const Status& status);

  /// Ends all cursors of the player with `status`.
  void Kick(std::string_view player_id, const Status& status);

  [[nodiscard]] std::uint64_t last_sequence() const;
  [[nodiscard]] std::size_t reader_count() const;
  /// When the last event came or the last reader went; the far future while there are readers.
  [[nodiscard]] TimePoint IdleSince() const;

 private:
  friend class EventCursor;
  using Stored = std::shared_ptr<const GameEvent>;
  struct Reader {
    std::string player_id;
    std::function<void()> wake;
    std::uint64_t seen = 0;  // The number of the last event given out.
    bool waiting = true;     // `Next` had nothing to say; the next event wakes.
    Status ended;            // Not OK: kicked.
  };

  [[nodiscard]] StatusOr<std::uint64_t> PlaceOfLocked(EventStart start) const;
  StatusOr<Stored> NextFor(Reader& reader);
  void Unsubscribe(const Reader* reader);
  [[nodiscard]] std::uint64_t OldestLocked() const { return last_ + 1 - window_.size(); }

  const std::string session_id_;
  const Clock& clock_;
  const EventWindow limits_;
  mutable std::mutex mutex_;  // A leaf: nothing is called with it held.
  std::uint64_t last_;
  std::deque<Stored> window_;  // Numbers OldestLocked() to last_.
  std::size_t window_bytes_ = 0;
  std::vector<std::shared_ptr<Reader>> readers_;
  TimePoint idle_since_;
  Status ended_;  // Not OK: what all end with.
};

/// One reader's place. Dropping it ends the reading. Threads: one at a time; the channel's are its own.
class EventCursor {
 public:
  EventCursor(std::shared_ptr<EventChannel> channel, std::shared_ptr<EventChannel::Reader> reader)
      : channel_(std::move(channel)), reader_(std::move(reader)) {}
  ~EventCursor() { channel_->Unsubscribe(reader_.get()); }
  EventCursor(const EventCursor&) = delete;
  EventCursor& operator=(const EventCursor&) = delete;

  /// The next event, or null when there is none yet.
  /// kAborted with reason SLOW_CONSUMER: the reader fell out of the window; the message says what it lost.
  /// Otherwise what `Kick` was given. An error is final.
  StatusOr<std::shared_ptr<const GameEvent>> Next() { return channel_->NextFor(*reader_); }

  [[nodiscard]] EventChannel& channel() { return *channel_; }

 private:
  std::shared_ptr<EventChannel> channel_;
  std::shared_ptr<EventChannel::Reader> reader_;
};

}  // namespace oofgg::game
