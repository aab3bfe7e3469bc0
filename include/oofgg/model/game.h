#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/model/attribute.h"

namespace oofgg {

/// A row of the contract's `Player`. The e-mail is shown to its owner only.
struct Player {
  std::string id;
  std::string username;
  std::string email;
  std::string team;
  std::int32_t score = 0;
  bool is_ai = false;
  bool is_inactive = false;
  std::string role;
};

struct GetPlayerRequest {
  std::string id;  ///< Empty: the caller.
};

/// What may change; an empty optional leaves the field as it is.
struct UpdatePlayerRequest {
  std::string id;  ///< Empty: the caller.
  std::optional<std::string> team;
  std::optional<bool> is_ai;
  std::optional<bool> is_inactive;
  std::optional<std::string> role;
};

struct Game {
  std::string id;
  std::string name;
  std::string short_description;
  std::string description;
  std::string image_url;
  std::uint32_t max_sessions = 0;             ///< 0: no limit.
  std::uint32_t max_players_per_session = 0;  ///< 0: no limit.
  std::string data;
  std::string owner_id;  ///< Not on the wire.
};

struct CreateGameRequest {
  std::string name;
  std::string description;
  std::string data;
};

struct GetGameRequest {
  std::string id;  ///< Empty: list.
  std::int32_t limit = 0;
  std::string cursor;
};

struct GamesPage {
  std::vector<Game> games;
  std::string next_cursor;
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
  std::string id;
  std::string game_id;
  std::vector<std::string> user_ids;
  SessionState state = SessionState::kCreated;
  Attributes attributes;
  std::int32_t region = 0;  ///< The contract's RegionEnum.
  std::string data;
};

/// A session before it has an id.
struct CreateSessionRequest {
  std::string game_id;
  std::vector<std::string> user_ids;  ///< Empty: the caller alone.
  SessionState state = SessionState::kCreated;
  Attributes attributes;
  std::int32_t region = 0;
  std::string data;
};

struct GetSessionRequest {
  std::string id;  ///< Empty: the sessions of the game.
  std::string game_id;
};

struct Sessions {
  std::vector<Session> sessions;  ///< Exactly one when asked by id.
};

enum class JoinLeaveAction : std::uint8_t { kJoin = 0, kLeave = 1 };

struct JoinLeaveRequest {
  std::string user_id;  ///< Empty or the caller.
  std::string game_id;
  JoinLeaveAction action = JoinLeaveAction::kJoin;
  std::string team_id;
  std::string session_id;  ///< Empty on JOIN: queue for a match.
  std::int32_t region = 0;
};

enum class EventType : std::uint8_t {
  kUnspecified = 0,
  kAction = 1,
  kGameEvent = 2,
  kSystem = 3,
  kCompletion = 4
};

/// One event of a session's stream.
struct GameEvent {
  std::string id;
  std::string name;
  std::int64_t timestamp_ms = 0;  ///< UTC, set by the server.
  std::string game_id;
  std::string player_id;  ///< The sender, set by the server.
  std::string session_id;
  std::string team_id;
  Attributes attributes;
  EventType type = EventType::kUnspecified;
  std::string data;
  std::uint64_t sequence = 0;  ///< 1, 2, 3 … within the session, set by the server. In the first
                               ///< message of a client: the last one seen, to resume after it.
};

}  // namespace oofgg
