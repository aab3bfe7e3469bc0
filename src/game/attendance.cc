#include "game/attendance.h"

#include <utility>

namespace oofgg::game {

using Where = AttendanceBoard::Where;

Attendance::Attendance(const Clock& clock, Duration grace, AttendanceBoard* board)
    : clock_(clock),
      grace_(grace),
      board_(board),
      teller_(board == nullptr ? nullptr : std::make_shared<AttendanceTeller>(*board)) {}

Attendance::~Attendance() {
  if (teller_ != nullptr) teller_->Stop();
}

void Attendance::Arrive(std::string_view session_id, std::string_view player_id) {
  const std::lock_guard lock(mutex_);
  if (++sessions_[std::string(session_id)][std::string(player_id)].streams > 1) return;
  Say(session_id, player_id, Where::kHere);
}

void Attendance::Depart(std::string_view session_id, std::string_view player_id, Grace grace) {
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  const auto session = sessions_.find(session_id);
  if (session == sessions_.end()) return;
  const auto player = session->second.find(player_id);
  // While we drain, a player counts as here until others notice that we are gone.
  if (player == session->second.end() || draining_ || --player->second.streams > 0) return;
  if (board_ != nullptr) {
    Erase(session, player);
    return Say(session_id, player_id, grace == Grace::kQueue ? Where::kLeaving : Where::kAway);
  }
  player->second.due = now + (grace == Grace::kQueue ? QueueGraceOf(grace_) : grace_);
  departures_.emplace(player->second.due, Absence{std::string(session_id), std::string(player_id)});
}

void Attendance::Drain() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
}

void Attendance::Forget(std::string_view session_id, std::string_view player_id) {
  const std::lock_guard lock(mutex_);
  const auto session = sessions_.find(session_id);
  if (session != sessions_.end()) {
    const auto player = session->second.find(player_id);
    if (player != session->second.end()) {
      // With streams open, the last of them to close still has to find its entry.
      if (player->second.streams > 0) return;
      Erase(session, player);
    }
  }
  Say(session_id, player_id, Where::kOut);
}

void Attendance::Erase(StringMap<Players>::iterator session, Players::iterator player) {
  session->second.erase(player);
  if (session->second.empty()) sessions_.erase(session);
}

// Under the lock, so that the last word is what is so.
void Attendance::Say(std::string_view session_id, std::string_view player_id, Where where) {
  if (teller_ == nullptr) return;
  teller_->Say({.session_id = std::string(session_id), .player_id = std::string(player_id), .where = where});
}

StatusOr<std::vector<Attendance::Absence>> Attendance::TakeDue() {
  if (board_ == nullptr) return TakeOwnDue();
  OOFGG_ASSIGN_OR_RETURN(const bool knows_us, board_->Beat());
  if (!knows_us) TellAll();
  teller_->Resume();
  OOFGG_ASSIGN_OR_RETURN(std::vector<Absence> due, board_->TakeDue());
  std::erase_if(due, [this](const Absence& who) { return IsHere(who); });
  return due;
}

void Attendance::TellAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& [session_id, players] : sessions_) {
    for (const auto& [player_id, presence] : players) Say(session_id, player_id, Where::kHere);
  }
}

bool Attendance::IsHere(const Absence& who) const {
  const std::lock_guard lock(mutex_);
  const auto session = sessions_.find(who.session_id);
  return session != sessions_.end() && session->second.contains(who.player_id);
}

std::vector<Attendance::Absence> Attendance::TakeOwnDue() {
  const TimePoint now = clock_.Now();
  std::vector<Absence> due;
  const std::lock_guard lock(mutex_);
  while (!departures_.empty() && departures_.begin()->first <= now) {
    auto departure = departures_.extract(departures_.begin());
    const auto session = sessions_.find(departure.mapped().session_id);
    if (session == sessions_.end()) continue;
    const auto player = session->second.find(departure.mapped().player_id);
    if (player == session->second.end()) continue;
    if (player->second.streams > 0 || player->second.due != departure.key()) continue;
    Erase(session, player);
    due.push_back(std::move(departure.mapped()));
  }
  return due;
}

StatusOr<std::vector<bool>> Attendance::AreAttended(const std::vector<std::string>& session_ids) const {
  std::vector<bool> attended(session_ids.size());
  if (board_ != nullptr) {
    OOFGG_ASSIGN_OR_RETURN(attended, board_->AreAttended(session_ids));
    if (attended.size() != session_ids.size()) {
      return MakeStatus(StatusCode::kUnavailable, "the board answered another question");
    }
  }
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < session_ids.size(); ++i) {
    if (sessions_.contains(session_ids[i])) attended[i] = true;
  }
  return attended;
}

bool Attendance::IsAttended(std::string_view session_id) const {
  const auto attended = AreAttended({std::string(session_id)});
  return !attended.ok() || attended->front();
}

}  // namespace oofgg::game
