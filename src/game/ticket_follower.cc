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

class TicketFollower::RowWatcher final : public SessionNotifier::Watcher {
 public:
  RowWatcher(std::weak_ptr<TicketFollower> follower, std::string place_id)
      : follower_(std::move(follower)), place_id_(std::move(place_id)) {}

  void OnSessionChanged() override {
    if (const auto follower = follower_.lock()) follower->NoteChanged(place_id_);
  }

 private:
  const std::weak_ptr<TicketFollower> follower_;
  const std::string place_id_;
};

void TicketFollower::Follow(MatchQueue& queue, const CallContext& context, const SessionRecord& place) {
  const auto row = std::make_shared<RowWatcher>(weak_from_this(), place.id);
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || !followed_.try_emplace(place.id, Followed{row, nullptr}).second) return;
  }
  notifier_.Add(place.id, row);
  std::shared_ptr<MatchWatch> watch = queue.Watch(
      context, place.ticket_id, [self = weak_from_this(), id = place.id](const StatusOr<Ticket>& ticket) {
        if (const auto follower = self.lock()) follower->OnTicket(id, ticket);
      });
  const bool has_credential = watch != nullptr;
  bool is_followed = false;
  {
    const std::lock_guard lock(mutex_);
    // Gone if the ticket was final, or the place given up, before `Watch` returned: the watch ends with us.
    const auto entry = followed_.find(place.id);
    is_followed = entry != followed_.end() && entry->second.row == row;
    if (is_followed) entry->second.watch.swap(watch);
    if (is_followed && !has_credential) followed_.erase(entry);
  }
  if (!is_followed || !has_credential) notifier_.Remove(place.id, row.get());
}

void TicketFollower::Unfollow(const std::string& place_id) {
  Followed ended;  // Dropped when no lock is held.
  {
    const std::lock_guard lock(mutex_);
    const auto entry = followed_.find(place_id);
    if (entry == followed_.end()) return;
    ended = std::move(entry->second);
    followed_.erase(entry);
    changed_.erase(place_id);
  }
  notifier_.Remove(place_id, ended.row.get());
}

void TicketFollower::Stop() {
  StringMap<Followed> ended;
  std::unique_lock lock(mutex_);
  stopped_ = true;
  ended.swap(followed_);
  idle_.wait(lock, [this] { return running_ == 0; });
}

bool TicketFollower::Enter() {
  const std::lock_guard lock(mutex_);
  if (!stopped_) ++running_;
  return !stopped_;
}

void TicketFollower::Leave() {
  const std::lock_guard lock(mutex_);
  if (--running_ == 0) idle_.notify_all();
}

void TicketFollower::NoteChanged(const std::string& place_id) {
  const std::lock_guard lock(mutex_);
  if (followed_.contains(place_id)) changed_.insert(place_id);
}

std::shared_ptr<MatchWatch> TicketFollower::WatchOf(const std::string& place_id) {
  const std::lock_guard lock(mutex_);
  const auto entry = followed_.find(place_id);
  return entry == followed_.end() ? nullptr : entry->second.watch;
}

bool TicketFollower::GiveUp(const std::string& place_id) {
  const std::shared_ptr<MatchWatch> watch = WatchOf(place_id);
  if (watch == nullptr) return false;
  watch->Cancel([self = weak_from_this(), place_id](const Status& cancelled) {
    if (const auto follower = self.lock()) follower->OnCancelled(place_id, cancelled);
  });
  return true;
}

Status TicketFollower::GiveUpDeleted() {
  std::set<std::string> changed;
  {
    const std::lock_guard lock(mutex_);
    changed.swap(changed_);
  }
  Status first_error;
  for (const std::string& place_id : changed) {
    const auto place = sessions_.FindSession(place_id);
    const bool is_unknown = !place.ok() && place.status().code() != StatusCode::kNotFound;
    if (is_unknown && first_error.ok()) first_error = place.status();
    const bool is_deleted = place.ok() && place->state == SessionState::kDeleted;
    if (is_unknown || (is_deleted && !GiveUp(place_id))) NoteChanged(place_id);
  }
  return first_error;
}

void TicketFollower::OnCancelled(const std::string& place_id, const Status& cancelled) {
  if (cancelled.code() == StatusCode::kFailedPrecondition) return;  // Too late: its watch tells of the match.
  if (!Enter()) return;
  if (!cancelled.ok() && cancelled.code() != StatusCode::kNotFound) {
    Log(LogLevel::kWarning, "game",
        "session " + place_id +
            ": its ticket is left to end by itself, as nobody watches it any more: " + cancelled.ToString());
  }
  if (const Status ended = End(place_id, SessionState::kDeleted, {}); !ended.ok()) {
    Log(LogLevel::kError, "game",
        "session " + place_id + ": could not note that its player left: " + ended.ToString());
  }
  Unfollow(place_id);
  Leave();
}

void TicketFollower::OnTicket(const std::string& place_id, const StatusOr<Ticket>& ticket) {
  if (!Enter()) return;
  if (const Status applied = Apply(place_id, ticket); !applied.ok()) {
    // The place stays as it was; the next JOIN of its owner, or the next start, asks for the ticket again.
    Log(LogLevel::kError, "game",
        "session " + place_id + ": could not note its ticket: " + applied.ToString());
  }
  if (IsFinal(ticket)) Unfollow(place_id);
  Leave();
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
  OOFGG_RETURN_IF_ERROR(Begin(place, match));
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

// Whether the event log has room was asked when they queued: what it keeps in reserve is for this.
Status TicketFollower::Begin(const SessionRecord& place, const SessionRecord& match) {
  const MatchRecord opened = matches_.OpenFor(place.owner_id, place.id, match);
  const auto begun = sessions_.FindSession(match.id);
  if (begun.status().code() != StatusCode::kNotFound) return begun.status();
  if (const Status told = matches_.TellStarted(opened); !told.ok()) {
    Log(LogLevel::kError, "game",
        "match " + match.id + " goes on, but match.started is not recorded: " + told.ToString());
  }
  const Status made = sessions_.CreateSession(match, {}, 0).status();
  return made.code() == StatusCode::kAlreadyExists ? Status() : made;
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
