#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "game/event_relay.h"
#include "oofgg/clock.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// How much of a session's past is kept for those who resume and those who read slowly.
struct EventWindow {
  std::size_t events = 1024;
  std::size_t bytes = std::size_t{1} << 20;
  Duration age = std::chrono::minutes(10);  ///< What is older is not told to who comes.
  std::size_t streams_per_player = 4;       ///< Open at once in one session.
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

/// In a stream's first message instead of the number of the last event seen: it begins with the oldest one
/// kept. No event has it.
inline constexpr std::uint64_t kBeforeAll = std::numeric_limits<std::uint64_t>::max();

/// Whether a reader counts among its player's streams. Game servers do not: many may have one credential.
enum class StreamLimit : std::uint8_t { kPerPlayer, kNone };

class EventCursor;

/// The ordered events of one session: numbered as they come, the newest kept in a window. A reader is a
/// cursor into the window, so that a thousand readers cost no more memory than their thousand numbers, and
/// one that is too slow loses its place instead of making a queue grow (docs/decisions/0010). Where several
/// instances share the session, events, numbers and the window come from its log (docs/decisions/0036).
/// Threads: safe. Wakers run with no lock of the channel held.
class EventChannel final : public EventRelay::Follower, public std::enable_shared_from_this<EventChannel> {
 public:
  /// The first event gets number `last_sequence` + 1.
  EventChannel(std::string session_id, std::uint64_t last_sequence, const Clock& clock, EventWindow window);

  /// A channel that follows the session's log. Readers may come at once; they hear nothing until it is read.
  [[nodiscard]] static std::shared_ptr<EventChannel> MakeShared(const std::string& session_id,
                                                                EventRelay& relay, const Clock& clock,
                                                                EventWindow window);

  /// Numbers the event, names it after its number (`id`) and shows it to every cursor. Returns the number.
  /// Of a channel that is not shared.
  std::uint64_t Publish(GameEvent event);
  /// The same with what it does to streams.
  void Apply(RelayEntry entry);

  /// A cursor for `player_id`. `wake` is called, once, when `EventCursor::Next` has something to say after it
  /// last had nothing; it must be cheap and must not call back.
  /// kOutOfRange with reason EVENTS_GONE: events after `start.after` have left the window; the message says
  /// which. kInvalidArgument: `start.after` was never given out. kResourceExhausted: too many streams of the
  /// player. Where the log is yet to be read, the first two come by the cursor; kUnavailable, there or here:
  /// it cannot be read now.
  StatusOr<std::unique_ptr<EventCursor>> Subscribe(std::string_view player_id, EventStart start,
                                                   std::function<void()> wake,
                                                   StreamLimit limit = StreamLimit::kPerPlayer);

  /// Ends all cursors with `status` behind what they have yet to read; nothing more is said here.
  void End(const Status& status);

  /// Ends all cursors of the player with `status`, whatever let them in.
  void Kick(std::string_view player_id, const Status& status);

  [[nodiscard]] std::uint64_t last_sequence() const;
  [[nodiscard]] std::size_t reader_count() const;
  /// The session was gone when its log was to be read: all readers end, and it needs another channel if it
  /// should ever be there again.
  [[nodiscard]] bool IsGone() const;
  /// When the last event came or the last reader went; the far future while there are readers.
  [[nodiscard]] TimePoint IdleSince() const;

  // For the relay.
  void OnOpened(std::uint64_t base, std::vector<RelayEntry> kept) override;
  void OnEntries(std::vector<RelayEntry> entries) override;
  void OnLost(std::uint64_t first, std::uint64_t last) override;
  void OnUnavailable(const Status& why) override;
  void OnGone(const Status& why) override;

