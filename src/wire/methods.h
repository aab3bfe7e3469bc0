#pragma once

#include <cstdint>
#include <string_view>

#include "oofgg/model/auth.h"
#include "oofgg/model/fleet.h"
#include "oofgg/model/game.h"
#include "oofgg/model/match.h"
#include "oofgg/model/presence.h"
#include "oofgg/model/score.h"

/// The one table of methods: client, testing::Backend and rpc all read it, so that they cannot disagree
/// about a path, a type, or whether a call may be repeated (docs/decisions/0014-one-method-table.md).
namespace oofgg::wire {

enum class Kind : std::uint8_t {
  kUnary,
  kServerStream,  ///< One request, many responses.
  kBidiStream,
};

/// May a call whose outcome is unknown be sent again?
enum class Idempotency : std::uint8_t {
  kIdempotent,  ///< As it is: it reads, or the last write wins. A stream of this kind may be opened again.
  kWithKey,     ///< With the metadata `idempotency-key` of the first attempt.
  kNever,       ///< Not at all.
};

/// What is known of a method at run time; `InfoOf<M>()` makes it of a row.
struct MethodInfo {
  std::string_view path;
  Kind kind = Kind::kUnary;
  Idempotency idempotency = Idempotency::kNever;
  bool needs_token = true;
};

namespace methods {

/// One row. `kPath` is added by each method, as a string cannot be a template argument.
template <class RequestType, class ResponseType, Kind kKindOf, Idempotency kIdempotencyOf,
          bool kNeedsTokenOf = true>
struct Method {
  using Request = RequestType;
  using Response = ResponseType;
  static constexpr Kind kKind = kKindOf;
  static constexpr Idempotency kIdempotency = kIdempotencyOf;
  static constexpr bool kNeedsToken = kNeedsTokenOf;
};

template <class Request, class Response>
using Repeatable = Method<Request, Response, Kind::kUnary, Idempotency::kIdempotent>;
template <class Request, class Response>
using Creation = Method<Request, Response, Kind::kUnary, Idempotency::kWithKey>;
template <class Request, class Response>
using WayIn = Method<Request, Response, Kind::kUnary, Idempotency::kWithKey, false>;

// v1.api.auth.AuthService

struct Register : WayIn<RegisterRequest, AuthTokens> {
  static constexpr std::string_view kPath = "/v1.api.auth.AuthService/Register";
};
/// Each success begins a session. One whose answer was lost is never used and expires, so that repeating the
/// call costs a row for a while, and no player an error.
struct Login : Method<LoginRequest, AuthTokens, Kind::kUnary, Idempotency::kIdempotent, false> {
  static constexpr std::string_view kPath = "/v1.api.auth.AuthService/Login";
};
struct ValidateToken
    : Method<ValidateTokenRequest, ValidateTokenResponse, Kind::kUnary, Idempotency::kIdempotent, false> {
  static constexpr std::string_view kPath = "/v1.api.auth.AuthService/ValidateToken";
};
/// A token is good for one use: the key is what tells a lost reply from a stolen token.
struct RefreshToken : WayIn<RefreshTokenRequest, AuthTokens> {
  static constexpr std::string_view kPath = "/v1.api.auth.AuthService/RefreshToken";
};

// oofgg.v1.PresenceService

struct Connect : Method<PresenceRequest, PresenceUpdate, Kind::kBidiStream, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/oofgg.v1.PresenceService/Connect";
};

// oofgg.v1.MatchmakingService

struct CreateTicket : Creation<CreateTicketRequest, Ticket> {
  static constexpr std::string_view kPath = "/oofgg.v1.MatchmakingService/CreateTicket";
};
struct GetTicket : Repeatable<TicketId, Ticket> {
  static constexpr std::string_view kPath = "/oofgg.v1.MatchmakingService/GetTicket";
};
/// Again changes nothing.
struct CancelTicket : Repeatable<TicketId, Ticket> {
  static constexpr std::string_view kPath = "/oofgg.v1.MatchmakingService/CancelTicket";
};
struct WatchTicket : Method<TicketId, Ticket, Kind::kServerStream, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/oofgg.v1.MatchmakingService/WatchTicket";
};

