#include "game/attendance.h"

#include <utility>

namespace oofgg::game {

void Attendance::Arrive(std::string_view session_id, std::string_view player_id) {
  const std::lock_guard lock(mutex_);
  ++sessions_[std::string(session_id)][std::string(player_id)].streams;
}

void Attendance::Depart(std::string_view session_id, std::string_view player_id) {
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  const auto session = sessions_.find(session_id);
  if (session == sessions_.end()) return;
  const auto player = session->second.find(player_id);
  if (player == session->second.end() || --player->second.streams > 0) return;
  player->second.absent_since = now;
  departures_.push_back({now, {std::string(session_id), std::string(player_id)}});
}

void Attendance::Forget(std::string_view session_id, std::string_view player_id) {
  const std::lock_guard lock(mutex_);
  const auto session = sessions_.find(session_id);
  if (session == sessions_.end()) return;
  const auto player = session->second.find(player_id);
  // With streams open, the last of them to close still has to find its entry.
  if (player == session->second.end() || player->second.streams > 0) return;
  session->second.erase(player);
  if (session->second.empty()) sessions_.erase(session);
}

std::vector<Attendance::Absence> Attendance::TakeDue() {
  const TimePoint now = clock_.Now();
  std::vector<Absence> due;
  const std::lock_guard lock(mutex_);
  // All wait equally long, so they are due in the order in which they left.
  while (!departures_.empty() && departures_.front().when + grace_ <= now) {
    Departure departure = std::move(departures_.front());
    departures_.pop_front();
    const auto session = sessions_.find(departure.who.session_id);
    if (session == sessions_.end()) continue;
    const auto player = session->second.find(departure.who.player_id);
    if (player == session->second.end()) continue;
    if (player->second.streams > 0 || player->second.absent_since != departure.when) continue;
    session->second.erase(player);
    if (session->second.empty()) sessions_.erase(session);
    due.push_back(std::move(departure.who));
  }
  return due;
}

bool Attendance::IsAttended(std::string_view session_id) const {
  const std::lock_guard lock(mutex_);
  return sessions_.contains(session_id);
}

}  // namespace oofgg::game