 private:
  friend class EventCursor;
  using Stored = std::shared_ptr<const GameEvent>;
  struct Kept {
    Stored event;
    TimePoint since;  // When it came, to whichever instance.
  };
  struct Reader {
    std::string player_id;
    std::function<void()> wake;
    EventStart start;
    std::uint64_t place = 0;      // Of the next event, counting all that came to this channel.
    std::uint64_t seen = 0;       // The number of the last event given out, or that it resumed after.
    std::uint64_t began = 0;      // The number that it began behind.
    bool placed = false;          // Not while the log is yet to be read.
    bool waiting = true;          // `Next` had nothing to say; the next event wakes.
    std::int64_t checked_at = 0;  // By which version of the session's row they may be here.
    std::int64_t kicked_at = 0;   // By which they were last put out, and why.
    Status kick;
    Status ended;                  // Not OK: what it ends with.
    std::vector<GameEvent> early;  // Its own, from before it was placed.
  };
  using Readers = std::vector<std::shared_ptr<Reader>>;

  [[nodiscard]] Status CheckLimitLocked(std::string_view player_id) const;
  [[nodiscard]] Status PlaceLocked(Reader& reader) const;
  [[nodiscard]] Status CheckAheadLocked(std::uint64_t after) const;
  StatusOr<Stored> NextFor(Reader& reader);
  std::optional<std::uint64_t> BeganFor(const Reader& reader) const;
  Status PublishFor(const std::shared_ptr<Reader>& reader, GameEvent event);
  static Status KeepEarlyLocked(Reader& reader, GameEvent event);
  Status SendEarly(const std::shared_ptr<Reader>& reader);
  Status Send(const std::shared_ptr<Reader>& reader, GameEvent event);
  void Unsubscribe(const Reader* reader);
  void AddLocked(GameEvent event, TimePoint since, Readers& to_wake);
  void TrimLocked(TimePoint now);
  void DropOldestLocked();
  void KickLocked(std::string_view player_id, std::int64_t version, const Status& why, Readers& to_wake);
  void ConfirmFor(Reader& reader, std::int64_t row_version);
  void ApplyLocked(RelayEntry entry, Readers& to_wake);
  void LoseLocked(std::uint64_t first, std::uint64_t last, Readers& to_wake);
  static void WakeAll(const Readers& readers);
  [[nodiscard]] std::uint64_t FirstPlaceLocked() const { return end_place_ - window_.size(); }
  [[nodiscard]] std::uint64_t OldestLocked() const {
    return window_.empty() ? last_ + 1 : window_.front().event->sequence;
  }

  const std::string session_id_;
  const Clock& clock_;
  const EventWindow limits_;
  mutable std::mutex mutex_;     // A leaf: nothing is called with it held.
  std::uint64_t last_;           // The number of the last event.
  std::uint64_t before_;         // Who has seen all up to this one misses nothing that the window has not.
  std::deque<Kept> window_;      // Numbers grow; where runs meet they jump.
  std::uint64_t end_place_ = 0;  // How many events came to this channel.
  std::size_t window_bytes_ = 0;
  Readers readers_;
  TimePoint idle_since_;
  Status ended_;  // Not OK: what all end with.

  // Where it is shared:
  EventRelay* relay_ = nullptr;
  std::unique_ptr<EventRelay::Following> following_;
  bool opened_ = true;             // The log was read.
  bool is_gone_ = false;           // It is there no more, nor is the session.
  Status unavailable_;             // Not OK: why it was not.
  std::uint64_t jumped_from_ = 0;  // The last number here when numbers last jumped.
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
  StatusOr<std::shared_ptr<const GameEvent>> Next() {
    OOFGG_RETURN_IF_ERROR(channel_->SendEarly(reader_));
    return channel_->NextFor(*reader_);
  }

  /// The number that the reader began behind; nothing while the log is yet to be read.
  [[nodiscard]] std::optional<std::uint64_t> Began() const { return channel_->BeganFor(*reader_); }

  /// The reader may be here, by this version of the session's row: to be put out by an earlier one does not
  /// count.
  void Confirm(std::int64_t row_version) { channel_->ConfirmFor(*reader_, row_version); }

  /// Publishes an event of the reader's. kUnavailable, here or later by `Next`: it was not told, or it is not
  /// known whether it was.
  Status Publish(GameEvent event) { return channel_->PublishFor(reader_, std::move(event)); }

 private:
  std::shared_ptr<EventChannel> channel_;
  std::shared_ptr<EventChannel::Reader> reader_;
};

}  // namespace oofgg::game
