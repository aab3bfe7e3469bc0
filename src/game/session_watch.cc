#include "game/session_watch.h"

#include <utility>

#include "game/authorization.h"
#include "game/session_access.h"

namespace oofgg::game {

void SessionWatch::OnSessionChanged() {
  changed_ = true;
  host_.Wake();
}

void SessionWatch::HoldPlace() {
  attendance_.Arrive(id_, context_.caller->user_id);
  holds_place_ = true;
}

void SessionWatch::LetGo(Attendance::Grace grace) {
  if (std::exchange(holds_place_, false)) attendance_.Depart(id_, context_.caller->user_id, grace);
}

void SessionWatch::OnClose() {
  LetGo(Attendance::Grace::kQueue);
  notifier_.Remove(id_, this);
  host_.Drop();
}

void SessionWatch::End(Status status) {
  ended_ = true;
  const bool held_place = holds_place_;
  // The end is ours, not the player's: whatever our trouble is may keep them from a quick return.
  LetGo(Attendance::Grace::kDisconnect);
  // There is nothing left to wait for.
  if (held_place && status.ok()) attendance_.Forget(id_, context_.caller->user_id);
  notifier_.Remove(id_, this);
  host_.Finish(std::move(status));
}

std::optional<Session> SessionWatch::Next() {
  // Cleared before the store is read: a change in between makes one more look, never one too few.
  if (ended_ || !changed_.exchange(false)) return std::nullopt;
  const std::string& viewer = context_.caller->user_id;
  const StatusOr<ResolvedSession> session = ResolveSession(sessions_, viewer, id_);
  // Who left, or never was in it, may look at it no longer once it has started.
  const Status allowed =
      session.ok() ? Authorize(context_, Act::kReadSession, RelationTo(*session, viewer)) : session.status();
  if (!allowed.ok()) {
    End(allowed);
    return std::nullopt;
  }
  const SessionRecord& record = session->record;
  const bool settled = record.state == SessionState::kStarted || !IsLive(record.state);
  if (record.version == told_version_ && !settled) return std::nullopt;
  told_version_ = record.version;
  if (settled) End({});
  return ViewOf(record, id_, viewer);
}

}  // namespace oofgg::game
