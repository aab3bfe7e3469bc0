#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "game/creation_key.h"
#include "game/purge.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

struct SessionMember {
  std::string user_id;
  std::string team_id;
  std::string join_ticket;  ///< Shown to this member only.

  friend bool operator==(const SessionMember&, const SessionMember&) = default;
};

/// A session as stored. There are three kinds:
///  - one that a player made: `owner_id` set, anybody may join while it is open;
///  - a match of the maker: no `owner_id`, its id is the match's, its members are the roster;
///  - a place in the queue: `owner_id` is who queues, state kQueued, `ticket_id` names the maker's ticket.
///    Once matched it only points to the match by `alias_of`.
struct SessionRecord {
  std::string id;
  std::string game_id;
  std::string owner_id;
  SessionState state = SessionState::kCreated;
  Attributes attributes;
  std::int32_t region = 0;
  std::string data;
  std::vector<SessionMember> members;  ///< In order of joining.
  std::string ticket_id;
  std::string alias_of;
  std::int64_t version = 0;  ///< How often it was written; the store's own.

  friend bool operator==(const SessionRecord&, const SessionRecord&) = default;
};

/// Neither finished nor deleted.
[[nodiscard]] constexpr bool IsLive(SessionState state) {
  return state != SessionState::kFinished && state != SessionState::kDeleted;
}

/// Sessions, their members and places in the queue. What returned OK survives the process, where the
/// implementation lasts at all.
/// Threads: safe. Errors beyond those named: kUnavailable, the engine cannot be used now.
class SessionStore {
 public:
  virtual ~SessionStore() = default;

  /// Stores a new session as version 1, or returns the one that the same key made before.
  /// kAlreadyExists: the id is taken, or the owner already has a place in this game's queue.
  /// kResourceExhausted: the game has `max_live` live sessions (0: no limit; queue places do not count).
  /// kInvalidArgument: the key was used for a different request.
  virtual StatusOr<SessionRecord> CreateSession(const SessionRecord& session, const CreationKey& key,
                                                std::uint32_t max_live) = 0;

  /// kNotFound: no such session.
  virtual StatusOr<SessionRecord> FindSession(std::string_view id) = 0;

  /// What `FindSession` would tell, if that is known without waiting for anything; else null.
  virtual std::shared_ptr<const SessionRecord> SessionAtHand(std::string_view /*id*/) { return nullptr; }

  /// Replaces the row, members included, and adds 1 to its version; returns it as it now is. kAborted:
  /// `session.version` is not the stored one, so somebody else wrote in between. kNotFound: no such session.
  virtual StatusOr<SessionRecord> UpdateSession(const SessionRecord& session) = 0;

  /// The live session of the game that `user_id` is in: the place in the queue before all others, then the
  /// newest by id; aliases never. kNotFound: there is none.
  virtual StatusOr<SessionRecord> FindActive(std::string_view user_id, std::string_view game_id) = 0;

  /// At most `limit` live sessions of the game, newest id first, which have `user_id` as member or are
  /// owned by a player and open (kCreated, kWaiting); aliases never.
  virtual StatusOr<std::vector<SessionRecord>> ListSessions(std::string_view game_id,
                                                            std::string_view user_id, std::size_t limit) = 0;

  /// At most `limit` live sessions, those that players made and matches, places in the queue and aliases not
  /// among them, in ascending order of id, beginning after `after`.
  virtual StatusOr<std::vector<SessionRecord>> ListRunning(std::string_view after, std::size_t limit) = 0;

  /// All places in the queue that wait for a match, in order of id.
  virtual StatusOr<std::vector<SessionRecord>> ListQueued() = 0;

  /// At most `limit` sessions that the user owns or is a member of, whatever has become of them, places in
  /// the queue and aliases among them.
  virtual StatusOr<std::vector<SessionRecord>> ListSessionsOf(std::string_view user_id,
                                                              std::size_t limit) = 0;

  /// Forgets the session with all that belongs to it, the aliases of it too, at once; as good if there is
  /// none.
  virtual Status EraseSession(std::string_view id) = 0;

  /// The number of the next run of the session's event stream: 0, 1, 2 … and never one of them twice, so
  /// that sequence numbers are not given out again by a process that forgot the last. kNotFound: no such
  /// session. Leaves the version as it is.
  virtual StatusOr<std::uint64_t> NextStreamRun(std::string_view session_id) = 0;

  /// Forgets by age sessions that have ended, with the places in the queue that are aliases of them, and
  /// creation keys, after which the same key makes a new session. True: there is more to do.
  virtual StatusOr<bool> Purge(const Sweep& sweep) = 0;
};

}  // namespace oofgg::game
