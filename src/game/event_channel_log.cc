// EventChannel: what comes from a log that several instances share.
#include <algorithm>
#include <chrono>
#include <utility>

#include "game/event_channel.h"

namespace oofgg::game {
namespace {

using Effect = RelayEntry::Effect;

// Of one reader, while the log is yet to be read.
constexpr std::size_t kMostEarly = 256;
constexpr std::chrono::milliseconds kEarlyRetryDelay{1'000};

Status EventsAreGone(std::uint64_t first, std::uint64_t last) {
  return WithReason(MakeStatus(StatusCode::kOutOfRange,
                               "events " + std::to_string(first) + " to " + std::to_string(last) +
                                   " are lost; open the stream without a sequence to go on with the next "
                                   "event"),
                    "EVENTS_GONE");
}

}  // namespace

std::shared_ptr<EventChannel> EventChannel::MakeShared(const std::string& session_id, EventRelay& relay,
                                                       const Clock& clock, EventWindow window) {
  auto channel = std::make_shared<EventChannel>(session_id, 0, clock, window);
  channel->relay_ = &relay;
  channel->opened_ = false;
  channel->following_ = relay.Follow(session_id, channel);
  return channel;
}

Status EventChannel::PublishFor(const std::shared_ptr<Reader>& reader, GameEvent event) {
  if (relay_ == nullptr) {
    Publish(std::move(event));
    return {};
  }
  {
    const std::lock_guard lock(mutex_);
    if (!reader->placed && reader->ended.ok()) return KeepEarlyLocked(*reader, std::move(event));
  }
  OOFGG_RETURN_IF_ERROR(SendEarly(reader));
  return Send(reader, std::move(event));
}

// Who begins with what comes next hears their own events, so these must not be in the log before it is read.
Status EventChannel::KeepEarlyLocked(Reader& reader, GameEvent event) {
  if (reader.early.size() >= kMostEarly) {
    return RetryLater(StatusCode::kUnavailable,
                      "the session's events are yet to be read; send less until then", kEarlyRetryDelay);
  }
  reader.early.push_back(std::move(event));
  return {};
}

Status EventChannel::SendEarly(const std::shared_ptr<Reader>& reader) {
  if (relay_ == nullptr) return {};
  std::vector<GameEvent> early;
  {
    const std::lock_guard lock(mutex_);
    if (!reader->placed) return {};
    early.swap(reader->early);
  }
  for (GameEvent& event : early) OOFGG_RETURN_IF_ERROR(Send(reader, std::move(event)));
  return {};
}

Status EventChannel::Send(const std::shared_ptr<Reader>& reader, GameEvent event) {
  const auto on_failed = [channel = weak_from_this(), sender = std::weak_ptr(reader)](const Status& why) {
    const auto here = channel.lock();
    const auto its = sender.lock();
    if (here == nullptr || its == nullptr) return;
    {
      const std::lock_guard lock(here->mutex_);
      if (!its->ended.ok()) return;
      its->ended = why;
    }
    its->wake();
  };
  return relay_->Append(session_id_, {.event = std::move(event)}, on_failed);
}

void EventChannel::Apply(RelayEntry entry) {
  Readers to_wake;
  {
    const std::lock_guard lock(mutex_);
    entry.event.sequence = last_ + 1;
    ApplyLocked(std::move(entry), to_wake);
  }
  WakeAll(to_wake);
}

void EventChannel::OnOpened(std::uint64_t base, std::vector<RelayEntry> kept) {
  Readers to_wake;
  {
    const std::lock_guard lock(mutex_);
    last_ = before_ = base;
    for (RelayEntry& entry : kept) ApplyLocked(std::move(entry), to_wake);
    opened_ = true;
    unavailable_ = {};
    for (const auto& reader : readers_) {
      if (Status placed = PlaceLocked(*reader); !placed.ok()) reader->ended = std::move(placed);
      reader->waiting = false;
    }
    to_wake = readers_;
  }
  WakeAll(to_wake);
}

void EventChannel::OnEntries(std::vector<RelayEntry> entries) {
  Readers to_wake;
  {
    const std::lock_guard lock(mutex_);
    for (RelayEntry& entry : entries) ApplyLocked(std::move(entry), to_wake);
  }
  WakeAll(to_wake);
}

void EventChannel::ApplyLocked(RelayEntry entry, Readers& to_wake) {
  const std::uint64_t sequence = entry.event.sequence;
  if (sequence != last_ + 1) jumped_from_ = last_;
  if (entry.effect == Effect::kLost) {
    const bool is_itself = entry.lost_last == 0;
    LoseLocked(is_itself ? sequence : entry.lost_first, is_itself ? sequence : entry.lost_last, to_wake);
    last_ = sequence;
    return;
  }
  if (entry.effect == Effect::kKick) {
    KickLocked(entry.event.player_id, entry.row_version, entry.why, to_wake);
  }
  AddLocked(std::move(entry.event), clock_.Now() - entry.age, to_wake);
  if (entry.effect != Effect::kEnd) return;
  ended_ = entry.why;
  to_wake = readers_;
}

void EventChannel::OnLost(std::uint64_t first, std::uint64_t last) {
  Readers to_wake;
  {
    const std::lock_guard lock(mutex_);
    LoseLocked(first, last, to_wake);
    last_ = std::max(last_, last);
    before_ = std::max(before_, last);
  }
  WakeAll(to_wake);
}

// Who began behind it, or was told of it while it was there, has lost nothing.
void EventChannel::LoseLocked(std::uint64_t first, std::uint64_t last, Readers& to_wake) {
  if (jumped_from_ >= last) return;
  for (const auto& reader : readers_) {
    if (!reader->placed || !reader->ended.ok() || reader->began >= last) continue;
    const bool passed = reader->seen > last;
    reader->ended = EventsAreGone(passed ? first : reader->seen + 1, last);
    to_wake.push_back(reader);
  }
  while (!window_.empty() && window_.front().event->sequence <= last) DropOldestLocked();
  before_ = std::max(before_, last);
}

void EventChannel::OnUnavailable(const Status& why) {
  Readers to_wake;
  {
    const std::lock_guard lock(mutex_);
    if (opened_) return;
    unavailable_ = why;
    for (const auto& reader : readers_) {
      if (reader->ended.ok()) reader->ended = why;
    }
    to_wake = readers_;
  }
  WakeAll(to_wake);
}

void EventChannel::OnGone(const Status& why) {
  Readers to_wake;
  {
    const std::lock_guard lock(mutex_);
    is_gone_ = true;
    unavailable_ = why;
    ended_ =
        WithReason(MakeStatus(StatusCode::kOutOfRange, "events behind " + std::to_string(last_) +
                                                           " are lost, as the session is no longer there"),
                   "EVENTS_GONE");
    for (const auto& reader : readers_) {
      if (!reader->placed && reader->ended.ok()) reader->ended = why;
    }
    to_wake = readers_;
  }
  WakeAll(to_wake);
}

}  // namespace oofgg::game
