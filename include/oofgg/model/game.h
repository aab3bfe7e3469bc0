#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/model/attribute.h"
#include "oofgg/model/score.h"

namespace oofgg {

/// A row of the contract's `Player`. The e-mail is shown to its owner only.
struct Player {
  std::string id{};
  std::string username{};
  std::string email{};
  std::string team{};
  std::int32_t score = 0;
  bool is_ai = false;
  bool is_inactive = false;
  std::string role{};
  std::int64_t version = 0;  ///< How often it was written; 0 from a server that does not tell.

  friend bool operator==(const Player&, const Player&) = default;
};

struct GetPlayerRequest {
  std::string id{};  ///< Empty: the caller.
};

/// What may change; an empty optional leaves the field as it is.
struct UpdatePlayerRequest {
  std::string id{};  ///< Empty: the caller.
  std::optional<std::string> team{};
  std::optional<bool> is_ai{};
  std::optional<bool> is_inactive{};
  std::optional<std::string> role{};
  /// The version that the change is made on; kAborted if it is another by now. 0: whatever there is.
  std::int64_t version = 0;
};

struct Game {
  std::string id{};
  std::string name{};
  std::string short_description{};
  std::string description{};
  std::string image_url{};
  std::uint32_t max_sessions = 0;             ///< 0: no limit.
  std::uint32_t max_players_per_session = 0;  ///< 0: no limit.
  std::string data{};
  ScoreRules score_rules{};
  std::int64_t version = 0;  ///< How often it was written; 0 from a server that does not tell.
  std::string owner_id{};    ///< Not on the wire.

  friend bool operator==(const Game&, const Game&) = default;
};

struct CreateGameRequest {
  std::string name{};
  std::string description{};
  std::string data{};
  std::string short_description{};
  std::string image_url{};
  std::uint32_t max_sessions = 0;             ///< 0: no limit.
  std::uint32_t max_players_per_session = 0;  ///< 0: no limit.
  ScoreRules score_rules{};
};

/// What may change; an empty optional leaves the field as it is.
struct UpdateGameRequest {
  std::string id{};
  /// The version that the change is made on; kAborted if it is another by now. 0: whatever there is.
  std::int64_t version = 0;
  std::optional<std::string> name{};
  std::optional<std::string> description{};
  std::optional<std::string> data{};
  std::optional<std::string> short_description{};
  std::optional<std::string> image_url{};
  std::optional<std::uint32_t> max_sessions{};
  std::optional<std::uint32_t> max_players_per_session{};
  std::optional<ScoreRules> score_rules{};  ///< All of them.
};

struct GetGameRequest {
  std::string id{};  ///< Empty: list.
  std::int32_t limit = 0;
  std::string cursor{};
};

struct GamesPage {
  std::vector<Game> games{};
  std::string next_cursor{};  ///< Empty at the end.
};

/// The games that most players joined of late, each join counting for less as time passes.
struct TrendingGamesRequest {
  std::int32_t limit = 0;  ///< 0: 10; 100 at most.
  std::string cursor{};
};

enum class SessionState : std::uint8_t {
  kCreated = 0,
  kWaiting = 1,
  kStarted = 2,
  kFinished = 3,
  kDeleted = 4,
  kPaused = 5,
  kQueued = 6
};

/// A group of players who share an ordered stream of events.
struct Session {
  std::string id{};
  std::string game_id{};
  std::vector<std::string> user_ids{};
  SessionState state = SessionState::kCreated;
  Attributes attributes{};
  std::int32_t region = 0;  ///< The contract's RegionEnum.
  std::string data{};
  std::string host_id{};     ///< Who may change it, besides servers; empty for a match of the maker.
  std::int64_t version = 0;  ///< How often it was written; 0 from a server that does not tell.
};

/// A session before it has an id.
struct CreateSessionRequest {
  std::string game_id{};
  std::vector<std::string> user_ids{};  ///< Empty: the caller alone.
  SessionState state = SessionState::kCreated;
  Attributes attributes{};
  std::int32_t region = 0;
  std::string data{};
};

struct GetSessionRequest {
  std::string id{};  ///< Empty: the sessions of the game.
  std::string game_id{};
};

struct Sessions {
  std::vector<Session> sessions{};  ///< Exactly one when asked by id.
};

/// What may change; an empty optional leaves the field as it is.
struct UpdateSessionRequest {
  std::string id{};
  std::string game_id{};  ///< Empty, or the session's.
  /// The version that the change is made on; kAborted if it is another by now. 0: whatever there is.
  std::int64_t version = 0;
  std::optional<std::vector<std::string>> user_ids{};  ///< All members: who is not named any more is out.
  std::optional<SessionState> state{};
  Attributes attributes{};                       ///< Set by key; the others stay.
  bool replace_attributes = false;               ///< The others go.
  std::vector<std::string> remove_attributes{};  ///< Those with these keys go.
  std::optional<std::int32_t> region{};
  std::optional<std::string> data{};
};

struct DeleteSessionRequest {
  std::string id{};
  std::string game_id{};  ///< Empty, or the session's.
};

/// Who writes an entity: the session's host (its owner, or a service credential for the game), or one player.
enum class EntityController : std::uint8_t { kServer = 0, kPlayer = 1 };

/// A thing in a session that all its members see: a door, a ball, somebody's avatar.
struct Entity {
  std::string id{};
  std::string session_id{};
  std::string game_id{};
  std::string name{};
  std::string type{};  ///< The game's own kind of thing.
  Attributes attributes{};
  EntityController controller = EntityController::kServer;
  std::string player_id{};  ///< Whose it is, with kPlayer.
  std::string data{};       ///< The game's own; not looked into.
  std::int64_t version = 0;

