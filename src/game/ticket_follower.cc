#include "game/ticket_follower.h"

#include <utility>

#include "game/session_access.h"
#include "oofgg/log.h"

namespace oofgg::game {
namespace {

bool IsFinal(const StatusOr<Ticket>& ticket) {
  return !ticket.ok() || (ticket->state != TicketState::kWaiting && ticket->state != TicketState::kMatched);
}

// The roster that the maker gave, teams numbered from 0.
std::vector<SessionMember> MembersOf(const Assignment& assignment) {
  std::vector<SessionMember> members;
  for (std::size_t team = 0; team < assignment.teams.size(); ++team) {
    for (const std::string& player : assignment.teams[team]) {
      members.push_back({.user_id = player, .team_id = std::to_string(team), .join_ticket = {}});
    }
  }
  return members;
}

}  // namespace

void TicketFollower::Follow(MatchQueue& queue, const CallContext& context, const SessionRecord& place) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || !watches_.try_emplace(place.id, nullptr).second) return;
  }
  std::shared_ptr<MatchWatch> watch = queue.Watch(
      context, place.ticket_id, [self = weak_from_this(), id = place.id](const StatusOr<Ticket>& ticket) {
        if (const auto follower = self.lock()) follower->OnTicket(id, ticket);
      });
  const std::lock_guard lock(mutex_);
  // Gone if the ticket was final, or the place given up, before `Watch` returned: the watch ends with us.
  const auto entry = watches_.find(place.id);
  if (entry == watches_.end()) return;
  entry->second.swap(watch);
  if (entry->second == nullptr) watches_.erase(entry);
}

void TicketFollower::Unfollow(const std::string& place_id) {
  std::shared_ptr<MatchWatch> ended;  // Dropped when no lock is held.
  const std::lock_guard lock(mutex_);
  if (const auto entry = watches_.find(place_id); entry != watches_.end()) {
    ended = std::move(entry->second);
    watches_.erase(entry);
  }
}

void TicketFollower::Stop() {
  StringMap<std::shared_ptr<MatchWatch>> ended;
  std::unique_lock lock(mutex_);
  stopped_ = true;
  ended.swap(watches_);
  idle_.wait(lock, [this] { return running_ == 0; });
}

void TicketFollower::OnTicket(const std::string& place_id, const StatusOr<Ticket>& ticket) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    ++running_;
  }
  if (const Status applied = Apply(place_id, ticket); !applied.ok()) {
    // The place stays as it was; the next JOIN of its owner, or the next start, asks for the ticket again.
    Log(LogLevel::kError, "game",
        "session " + place_id + ": could not note its ticket: " + applied.ToString());
  }
  if (IsFinal(ticket)) Unfollow(place_id);
  const std::lock_guard lock(mutex_);
  if (--running_ == 0) idle_.notify_all();
}

Status TicketFollower::Apply(const std::string& place_id, const StatusOr<Ticket>& ticket) {
  if (!ticket.ok()) return End(place_id, SessionState::kFinished, std::string(ticket.status().message()));
  switch (ticket->state) {
    case TicketState::kWaiting:
      return {};
    case TicketState::kMatched:
      return ShowMatch(place_id, *ticket);
    case TicketState::kAssigned:
      return Settle(place_id, *ticket);
    case TicketState::kCancelled:
      return End(place_id, SessionState::kDeleted, {});
    case TicketState::kFailed:
      return End(place_id, SessionState::kFinished, ticket->error);
  }
  return MakeStatus(StatusCode::kInternal, "the maker reported an unknown ticket state");
}

// Matched, but the server is still being made ready: the place stays, and says so.
Status TicketFollower::ShowMatch(const std::string& place_id, const Ticket& ticket) {
  const auto changed = ModifySession(sessions_, place_id, [&](SessionRecord& place) -> StatusOr<bool> {
    if (place.state != SessionState::kQueued || ticket.match_id.empty()) return false;
    place.attributes.insert_or_assign(std::string(kMatchIdAttribute), ticket.match_id);
    return true;
  });
  if (changed.ok()) notifier_.Notify(place_id);
  return changed.status();
}

Status TicketFollower::Settle(const std::string& place_id, const Ticket& ticket) {
  OOFGG_ASSIGN_OR_RETURN(const SessionRecord place, sessions_.FindSession(place_id));
  if (place.state != SessionState::kQueued) return {};  // Given up, or settled before.
  if (erased_.Contains(place.owner_id)) return {};      // It is going; the others' tickets make the match.
  if (Status made = EnsureMatch(place, ticket); !made.ok()) {
    if (made.code() != StatusCode::kInternal) return made;
    return End(place_id, SessionState::kFinished, std::string(made.message()));
  }
  const std::string& match_id = ticket.assignment.match_id;
  OOFGG_RETURN_IF_ERROR(ModifySession(sessions_, place_id, [&](SessionRecord& stored) -> StatusOr<bool> {
                          if (stored.state != SessionState::kQueued) return false;
                          stored.state = SessionState::kStarted;
                          stored.alias_of = match_id;
                          return true;
                        }).status());
  notifier_.Notify(place_id);
  notifier_.Notify(match_id);
  return {};
}

// The match's session exists and holds the player's join ticket; whichever player's ticket comes first makes
// it. kInternal: what the maker says does not hold together.
Status TicketFollower::EnsureMatch(const SessionRecord& place, const Ticket& ticket) {
  const Assignment& assignment = ticket.assignment;
  SessionRecord match;
  match.id = assignment.match_id;
  match.game_id = place.game_id;
  match.state = SessionState::kStarted;
  match.region = place.region;
  match.attributes = {{std::string(kAddressAttribute), assignment.address},
                      {std::string(kMatchIdAttribute), assignment.match_id}};
  match.members = MembersOf(assignment);
  if (match.id.empty() || !IsMember(match, place.owner_id)) {
    return MakeStatus(StatusCode::kInternal, "the maker's match does not name this player");
  }
  std::erase_if(match.members, [this](const auto& member) { return erased_.Contains(member.user_id); });
  const auto made = sessions_.CreateSession(match, {}, 0);
  if (made.ok()) {
    log_.Append({clock_.WallNow(),
                 "match.started",
                 match.id,
                 {{"game_id", match.game_id},
                  {"players", static_cast<std::int64_t>(match.members.size())},
                  {"address", assignment.address}}});
  } else if (made.status().code() != StatusCode::kAlreadyExists) {
    return made.status();
  }
  return ModifySession(
             sessions_, match.id,
             [&](SessionRecord& stored) -> StatusOr<bool> {
               if (!stored.owner_id.empty()) {
                 return MakeStatus(StatusCode::kInternal, "the match's id is that of a player's session");
               }
               for (SessionMember& member : stored.members) {
                 if (member.user_id != place.owner_id || member.join_ticket == assignment.join_ticket)
                   continue;
                 member.join_ticket = assignment.join_ticket;
                 return true;
               }
               return false;
             })
      .status();
}

Status TicketFollower::End(const std::string& place_id, SessionState state, const std::string& error) {
  const auto changed = ModifySession(sessions_, place_id, [&](SessionRecord& place) -> StatusOr<bool> {
    if (place.state != SessionState::kQueued) return false;
    place.state = state;
    if (!error.empty()) place.attributes.insert_or_assign(std::string(kErrorAttribute), error);
    return true;
  });
  if (changed.ok()) notifier_.Notify(place_id);
  return changed.status();
}

}  // namespace oofgg::game
