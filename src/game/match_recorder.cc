#include "game/match_recorder.h"

#include <absl/functional/function_ref.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/match_attributes.h"
#include "game/optimistic.h"
#include "game/session_access.h"
#include "oofgg/log.h"

namespace oofgg::game {
namespace {

constexpr std::size_t kMatchesAtOnce = 1'000;
/// A match is opened before its session is there.
constexpr std::chrono::minutes kSettling{1};

std::int64_t MillisOf(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

void LogMissed(const std::string& match_id, const Status& status) {
  if (status.ok()) return;
  Log(LogLevel::kWarning, "game",
      "match " + match_id + ": the history lacks something for now: " + status.ToString());
}

void LogUntold(const Status& told) {
  if (told.ok()) return;
  Log(LogLevel::kWarning, "game",
      "the event log lacks matches that are over, until a sweep tells it of them: " + told.ToString());
}

bool IsUntold(const MatchRecord& match) { return match.finished_at.has_value() && !match.is_told; }

/// Kept, or refused for a reason that passes.
bool MayBeKeptLater(const Status& appended) {
  return appended.ok() || appended.code() == StatusCode::kUnavailable ||
         appended.code() == StatusCode::kResourceExhausted;
}

/// What was stored; `fresh`, which was to be, where nothing could.
MatchRecord StoredOr(MatchRecord fresh, StatusOr<MatchRecord> stored) {
  LogMissed(fresh.id, stored.status());
  return stored.ok() ? *std::move(stored) : std::move(fresh);
}

/// Opened by two at the same moment: try again as the second.
Status Raced(const Status& created) {
  if (created.code() != StatusCode::kAlreadyExists) return created;
  return MakeStatus(StatusCode::kAborted, std::string(created.message()));
}

/// Changes the stored match, which stays as it is if `change` says so.
Status ModifyMatch(MatchStore& matches, const std::string& id, absl::FunctionRef<bool(MatchRecord&)> change) {
  return RetryOnConflict([&]() -> StatusOr<MatchRecord> {
           OOFGG_ASSIGN_OR_RETURN(MatchRecord match, matches.FindMatch(id));
           if (match.finished_at.has_value() || !change(match)) return match;
           return matches.UpdateMatch(match);
         })
      .status();
}

/// Of a session whose end nobody could note; that it was idle for too long is not to be seen any more.
MatchEnd EndOf(const SessionRecord& session) {
  if (session.members.empty()) return MatchEnd::kAbandoned;
  return session.state == SessionState::kDeleted ? MatchEnd::kDeleted : MatchEnd::kFinished;
}

/// [{"joined_at":…,"left_at":…,"placement":1,"player_id":"…","result":"win","team_id":"0"},…]
std::string RosterOf(const MatchRecord& match) {
  nlohmann::json roster = nlohmann::json::array();
  for (const MatchSeat& seat : match.seats) {
    nlohmann::json player = {{"player_id", seat.player_id}, {"joined_at", MillisOf(seat.joined_at)}};
    if (!seat.team_id.empty()) player["team_id"] = seat.team_id;
    if (seat.left_at.has_value()) player["left_at"] = MillisOf(*seat.left_at);
    if (seat.result != MatchResult::kNone) player["result"] = base::NameOf(seat.result);
    if (seat.placement > 0) player["placement"] = seat.placement;
    roster.push_back(std::move(player));
  }
  return roster.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// All of it from the match, so that whoever tells it again tells the same.
EventRecord EventOf(const std::string& kind, WallTime at, const MatchRecord& match) {
  return {at,
          kind,
          match.id,
          {{"game_id", match.game_id},
           {"region", std::int64_t{match.region}},
           {"players", static_cast<std::int64_t>(match.seats.size())},
           {"roster", RosterOf(match)},
           {"started_at", MillisOf(match.started_at)}},
          kind + ":" + match.id};
}

EventRecord EndEventOf(const MatchRecord& match) {
  const WallTime end = match.finished_at.value_or(match.started_at);
  EventRecord record = EventOf("match.finished", end, match);
  record.fields.emplace_back("finished_at", MillisOf(end));
  record.fields.emplace_back("duration_ms", MillisOf(end) - MillisOf(match.started_at));
  record.fields.emplace_back("how_ended", std::string(base::NameOf(match.end)));
  return record;
}

}  // namespace

MatchRecord MatchRecorder::RecordOf(const SessionRecord& session) const {
  MatchRecord match{.id = session.id, .game_id = session.game_id, .region = session.region};
  match.started_at = parts_.clock.WallNow();
  NoteMembersIn(match, session);
  return match;
}

void MatchRecorder::NoteMembersIn(MatchRecord& match, const SessionRecord& session) const {
  const WallTime now = parts_.clock.WallNow();
  for (MatchSeat& seat : match.seats) {
    if (IsMember(session, seat.player_id)) {
      seat.left_at.reset();
    } else if (!seat.left_at.has_value()) {
      seat.left_at = now;
    }
  }
  for (const SessionMember& member : session.members) {
    const bool has_seat = std::any_of(match.seats.begin(), match.seats.end(), [&](const MatchSeat& seat) {
      return seat.player_id == member.user_id;
    });
    if (has_seat || parts_.erased.Contains(member.user_id)) continue;
    match.seats.push_back({.player_id = member.user_id, .team_id = member.team_id, .joined_at = now});
  }
}

MatchRecord MatchRecorder::Open(const SessionRecord& session) {
  MatchRecord fresh = RecordOf(session);
  const auto open = [&]() -> StatusOr<MatchRecord> {
    auto made = parts_.matches.CreateMatch(fresh);
    if (made.status().code() != StatusCode::kAlreadyExists) return made;
    OOFGG_ASSIGN_OR_RETURN(const MatchRecord before, parts_.matches.FindMatch(session.id));
    if (before.finished_at.has_value()) return before;
    fresh.version = before.version;
    return parts_.matches.UpdateMatch(fresh);
  };
  return StoredOr(std::move(fresh), RetryOnConflict(open));
}

MatchRecord MatchRecorder::OpenFor(const std::string& player_id, const std::string& place_id,
                                   const SessionRecord& match) {
  const auto take_seat = [&](MatchRecord& record) {
    const auto seat =
        std::find_if(record.seats.begin(), record.seats.end(),
                     [&player_id](const MatchSeat& each) { return each.player_id == player_id; });
    if (seat == record.seats.end() || seat->alias == place_id) return false;
    seat->alias = place_id;
    return true;
  };
  MatchRecord fresh = RecordOf(match);
  take_seat(fresh);
  const auto open = [&]() -> StatusOr<MatchRecord> {
    auto stored = parts_.matches.FindMatch(match.id);
    if (stored.status().code() == StatusCode::kNotFound) {
      auto made = parts_.matches.CreateMatch(fresh);
      if (!made.ok()) return Raced(made.status());
      return made;
    }
    if (!stored.ok() || !take_seat(*stored)) return stored;
    return parts_.matches.UpdateMatch(*stored);
  };
  return StoredOr(std::move(fresh), RetryOnConflict(open));
}

Status MatchRecorder::TellStarted(const MatchRecord& match) {
  return parts_.log.Append(EventOf("match.started", match.started_at, match));
}

void MatchRecorder::NoteMembers(const SessionRecord& session) {
  const Status noted = ModifyMatch(parts_.matches, session.id, [&](MatchRecord& match) {
    const MatchRecord before = match;
    NoteMembersIn(match, session);
    return match != before;
  });
  if (noted.code() != StatusCode::kNotFound) LogMissed(session.id, noted);
}

void MatchRecorder::Close(const SessionRecord& session, MatchEnd how) {
  const auto closed = CloseWith(session.id, how, &session);
  LogMissed(session.id, closed.status());
  if (closed.ok()) LogUntold(TellEnd(*closed));
}

// `session` is null if there is nothing left of it.
StatusOr<MatchRecord> MatchRecorder::CloseWith(const std::string& id, MatchEnd how,
                                               const SessionRecord* session) {
  const auto close = [&](MatchRecord& match) {
    match.finished_at = parts_.clock.WallNow();
    match.end = how;
    if (session == nullptr) return;
    NoteMembersIn(match, *session);
    for (MatchSeat& seat : match.seats) {
      const MatchOutcome outcome = base::OutcomeIn(session->attributes, seat.player_id, seat.team_id);
      seat.result = outcome.result;
      seat.placement = outcome.placement;
    }
  };
  return RetryOnConflict([&]() -> StatusOr<MatchRecord> {
    auto match = parts_.matches.FindMatch(id);
    if (match.ok() && match->finished_at.has_value()) return match;  // By somebody who was faster.
    const bool is_new = match.status().code() == StatusCode::kNotFound && session != nullptr;
    if (!match.ok() && !is_new) return match;
    if (is_new)
      match = RecordOf(*session);  // It began when nothing could be stored, or before there was a history.
    close(*match);
    auto stored = is_new ? parts_.matches.CreateMatch(*match) : parts_.matches.UpdateMatch(*match);
    if (!stored.ok()) return Raced(stored.status());
    return stored;
  });
}

// Once it is stored, so that whoever tells it tells the same. Until it is marked, the next sweep tells it
// again.
Status MatchRecorder::TellEnd(const MatchRecord& match) {
  if (!IsUntold(match)) return {};
  Status told = parts_.log.Append(EndEventOf(match));
  if (!MayBeKeptLater(told)) {
    Log(LogLevel::kError, "game",
        "match " + match.id + ": match.finished is never recorded: " + told.ToString());
  } else if (!told.ok()) {
    return told;
  }
  return parts_.matches.MarkTold(match.id);
}

Status MatchRecorder::CloseMissed() {
  Status first_error;
  Status told;
  std::vector<std::string> page;
  do {
    OOFGG_ASSIGN_OR_RETURN(page, parts_.matches.ListOpen(page.empty() ? "" : page.back(), kMatchesAtOnce));
    for (const std::string& id : page) {
      const auto match = CloseIfOver(id);
      // Then there is no use in asking for the others.
      if (match.status().code() == StatusCode::kUnavailable) return match.status();
      if (first_error.ok()) first_error = match.status();
      if (!match.ok() || !told.ok() || !IsUntold(*match)) continue;
      told = CheckRoom();  // What can be told by the next sweep as well need not come out of the reserve.
      if (told.ok()) told = TellEnd(*match);
    }
  } while (page.size() == kMatchesAtOnce);
  LogUntold(told);
  return first_error;
}

// The match as it then is; it may be open.
StatusOr<MatchRecord> MatchRecorder::CloseIfOver(const std::string& id) {
  const auto session = parts_.sessions.FindSession(id);
  if (session.ok() && IsLive(session->state)) return MatchRecord();
  if (session.ok()) return CloseWith(id, EndOf(*session), &*session);
  if (session.status().code() != StatusCode::kNotFound) return session.status();
  auto match = parts_.matches.FindMatch(id);
  if (match.status().code() == StatusCode::kNotFound) return MatchRecord();
  OOFGG_RETURN_IF_ERROR(match.status());
  if (match->started_at + kSettling > parts_.clock.WallNow()) return match;
  return CloseWith(id, MatchEnd::kUnknown, nullptr);
}

}  // namespace oofgg::game
