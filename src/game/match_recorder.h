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

/// Writes down what is played. A match is opened before its session's row says that it has begun, and closed
/// once that says that it is over: whatever dies in between, an open match whose session is over is found by
/// `CloseMissed`. It is closed once, whoever sees the end, and told once to the event log.
/// A store that cannot be used must not hold up a game: that is a line in the log, and is made up for later.
/// Threads: safe; methods block on the stores.
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

  /// Closes the matches whose sessions are over or gone, where whoever ended them could not; to be called at
  /// the start and every ten minutes or so. The stores' first error is told at the end.
  Status CloseMissed();

 private:
  [[nodiscard]] MatchRecord RecordOf(const SessionRecord& session) const;
  void NoteMembersIn(MatchRecord& match, const SessionRecord& session) const;
  Status CloseWith(const std::string& id, MatchEnd how, const SessionRecord* session);
  Status CloseIfOver(const std::string& id);

  const Parts parts_;
};

}  // namespace oofgg::game