  friend bool operator==(const Entity&, const Entity&) = default;
};

struct CreateEntityRequest {
  std::string session_id{};
  std::string game_id{};  ///< Empty, or the session's.
  std::string name{};
  std::string type{};
  Attributes attributes{};
  EntityController controller = EntityController::kServer;
  std::string player_id{};  ///< Empty with kPlayer: the caller.
  std::string data{};
};

struct GetEntityRequest {
  std::string id{};  ///< Empty: all of the session.
  std::string session_id{};
  std::string game_id{};  ///< Empty, or the session's.
};

struct Entities {
  std::vector<Entity> entities{};  ///< Exactly one when asked by id.
};

struct UpdateEntityRequest {
  std::string id{};
  std::string session_id{};
  std::string game_id{};  ///< Empty, or the session's.
  /// The version that the change is made on; kAborted if it is another by now. 0: whatever there is.
  std::int64_t version = 0;
  Attributes attributes{};                       ///< Set by key; the others stay.
  std::vector<std::string> remove_attributes{};  ///< Those with these keys go.
  std::optional<std::string> data{};
};

struct DeleteEntityRequest {
  std::string id{};
  std::string session_id{};
  std::string game_id{};  ///< Empty, or the session's.
};

enum class JoinLeaveAction : std::uint8_t { kJoin = 0, kLeave = 1 };

struct JoinLeaveRequest {
  std::string user_id{};  ///< Empty or the caller.
  std::string game_id{};
  JoinLeaveAction action = JoinLeaveAction::kJoin;
  std::string team_id{};
  std::string session_id{};  ///< Empty on JOIN: queue for a match.
  std::int32_t region = 0;
};

enum class EventType : std::uint8_t {
  kUnspecified = 0,
  kAction = 1,
  kGameEvent = 2,
  kSystem = 3,
  kCompletion = 4
};

/// One event of a session's stream. A `team_id` makes it the team's own.
struct GameEvent {
  std::string id{};
  std::string name{};
  std::int64_t timestamp_ms = 0;  ///< UTC, set by the server.
  std::string game_id{};
  std::string player_id{};  ///< The sender, set by the server.
  std::string session_id{};
  std::string team_id{};
  Attributes attributes{};
  EventType type = EventType::kUnspecified;
  std::string data{};
  std::uint64_t sequence = 0;  ///< 1, 2, 3 … within the session, set by the server. In the first
                               ///< message of a client: the last one seen, to resume after it.
  std::vector<std::string> to_player_ids{};  ///< Only they and the sender get it; empty: the team's members,
                                             ///< or everybody.
};

enum class GlobalEventType : std::uint8_t {
  kCustom = 0,
  kAnnouncement = 1,
  kAlert = 2,
  kEvent = 3,
  kRequest = 4
};

/// What an admin tells everybody, or all who play one game.
struct GlobalEvent {
  std::string id{};
  std::string name{};
  std::int64_t timestamp_ms = 0;  ///< UTC, set by the server.
  std::string game_id{};          ///< Whom it concerns; empty: everybody.
  std::string player_id{};        ///< The sender, set by the server.
  std::string team_id{};          ///< For the game to make use of.
  Attributes attributes{};
  GlobalEventType type = GlobalEventType::kCustom;
  std::uint64_t sequence = 0;  ///< As of GameEvent.
};

}  // namespace oofgg
