#include "game/event_channel.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace oofgg::game {
namespace {

std::string Range(std::uint64_t first, std::uint64_t last) {
  return "events " + std::to_string(first) + " to " + std::to_string(last);
}

}  // namespace

std::size_t SizeOf(const GameEvent& event) {
  std::size_t size = sizeof(GameEvent) + event.id.size() + event.name.size() + event.game_id.size() +
                     event.player_id.size() + event.session_id.size() + event.team_id.size() +
                     event.data.size();
  for (const std::string& id : event.to_player_ids) size += sizeof(std::string) + id.size();
  for (const auto& [key, value] : event.attributes) {
    const auto* text = std::get_if<std::string>(&value);
    size += sizeof(Attributes::value_type) + key.size() + (text != nullptr ? text->size() : 0);
  }
  return size;
}

EventChannel::EventChannel(std::string session_id, std::uint64_t last_sequence, const Clock& clock,
                           EventWindow window)
    : session_id_(std::move(session_id)),
      clock_(clock),
      limits_(window),
      last_(last_sequence),
      before_(last_sequence),
      idle_since_(clock.Now()) {}

std::uint64_t EventChannel::Publish(GameEvent event) {
  Readers to_wake;
  std::uint64_t sequence = 0;
  {
    const std::lock_guard lock(mutex_);
    sequence = last_ + 1;
    event.sequence = sequence;
    AddLocked(std::move(event), clock_.Now(), to_wake);
  }
  WakeAll(to_wake);
  return sequence;
}

// An event that has its number.
void EventChannel::AddLocked(GameEvent event, TimePoint since, Readers& to_wake) {
  event.session_id = session_id_;
  event.id = session_id_ + "/" + std::to_string(event.sequence);  // Unique without a random source.
  last_ = event.sequence;
  window_bytes_ += SizeOf(event);
  window_.push_back({std::make_shared<const GameEvent>(std::move(event)), since});
  ++end_place_;
  const TimePoint now = clock_.Now();
  TrimLocked(now);
  idle_since_ = now;
  for (const auto& reader : readers_) {
    if (reader->placed && std::exchange(reader->waiting, false)) to_wake.push_back(reader);
  }
}

void EventChannel::TrimLocked(TimePoint now) {
  const auto is_too_much = [&] {
    return window_.size() > limits_.events || (window_bytes_ > limits_.bytes && window_.size() > 1) ||
           now - window_.front().since > limits_.age;
  };
  while (!window_.empty() && is_too_much()) {
    before_ = window_.front().event->sequence;
    DropOldestLocked();
  }
}

void EventChannel::DropOldestLocked() {
  window_bytes_ -= SizeOf(*window_.front().event);
  window_.pop_front();
}

void EventChannel::WakeAll(const Readers& readers) {
  for (const auto& reader : readers) reader->wake();
}

// Where the reader begins.
Status EventChannel::PlaceLocked(Reader& reader) const {
  reader.placed = true;
  reader.place = end_place_;
  reader.seen = last_;
  if (reader.start.at == EventStart::At::kOldest) {
    reader.place = FirstPlaceLocked();
    reader.seen = before_;
  } else if (reader.start.at == EventStart::At::kAfter) {
    const std::uint64_t after = reader.start.after;
    if (after > last_) OOFGG_RETURN_IF_ERROR(CheckAheadLocked(after));
    if (after < before_) {
      return WithReason(MakeStatus(StatusCode::kOutOfRange,
                                   Range(after + 1, OldestLocked() - 1) +
                                       " are no longer kept; open the stream without a sequence to go on "
                                       "with the next event"),
                        "EVENTS_GONE");
    }
    const auto next = std::upper_bound(
        window_.begin(), window_.end(), after,
        [](std::uint64_t number, const Kept& kept) { return number < kept.event->sequence; });
    reader.place = end_place_ - static_cast<std::uint64_t>(window_.end() - next);
    reader.seen = after;
  }
  reader.began = reader.seen;
  return {};
}

// Another instance may be ahead of this one by some events, and by as many runs as stores pass over when they
// may have forgotten some, twice.
Status EventChannel::CheckAheadLocked(std::uint64_t after) const {
  constexpr unsigned kRunShift = 32;
  constexpr std::uint64_t kRunsAhead = 128;
  if (relay_ != nullptr && (after >> kRunShift) <= (last_ >> kRunShift) + kRunsAhead) return {};
  return InvalidField("sequence", "is beyond the session's last event, " + std::to_string(last_) +
                                      "; send the last one received, or 0 to begin with the next");
}

