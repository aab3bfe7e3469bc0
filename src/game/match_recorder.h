#pragma once

#include <string>

#include "base/event_log.h"
#include "game/erased_players.h"
#include "game/match_store.h"
#include "game/session_store.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Whether what happens in the session is a match: it has started, and is not over.
[[nodiscard]] constexpr bool IsPlayed(SessionState state) {
  return state == SessionState::kStarted || state == SessionState::kPaused;
}

/// Writes down what is played, and tells the event log of it.
/// A match is opened, and match.started told, before its session's row says that it has begun. Once that says
/// that it is over, the match is closed, by one of all who see the end; then match.finished is told, with
/// what was stored; then it is marked as told. Whatever dies or fails in between, `CloseMissed` finds what is
/// not told yet and does the rest: match.finished is told of every match that was opened, once or as a repeat
/// with the same id, and what was told first is what the history has, but for who was erased since. A store
/// that cannot be used, or a log without room, must not hold up a game that is under way: that is a line on
/// stderr, and is made up for later. Threads: safe; methods block on the stores.
class MatchRecorder {
 public:
  struct Parts {
    MatchStore& matches;
    SessionStore& sessions;
    const ErasedPlayers& erased;
    const Clock& clock;
    EventLog& log;
  };

  explicit MatchRecorder(const Parts& parts) : parts_(parts) {}

  /// EventLog::CheckRoom, before a match is begun that nobody has asked for yet.
  [[nodiscard]] Status CheckRoom() const { return parts_.log.CheckRoom(); }

  /// The session is about to begin, with these members. Once more if that came to nothing. Returns the match
  /// as it is stored, or would be.
  MatchRecord Open(const SessionRecord& session);

  /// The maker's match is about to begin; the player knows it by `place_id`. For one player after the other.
  MatchRecord OpenFor(const std::string& player_id, const std::string& place_id, const SessionRecord& match);

  /// Tells the event log of a match that is open, before its session's row says that it has begun. Again, it
  /// is a repeat. Errors: those of EventLog::Append.
  [[nodiscard]] Status TellStarted(const MatchRecord& match);

  /// Players came or went while it is played: the session has these members now.
  void NoteMembers(const SessionRecord& session);

  /// The session is over, its row says so, and what it says of results counts.
  void Close(const SessionRecord& session, MatchEnd how);

  /// Closes the matches whose sessions are over or gone, where whoever ended them could not, and tells of
  /// those that are closed and not told, as far as the event log has room; to be called at the start and
  /// every ten minutes or so. The stores' first error is told at the end; a log that refuses is none.
  Status CloseMissed();

 private:
  [[nodiscard]] MatchRecord RecordOf(const SessionRecord& session) const;
  void NoteMembersIn(MatchRecord& match, const SessionRecord& session) const;
  StatusOr<MatchRecord> CloseWith(const std::string& id, MatchEnd how, const SessionRecord* session);
  StatusOr<MatchRecord> CloseIfOver(const std::string& id);
  Status TellEnd(const MatchRecord& match);

  const Parts parts_;
};

}  // namespace oofgg::game
