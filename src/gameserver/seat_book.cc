#include "gameserver/seat_book.h"

#include <algorithm>

namespace oofgg::gameserver {

SeatBook::SeatBook(std::uint32_t slots, Duration join_timeout, Duration idle_timeout, TimePoint now,
                   Duration orphan_timeout)
    : slots_(slots),
      join_timeout_(join_timeout),
      idle_timeout_(idle_timeout),
      orphan_timeout_(orphan_timeout),
      empty_since_(now),
      called_at_(now) {}

TimePoint SeatBook::OrphanAt() const {
  if (orphan_timeout_ <= Duration::zero() || !seats_.empty()) return kNever;
  return DeadlineAfter((std::max)(empty_since_, called_at_), orphan_timeout_);
}

bool SeatBook::Reserve(std::string_view player, TimePoint now) {
  Advance(now);
  if (const auto held = seats_.find(player); held != seats_.end()) {
    if (!held->second.connected) held->second.join_before = DeadlineAfter(now, join_timeout_);
    return true;
  }
  if (seats_.size() >= slots_) return false;
  seats_.emplace(player, Seated{.connected = false, .join_before = DeadlineAfter(now, join_timeout_)});
  return true;
}

bool SeatBook::IsSeated(std::string_view player) const {
  const auto held = seats_.find(player);
  return held != seats_.end() && held->second.connected;
}

bool SeatBook::Seat(std::string_view player) {
  const auto held = seats_.find(player);
  if (held == seats_.end()) return false;
  held->second.connected = true;
  return true;
}

bool SeatBook::Free(std::string_view player, TimePoint now) {
  const auto held = seats_.find(player);
  if (held == seats_.end()) return false;
  const bool was_connected = held->second.connected;
  seats_.erase(held);
  if (seats_.empty()) empty_since_ = now;
  return was_connected;
}

void SeatBook::Advance(TimePoint now) {
  const std::size_t expired = std::erase_if(seats_, [now](const auto& entry) {
    return !entry.second.connected && entry.second.join_before <= now;
  });
  if (expired > 0 && seats_.empty()) empty_since_ = now;
}

TimePoint SeatBook::NextDeadline() const {
  TimePoint next = OrphanAt();
  if (seats_.empty()) {
    const bool ends = idle_timeout_ > Duration::zero();
    return ends ? (std::min)(next, DeadlineAfter(empty_since_, idle_timeout_)) : next;
  }
  for (const auto& [player, seat] : seats_) {
    if (!seat.connected) next = (std::min)(next, seat.join_before);
  }
  return next;
}

bool SeatBook::IsIdle(TimePoint now) const {
  return idle_timeout_ > Duration::zero() && seats_.empty() &&
         DeadlineAfter(empty_since_, idle_timeout_) <= now;
}

GameServerLoad SeatBook::load() const {
  const auto connected =
      std::count_if(seats_.begin(), seats_.end(), [](const auto& entry) { return entry.second.connected; });
  return {.slots = slots_,
          .reserved = static_cast<std::uint32_t>(seats_.size()),
          .players = static_cast<std::uint32_t>(connected)};
}

}  // namespace oofgg::gameserver