StatusOr<std::unique_ptr<EventCursor>> EventChannel::Subscribe(std::string_view player_id, EventStart start,
                                                               std::function<void()> wake,
                                                               StreamLimit limit) {
  auto reader = std::make_shared<Reader>();
  reader->player_id = player_id;
  reader->wake = std::move(wake);
  reader->start = start;
  bool behind = false;
  {
    const std::lock_guard lock(mutex_);
    if (limit == StreamLimit::kPerPlayer) OOFGG_RETURN_IF_ERROR(CheckLimitLocked(player_id));
    if (opened_) {
      TrimLocked(clock_.Now());
      OOFGG_RETURN_IF_ERROR(PlaceLocked(*reader));
      // A listener need not ask on its own: what is in the window already is announced like news.
      behind = reader->place != end_place_;
    } else {
      OOFGG_RETURN_IF_ERROR(unavailable_);
    }
    reader->waiting = !behind;
    readers_.push_back(reader);
  }
  if (behind) reader->wake();
  return std::make_unique<EventCursor>(shared_from_this(), std::move(reader));
}

Status EventChannel::CheckLimitLocked(std::string_view player_id) const {
  const auto same = std::count_if(readers_.begin(), readers_.end(),
                                  [&](const auto& other) { return other->player_id == player_id; });
  if (static_cast<std::size_t>(same) < limits_.streams_per_player) return {};
  return MakeStatus(StatusCode::kResourceExhausted, "the player has " + std::to_string(same) +
                                                        " streams open on this session; close one first");
}

void EventChannel::End(const Status& status) {
  Readers readers;
  {
    const std::lock_guard lock(mutex_);
    ended_ = status;
    readers = readers_;
  }
  WakeAll(readers);
}

void EventChannel::Kick(std::string_view player_id, const Status& status) {
  Readers kicked;
  {
    const std::lock_guard lock(mutex_);
    KickLocked(player_id, std::numeric_limits<std::int64_t>::max(), status, kicked);
  }
  WakeAll(kicked);
}

void EventChannel::KickLocked(std::string_view player_id, std::int64_t version, const Status& why,
                              Readers& to_wake) {
  for (const auto& reader : readers_) {
    if (reader->player_id != player_id || version <= reader->kicked_at) continue;
    reader->kicked_at = version;
    reader->kick = why;
    to_wake.push_back(reader);
  }
}

void EventChannel::ConfirmFor(Reader& reader, std::int64_t row_version) {
  const std::lock_guard lock(mutex_);
  reader.checked_at = row_version;
}

StatusOr<EventChannel::Stored> EventChannel::NextFor(Reader& reader) {
  const std::lock_guard lock(mutex_);
  if (reader.ended.ok() && reader.kicked_at > reader.checked_at) reader.ended = reader.kick;
  if (!reader.ended.ok()) return reader.ended;
  const std::uint64_t first = FirstPlaceLocked();
  // Where another instance was ahead, what it has told is not told again.
  while (reader.placed && reader.place >= first && reader.place < end_place_ &&
         window_[reader.place - first].event->sequence <= reader.seen) {
    ++reader.place;
  }
  if (!reader.placed || reader.place == end_place_) {
    if (reader.placed && !ended_.ok()) return ended_;
    reader.waiting = true;
    return nullptr;
  }
  if (reader.place < first) {
    reader.ended = WithReason(
        MakeStatus(StatusCode::kAborted,
                   "the stream was read too slowly: " + Range(reader.seen + 1, OldestLocked() - 1) +
                       " are lost; open it again to go on"),
        "SLOW_CONSUMER");
    return reader.ended;
  }
  const Stored& next = window_[reader.place++ - first].event;
  reader.seen = next->sequence;
  return next;
}

std::optional<std::uint64_t> EventChannel::BeganFor(const Reader& reader) const {
  const std::lock_guard lock(mutex_);
  return reader.placed ? std::optional(reader.began) : std::nullopt;
}

void EventChannel::Unsubscribe(const Reader* reader) {
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  std::erase_if(readers_, [reader](const auto& other) { return other.get() == reader; });
  if (readers_.empty()) idle_since_ = now;
}

std::uint64_t EventChannel::last_sequence() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::size_t EventChannel::reader_count() const {
  const std::lock_guard lock(mutex_);
  return readers_.size();
}

bool EventChannel::IsGone() const {
  const std::lock_guard lock(mutex_);
  return is_gone_;
}

TimePoint EventChannel::IdleSince() const {
  const std::lock_guard lock(mutex_);
  return readers_.empty() ? idle_since_ : kNever;
}

}  // namespace oofgg::game
