#include <algorithm>

#include "base/session_revoked.h"
#include "net/presence/farewells.h"
#include "net/presence/udp_players.h"

// What players are told, how often, and how they go.
namespace oofgg::net {
namespace {

using presence::HostTag;
using presence::ProtocolVersion;

constexpr std::size_t kMostUnderWay = 16;
constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::milliseconds kLongestPause{4'000};
constexpr std::chrono::milliseconds kPauseOfV1{500};
constexpr int kTimesOfV1 = 3;
// Datagrams that come in wait for no more than that.
constexpr int kServedInATurn = 64;

std::string ErrorLine(const Status& status) {
  std::string line;
  presence::AppendRefusal(line, status);
  return line;
}

}  // namespace

/// Sequences begin with the time, so that those of an earlier life are below, and the welcome says that
/// nothing was told before it.
void UdpPlayers::Welcome(Slot slot) {
  UdpSession& session = sessions_[slot];
  if (!session.is_v2) return;
  EndFlight(slot);
  session.acknowledged = session.owes_fence = false;
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(parts_.clock.WallNow().time_since_epoch());
  session.last_sequence = std::max(session.last_sequence, static_cast<std::uint64_t>(now.count()));
  std::string line;
  presence::AppendWelcome(line, ++session.last_sequence);
  SendLine(slot, std::move(line));
}

/// In its place among the updates: those before it were told by the former list.
void UdpPlayers::Confirm(Slot slot) {
  UdpSession& session = sessions_[slot];
  session.owes_fence = false;
  if (session.revision == 0) return;
  std::string line;
  presence::AppendRevision(line, session.revision, ++session.last_sequence);
  SendLine(slot, std::move(line));
}

bool UdpPlayers::HasMuchUnderWay(Slot slot) const {
  return sessions_[slot].has_flight && flights_.at(slot)->lines.size() >= kMostUnderWay;
}

void UdpPlayers::Pump(Slot slot) {
  if (draining_) return;  // Nobody hears of those who go before them.
  UdpSession& session = sessions_[slot];
  while (!HasMuchUnderWay(slot)) {
    const auto update = parts_.hub.NextUpdate(session.connection);
    if (!update.has_value()) {
      if (session.owes_fence && parts_.hub.IsCaughtUp(session.connection)) Confirm(slot);
      return;
    }
    std::string line;
    presence::AppendUpdate(line, *update, session.version(), session.integer_ids,
                           session.is_v2 ? ++session.last_sequence : 0);
    SendLine(slot, std::move(line), session.is_v2 ? std::string() : update->user_id);
  }
}

/// Sends what is to be sent again. Of v2 it has the last sequence.
void UdpPlayers::SendLine(Slot slot, std::string line, std::string user_id) {
  UdpSession& session = sessions_[slot];
  if (!session.has_flight) {
    session.has_flight = true;
    UdpFlight& flight = *(flights_[slot] = std::make_unique<UdpFlight>());
    flight.first_sequence = session.last_sequence;
    flight.pause = session.is_v2 ? kFirstPause : kPauseOfV1;
    RepeatAt(slot, DeadlineAfter(parts_.clock.Now(), flight.pause));
  }
  SendTo(session.peer, line);
  std::deque<UdpFlight::Line>& lines = flights_.at(slot)->lines;
  // v1 takes the last that comes for the truth: what was so before must not be said again.
  if (!session.is_v2) std::erase_if(lines, [&](const auto& earlier) { return earlier.user_id == user_id; });
  lines.push_back({std::move(line), std::move(user_id)});
}

void UdpPlayers::Acknowledge(Slot slot, std::uint64_t sequence) {
  UdpSession& session = sessions_[slot];
  if (!session.has_flight || !session.is_v2) return;
  UdpFlight& flight = *flights_.at(slot);
  if (sequence < flight.first_sequence || sequence > session.last_sequence) return;
  const std::uint64_t count = sequence - flight.first_sequence + 1;
  flight.lines.erase(flight.lines.begin(), flight.lines.begin() + static_cast<std::ptrdiff_t>(count));
  flight.first_sequence += count;
  session.acknowledged = true;
  if (flight.lines.empty()) return EndFlight(slot);
  flight.pause = kFirstPause;
  RepeatAt(slot, DeadlineAfter(parts_.clock.Now(), flight.pause));
}

void UdpPlayers::Repeat(Slot slot) {
  UdpSession& session = sessions_[slot];
  UdpFlight& flight = *flights_.at(slot);
  for (UdpFlight::Line& line : flight.lines) {
    SendTo(session.peer, line.text);
    ++line.sent;
  }
  if (!session.is_v2) {
    std::erase_if(flight.lines, [](const UdpFlight::Line& line) { return line.sent >= kTimesOfV1; });
    if (flight.lines.empty()) {
      EndFlight(slot);
      return Pump(slot);
    }
  } else {
    flight.pause = std::min<Duration>(2 * flight.pause, kLongestPause);
  }
  RepeatAt(slot, DeadlineAfter(parts_.clock.Now(), flight.pause));
}

void UdpPlayers::RepeatAt(Slot slot, TimePoint when) {
  TimePoint& due = flights_.at(slot)->due;
  if (due != kNever) repeats_.erase({due, slot});
  due = when;
  if (due != kNever) repeats_.insert({due, slot});
}

void UdpPlayers::EndFlight(Slot slot) {
  if (!sessions_[slot].has_flight) return;
  RepeatAt(slot, kNever);
  flights_.erase(slot);
  sessions_[slot].has_flight = false;
}

TimePoint UdpPlayers::NextDeadline() const {
  if (!dismissed_.empty() || (draining_ && sessions_.size() > 0)) return TimePoint::min();
  TimePoint next = repeats_.empty() ? kNever : repeats_.begin()->first;
  for (const ProtocolVersion version : {ProtocolVersion::kV1, ProtocolVersion::kV2}) {
    const Slot oldest = sessions_.oldest(version);
    if (oldest != kNoSession) next = std::min(next, EndOfSilence(oldest, parts_.clock.Now()));
  }
  return next;
}

/// v1 has no grace; that of v2 is the last part of the silence.
TimePoint UdpPlayers::EndOfSilence(Slot slot, TimePoint now) const {
  const TimePoint end = sessions_.HeardAt(slot, now) + options_.silence;
  return sessions_[slot].is_v2 ? end - grace_ : end;
}

void UdpPlayers::Advance() {
  const TimePoint now = parts_.clock.Now();
  for (int served = 0; served < kServedInATurn && AdvanceOne(now); ++served) {
  }
}

bool UdpPlayers::AdvanceOne(TimePoint now) {
  return DismissOne() || DismissWhileDraining() || LetGoSilent(ProtocolVersion::kV1, now) ||
         LetGoSilent(ProtocolVersion::kV2, now) || RepeatOne(now);
}

bool UdpPlayers::LetGoSilent(ProtocolVersion version, TimePoint now) {
  const Slot slot = sessions_.oldest(version);
  if (slot == kNoSession || EndOfSilence(slot, now) > now) return false;
  Close(slot);
  return true;
}

bool UdpPlayers::RepeatOne(TimePoint now) {
  if (repeats_.empty() || repeats_.begin()->first > now) return false;
  const Slot slot = repeats_.begin()->second;
  RepeatAt(slot, kNever);
  Repeat(slot);
  return true;
}

void UdpPlayers::OnWake(HostTag tag) {
  if (const Slot slot = SlotOf(tag); slot != kNoSession) Pump(slot);
}

void UdpPlayers::OnFinish(HostTag tag, const Status& status) {
  if (const Slot slot = SlotOf(tag); slot != kNoSession) Refuse(sessions_[slot].peer, slot, status);
}

void UdpPlayers::Refuse(const UdpPeer& peer, Slot slot, const Status& status) {
  SendTo(peer, ErrorLine(status));
  if (slot != kNoSession) Close(slot);
}

void UdpPlayers::Close(Slot slot) {
  parts_.hub.Close(sessions_[slot].connection);
  Forget(slot);
}

void UdpPlayers::SignOff(Slot slot) {
  UdpSession& session = sessions_[slot];
  parts_.hub.SignOff(std::exchange(session.connection, {}));
  // Who counts revisions is remembered for a while, lest an object that was overtaken brings them back.
  if (session.revision == 0) return Forget(slot);
  HoldFriends(slot, 0).IgnoreError();
  DropLogin(slot);
  DropParts(slot);
  EndFlight(slot);
}

void UdpPlayers::Forget(Slot slot) {
  UdpSession& session = sessions_[slot];
  DropParts(slot);
  EndFlight(slot);
  DropLogin(slot);
  const AddressKey key = session.peer.key();
  HoldFriends(slot, 0).IgnoreError();  // Nobody is refused fewer.
  sessions_.Remove(slot);
  limiter_.Remove(key);
}

void UdpPlayers::EndLogin(std::string_view login) {
  const auto [first, last] = logins_.equal_range(login);
  for (auto it = first; it != last; ++it)
    dismissed_.push_back({TagOf(it->second), it->first, SessionRevoked()});
}

void UdpPlayers::SendLoginsAway() {
  for (const auto& [login, slot] : logins_) dismissed_.push_back({TagOf(slot), login, ToBeRecognised()});
}

void UdpPlayers::Drain(std::function<void()> on_drained) {
  draining_ = true;
  limiter_.CloseDoor(std::move(on_drained));
}

bool UdpPlayers::DismissOne() {
  if (dismissed_.empty()) return false;
  const auto [tag, login, why] = std::move(dismissed_.front());
  dismissed_.pop_front();
  const Slot slot = SlotOf(tag);
  const auto held = login_of_.find(slot);
  if (slot == kNoSession || held == login_of_.end() || held->second->first != login) return true;
  if (why.code() == StatusCode::kUnavailable) {
    SayGoodbye(slot, why);
  } else {
    parts_.hub.SignOff(std::exchange(sessions_[slot].connection, {}));  // No grace for who is thrown out.
    Refuse(sessions_[slot].peer, slot, why);
  }
  return true;
}

bool UdpPlayers::DismissWhileDraining() {
  if (!draining_) return false;
  for (const ProtocolVersion version : {ProtocolVersion::kV1, ProtocolVersion::kV2}) {
    const Slot slot = sessions_.oldest(version);
    if (slot == kNoSession) continue;
    SayGoodbye(slot, parts_.hub.SendOn(Restarting()));
    return true;
  }
  return false;
}

/// v1 has no words for it.
void UdpPlayers::SayGoodbye(Slot slot, const Status& why) {
  if (sessions_[slot].is_v2) SendTo(sessions_[slot].peer, ErrorLine(why));
  Close(slot);
}

void UdpPlayers::CloseAll() {
  for (const ProtocolVersion version : {ProtocolVersion::kV1, ProtocolVersion::kV2}) {
    while (sessions_.oldest(version) != kNoSession) Close(sessions_.oldest(version));
  }
}

HostTag UdpPlayers::TagOf(Slot slot) { return static_cast<HostTag>(sessions_[slot].generation) << 32 | slot; }

UdpPlayers::Slot UdpPlayers::SlotOf(HostTag tag) {
  const auto slot = static_cast<Slot>(tag & 0xFFFF'FFFF);
  const bool is_there = sessions_[slot].in_use && sessions_[slot].generation == tag >> 32;
  return is_there ? slot : kNoSession;
}

void UdpPlayers::SendTo(const UdpPeer& peer, std::string_view text) {
  if (!parts_.send(peer, text)) counts_.unsent.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace oofgg::net
