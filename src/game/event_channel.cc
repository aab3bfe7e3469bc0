#include "game/event_channel.h"

#include <algorithm>
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
  for (const std::string& id : event.to_player_ids) size += sizeof id + id.size();
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
      idle_since_(clock.Now()) {}

std::uint64_t EventChannel::Publish(GameEvent event) {
  event.session_id = session_id_;
  const TimePoint now = clock_.Now();
  std::vector<std::shared_ptr<Reader>> to_wake;
  std::uint64_t sequence = 0;
  {
    const std::lock_guard lock(mutex_);
    sequence = ++last_;
    event.sequence = sequence;
    event.id = session_id_ + "/" + std::to_string(sequence);  // Unique without a random source.
    window_bytes_ += SizeOf(event);
    window_.push_back(std::make_shared<const GameEvent>(std::move(event)));
    while (window_.size() > limits_.events || (window_bytes_ > limits_.bytes && window_.size() > 1)) {
      window_bytes_ -= SizeOf(*window_.front());
      window_.pop_front();
    }
    idle_since_ = now;
    for (const auto& reader : readers_) {
      if (std::exchange(reader->waiting, false)) to_wake.push_back(reader);
    }
  }
  for (const auto& reader : to_wake) reader->wake();
  return sequence;
}

// The number behind which a reader begins.
StatusOr<std::uint64_t> EventChannel::PlaceOfLocked(EventStart start) const {
  if (start.at == EventStart::At::kNow) return last_;
  if (start.at == EventStart::At::kOldest) return OldestLocked() - 1;
  if (start.after > last_) {
    return InvalidField("sequence", "is beyond the session's last event, " + std::to_string(last_) +
                                        "; send the last one received, or 0 to begin with the next");
  }
  if (start.after + 1 >= OldestLocked()) return start.after;
  return WithReason(MakeStatus(StatusCode::kOutOfRange,
                               Range(start.after + 1, OldestLocked() - 1) +
                                   " are no longer kept; open the stream without a sequence to go on "
                                   "with the next event"),
                    "EVENTS_GONE");
}

StatusOr<std::unique_ptr<EventCursor>> EventChannel::Subscribe(std::string_view player_id, EventStart start,
                                                               std::function<void()> wake) {
  auto reader = std::make_shared<Reader>();
  reader->player_id = player_id;
  reader->wake = std::move(wake);
  bool behind = false;
  {
    const std::lock_guard lock(mutex_);
    const auto same = std::count_if(readers_.begin(), readers_.end(),
                                    [&](const auto& other) { return other->player_id == player_id; });
    if (static_cast<std::size_t>(same) >= limits_.streams_per_player) {
      return MakeStatus(StatusCode::kResourceExhausted, "the player has " + std::to_string(same) +
                                                            " streams open on this session; close one first");
    }
    OOFGG_ASSIGN_OR_RETURN(reader->seen, PlaceOfLocked(start));
    // A listener need not ask on its own: what is in the window already is announced like news.
    behind = reader->seen != last_;
    reader->waiting = !behind;
    readers_.push_back(reader);
  }
  if (behind) reader->wake();
  return std::make_unique<EventCursor>(shared_from_this(), std::move(reader));
}

void EventChannel::End(const Status& status) {
  std::vector<std::shared_ptr<Reader>> readers;
  {
    const std::lock_guard lock(mutex_);
    ended_ = status;
    readers = readers_;
  }
  for (const auto& reader : readers) reader->wake();
}

void EventChannel::Kick(std::string_view player_id, const Status& status) {
  std::vector<std::shared_ptr<Reader>> kicked;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& reader : readers_) {
      if (reader->player_id != player_id || !reader->ended.ok()) continue;
      reader->ended = status;
      kicked.push_back(reader);
    }
  }
  for (const auto& reader : kicked) reader->wake();
}

StatusOr<EventChannel::Stored> EventChannel::NextFor(Reader& reader) {
  const std::lock_guard lock(mutex_);
  if (!reader.ended.ok()) return reader.ended;
  if (reader.seen == last_) {
    if (!ended_.ok()) return ended_;
    reader.waiting = true;
    return nullptr;
  }
  const std::uint64_t oldest = OldestLocked();
  if (reader.seen + 1 < oldest) {
    reader.ended = WithReason(MakeStatus(StatusCode::kAborted, "the stream was read too slowly: " +
                                                                   Range(reader.seen + 1, oldest - 1) +
                                                                   " are lost; open it again to go on"),
                              "SLOW_CONSUMER");
    return reader.ended;
  }
  ++reader.seen;
  return window_[reader.seen - oldest];
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

TimePoint EventChannel::IdleSince() const {
  const std::lock_guard lock(mutex_);
  return readers_.empty() ? idle_since_ : kNever;
}

}  // namespace oofgg::game