// oofgg.v1.FleetService

struct ListGameServers : Repeatable<ListGameServersRequest, GameServers> {
  static constexpr std::string_view kPath = "/oofgg.v1.FleetService/ListGameServers";
};

// v1.api.common.GameService

struct CreateGame : Creation<CreateGameRequest, Game> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/CreateGame";
};
struct GetGame : Repeatable<GetGameRequest, GamesPage> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/GetGame";
};
struct CreateSession : Creation<CreateSessionRequest, Session> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/CreateSession";
};
struct GetSession : Repeatable<GetSessionRequest, Sessions> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/GetSession";
};
/// A JOIN without a key could queue twice.
struct JoinLeave : Creation<JoinLeaveRequest, Session> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/JoinLeave";
};
/// Of the request only the id counts.
struct WatchQueue : Method<Session, Session, Kind::kServerStream, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/WatchQueue";
};
/// Opened again, it goes on after the sequence number in the client's first message.
struct StreamEvents : Method<GameEvent, GameEvent, Kind::kBidiStream, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/StreamEvents";
};

// v1.api.common.PlayerService

/// Idempotent: a caller has one profile, under the caller's own id.
struct CreatePlayer : Repeatable<Player, Player> {
  static constexpr std::string_view kPath = "/v1.api.common.PlayerService/CreatePlayer";
};
struct GetPlayer : Repeatable<GetPlayerRequest, Player> {
  static constexpr std::string_view kPath = "/v1.api.common.PlayerService/GetPlayer";
};
/// The last write wins.
struct UpdatePlayer : Repeatable<UpdatePlayerRequest, Player> {
  static constexpr std::string_view kPath = "/v1.api.common.PlayerService/UpdatePlayer";
};

// v1.api.common.ScoreService

struct SubmitScore : Creation<ScoreSubmission, LeaderboardEntry> {
  static constexpr std::string_view kPath = "/v1.api.common.ScoreService/SubmitScore";
};
struct GetPlayerScores : Repeatable<PlayerScoresRequest, PlayerScores> {
  static constexpr std::string_view kPath = "/v1.api.common.ScoreService/GetPlayerScores";
};
struct GetLeaderboard : Repeatable<LeaderboardRequest, Leaderboard> {
  static constexpr std::string_view kPath = "/v1.api.common.ScoreService/GetLeaderboard";
};
struct GetPlayerRank : Repeatable<PlayerRankRequest, PlayerRank> {
  static constexpr std::string_view kPath = "/v1.api.common.ScoreService/GetPlayerRank";
};

}  // namespace methods

template <class M>
[[nodiscard]] constexpr MethodInfo InfoOf() {
  return {M::kPath, M::kKind, M::kIdempotency, M::kNeedsToken};
}

template <class... M>
struct MethodList {
  /// Calls `visit.template operator()<Method>()` for each.
  template <class Visitor>
  static void ForEach(Visitor&& visit) {
    (visit.template operator()<M>(), ...);
  }
};

/// Every method that is served. A row that is missing here is found by a test.
using AllMethods =
    MethodList<methods::Register, methods::Login, methods::ValidateToken, methods::RefreshToken,
               methods::Connect, methods::CreateTicket, methods::GetTicket, methods::CancelTicket,
               methods::WatchTicket, methods::ListGameServers, methods::CreateGame, methods::GetGame,
               methods::CreateSession, methods::GetSession, methods::JoinLeave, methods::WatchQueue,
               methods::StreamEvents, methods::CreatePlayer, methods::GetPlayer, methods::UpdatePlayer,
               methods::SubmitScore, methods::GetPlayerScores, methods::GetLeaderboard,
               methods::GetPlayerRank>;

}  // namespace oofgg::wire
