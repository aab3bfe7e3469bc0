#pragma once

#include <cstdint>
#include <string_view>

#include "oofgg/model/account.h"
#include "oofgg/model/auth.h"
#include "oofgg/model/fleet.h"
#include "oofgg/model/game.h"
#include "oofgg/model/match.h"
#include "oofgg/model/match_history.h"
#include "oofgg/model/presence.h"
#include "oofgg/model/registration.h"
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
using OnlyOnce = Method<Request, Response, Kind::kUnary, Idempotency::kNever>;
/// Without a token: each row says what a repetition may do.
template <class Request, class Response, Idempotency kIdempotencyOf>
using WayIn = Method<Request, Response, Kind::kUnary, kIdempotencyOf, false>;

// v1.api.auth.AuthService

struct Register : WayIn<RegisterRequest, AuthTokens, Idempotency::kWithKey> {
  static constexpr std::string_view kPath = "/v1.api.auth.AuthService/Register";
};
/// Each success begins a session. One whose answer was lost is never used and expires, so that repeating the
/// call costs a row for a while, and no player an error.
struct Login : WayIn<LoginRequest, AuthTokens, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/v1.api.auth.AuthService/Login";
};
/// As Login: Twitch's token may be shown again.
struct TwitchLogin : WayIn<TwitchLoginRequest, AuthTokens, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/v1.api.auth.AuthService/TwitchLogin";
};
struct ValidateToken : WayIn<ValidateTokenRequest, ValidateTokenResponse, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/v1.api.auth.AuthService/ValidateToken";
};
/// A token is good for one use: the key is what tells a lost reply from a stolen token.
struct RefreshToken : WayIn<RefreshTokenRequest, AuthTokens, Idempotency::kWithKey> {
  static constexpr std::string_view kPath = "/v1.api.auth.AuthService/RefreshToken";
};

// oofgg.v1.AccountService

/// The secret names the account, which is made once; for the session see Login.
struct GuestLogin : WayIn<GuestLoginRequest, AuthTokens, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/GuestLogin";
};
/// As Login.
struct ServiceLogin : WayIn<ServiceLoginRequest, AuthTokens, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/ServiceLogin";
};
/// Asked again, a server sends another mail, whose code takes the first one's place; the key lets it spare
/// the player that.
struct RequestPasswordReset : WayIn<RequestPasswordResetRequest, Done, Idempotency::kWithKey> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/RequestPasswordReset";
};
/// The first attempt spends the code, so that a second one would call a success a failure.
struct ResetPassword : WayIn<ResetPasswordRequest, Done, Idempotency::kNever> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/ResetPassword";
};
/// Likewise.
struct VerifyEmail : WayIn<VerifyEmailRequest, Done, Idempotency::kNever> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/VerifyEmail";
};
struct GetAccount : Repeatable<GetAccountRequest, Account> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/GetAccount";
};
/// The same request again is as good as once.
struct UpgradeAccount : Repeatable<UpgradeAccountRequest, Account> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/UpgradeAccount";
};
struct ListSessions : Repeatable<ListSessionsRequest, AccountSessions> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/ListSessions";
};
/// What has ended stays ended.
struct Logout : Repeatable<LogoutRequest, Done> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/Logout";
};
/// Again ends what is left; the count is of the last attempt.
struct LogoutEverywhere : Repeatable<LogoutEverywhereRequest, LogoutEverywhereResponse> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/LogoutEverywhere";
};
/// After the first attempt the current password is another, so that a second one would look like a bad guess.
struct ChangePassword : OnlyOnce<ChangePasswordRequest, Done> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/ChangePassword";
};
/// What is linked stays so.
struct LinkTwitch : Repeatable<LinkTwitchRequest, Account> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/LinkTwitch";
};
/// As RequestPasswordReset.
struct RequestEmailCode : Creation<RequestEmailCodeRequest, Done> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/RequestEmailCode";
};
/// A second attempt would come with a session that has ended, and be refused.
struct DeleteAccount : OnlyOnce<DeleteAccountRequest, Done> {
  static constexpr std::string_view kPath = "/oofgg.v1.AccountService/DeleteAccount";
};

// oofgg.v1.AdminService

struct FindAccount : Repeatable<FindAccountRequest, Account> {
  static constexpr std::string_view kPath = "/oofgg.v1.AdminService/FindAccount";
};
/// The last ban counts; one that is repeated ends as much later as its repetition came.
struct Ban : Repeatable<BanRequest, Account> {
  static constexpr std::string_view kPath = "/oofgg.v1.AdminService/Ban";
};
struct Unban : Repeatable<UnbanRequest, Account> {
  static constexpr std::string_view kPath = "/oofgg.v1.AdminService/Unban";
};
struct SetRole : Repeatable<SetRoleRequest, Account> {
  static constexpr std::string_view kPath = "/oofgg.v1.AdminService/SetRole";
};
struct EndUserSessions : Repeatable<EndUserSessionsRequest, LogoutEverywhereResponse> {
  static constexpr std::string_view kPath = "/oofgg.v1.AdminService/EndUserSessions";
};
/// Nobody is deleted twice; a second attempt finds nobody.
struct DeleteUser : Repeatable<DeleteUserRequest, Done> {
  static constexpr std::string_view kPath = "/oofgg.v1.AdminService/DeleteUser";
};
/// Only hashes are stored, so that no repetition could give the secret again: after a lost answer an operator
/// revokes what the list shows, and makes another.
struct CreateServiceCredential : OnlyOnce<CreateServiceCredentialRequest, ServiceCredentialInfo> {
  static constexpr std::string_view kPath = "/oofgg.v1.AdminService/CreateServiceCredential";
};
/// A second rotation would end the secret that game servers still use.
struct RotateServiceCredential : OnlyOnce<RotateServiceCredentialRequest, ServiceCredentialInfo> {
  static constexpr std::string_view kPath = "/oofgg.v1.AdminService/RotateServiceCredential";
};
struct RevokeServiceCredential : Repeatable<RevokeServiceCredentialRequest, ServiceCredentialInfo> {
  static constexpr std::string_view kPath = "/oofgg.v1.AdminService/RevokeServiceCredential";
};
struct ListServiceCredentials : Repeatable<ListServiceCredentialsRequest, ServiceCredentials> {
  static constexpr std::string_view kPath = "/oofgg.v1.AdminService/ListServiceCredentials";
};

// oofgg.v1.RevocationService

/// Opened again, it goes on after the cursor in the request.
struct WatchRevocations
    : Method<WatchRevocationsRequest, Revocations, Kind::kServerStream, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/oofgg.v1.RevocationService/Watch";
};

// oofgg.v1.PresenceService

struct Connect : Method<PresenceRequest, PresenceUpdate, Kind::kBidiStream, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/oofgg.v1.PresenceService/Connect";
};
struct WatchPresence
    : Method<PresenceRequest, PresenceUpdate, Kind::kServerStream, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/oofgg.v1.PresenceService/Watch";
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

// oofgg.v1.MatchHistoryService

struct ListMatches : Repeatable<ListMatchesRequest, MatchesPage> {
  static constexpr std::string_view kPath = "/oofgg.v1.MatchHistoryService/ListMatches";
};
struct GetMatch : Repeatable<GetMatchRequest, PlayedMatch> {
  static constexpr std::string_view kPath = "/oofgg.v1.MatchHistoryService/GetMatch";
};

// oofgg.v1.FleetService

struct ListGameServers : Repeatable<ListGameServersRequest, GameServers> {
  static constexpr std::string_view kPath = "/oofgg.v1.FleetService/ListGameServers";
};
/// The caller names the run of the server that it registers, so that again is as good as once.
struct RegisterGameServer : Repeatable<RegisterGameServerRequest, GameServerLease> {
  static constexpr std::string_view kPath = "/oofgg.v1.FleetService/RegisterGameServer";
};
struct ReportGameServer : Repeatable<ReportGameServerRequest, GameServerLease> {
  static constexpr std::string_view kPath = "/oofgg.v1.FleetService/ReportGameServer";
};
/// Gone is gone.
struct DeregisterGameServer : Repeatable<DeregisterGameServerRequest, DeregisterGameServerResponse> {
  static constexpr std::string_view kPath = "/oofgg.v1.FleetService/DeregisterGameServer";
};
struct ListFleets : Repeatable<ListFleetsRequest, Fleets> {
  static constexpr std::string_view kPath = "/oofgg.v1.FleetService/ListFleets";
};
/// What is ordered is a state, so that again changes nothing.
struct ScaleFleet : Repeatable<ScaleFleetRequest, FleetInfo> {
  static constexpr std::string_view kPath = "/oofgg.v1.FleetService/ScaleFleet";
};
/// Again, the deadline counts anew.
struct DrainServers : Repeatable<DrainServersRequest, DrainedServers> {
  static constexpr std::string_view kPath = "/oofgg.v1.FleetService/DrainServers";
};
struct UpdateFleet : Repeatable<UpdateFleetRequest, FleetInfo> {
  static constexpr std::string_view kPath = "/oofgg.v1.FleetService/UpdateFleet";
};

// v1.api.common.GameService

struct CreateGame : Creation<CreateGameRequest, Game> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/CreateGame";
};
struct GetGame : Repeatable<GetGameRequest, GamesPage> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/GetGame";
};
/// With a version, one whose answer was lost says kAborted the second time: read again.
struct UpdateGame : Repeatable<UpdateGameRequest, Game> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/UpdateGame";
};
struct TrendingGames : Repeatable<TrendingGamesRequest, GamesPage> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/TrendingGame";
};
struct CreateSession : Creation<CreateSessionRequest, Session> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/CreateSession";
};
struct GetSession : Repeatable<GetSessionRequest, Sessions> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/GetSession";
};
/// As UpdateGame.
struct UpdateSession : Repeatable<UpdateSessionRequest, Session> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/UpdateSession";
};
struct DeleteSession : Repeatable<DeleteSessionRequest, Session> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/DeleteSession";
};
struct CreateEntity : Creation<CreateEntityRequest, Entity> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/CreateEntity";
};
struct GetEntity : Repeatable<GetEntityRequest, Entities> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/GetEntity";
};
/// As UpdateGame.
struct UpdateEntity : Repeatable<UpdateEntityRequest, Entity> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/UpdateEntity";
};
/// Gone is gone; a repeated call is answered with the ids alone.
struct DeleteEntity : Repeatable<DeleteEntityRequest, Entity> {
  static constexpr std::string_view kPath = "/v1.api.common.GameService/DeleteEntity";
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

// v1.api.common.InstanceService and v1.api.common.GlobalService; opened again as StreamEvents.

struct StreamInstanceEvents : Method<GameEvent, GameEvent, Kind::kBidiStream, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/v1.api.common.InstanceService/StreamEvents";
};
struct StreamGlobalEvents : Method<GlobalEvent, GlobalEvent, Kind::kBidiStream, Idempotency::kIdempotent> {
  static constexpr std::string_view kPath = "/v1.api.common.GlobalService/StreamEvents";
};

// v1.api.common.PlayerService

/// Idempotent: a caller has one profile, under the caller's own id.
struct CreatePlayer : Repeatable<Player, Player> {
  static constexpr std::string_view kPath = "/v1.api.common.PlayerService/CreatePlayer";
};
struct GetPlayer : Repeatable<GetPlayerRequest, Player> {
  static constexpr std::string_view kPath = "/v1.api.common.PlayerService/GetPlayer";
};
/// As UpdateGame.
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
using AllMethods = MethodList<
    methods::Register, methods::Login, methods::TwitchLogin, methods::ValidateToken, methods::RefreshToken,
    methods::GuestLogin, methods::ServiceLogin, methods::RequestPasswordReset, methods::ResetPassword,
    methods::VerifyEmail, methods::GetAccount, methods::UpgradeAccount, methods::ListSessions,
    methods::Logout, methods::LogoutEverywhere, methods::ChangePassword, methods::LinkTwitch,
    methods::RequestEmailCode, methods::DeleteAccount, methods::FindAccount, methods::Ban, methods::Unban,
    methods::SetRole, methods::EndUserSessions, methods::DeleteUser, methods::CreateServiceCredential,
    methods::RotateServiceCredential, methods::RevokeServiceCredential, methods::ListServiceCredentials,
    methods::WatchRevocations, methods::Connect, methods::WatchPresence, methods::CreateTicket,
    methods::GetTicket, methods::CancelTicket, methods::WatchTicket, methods::ListGameServers,
    methods::ListFleets, methods::ScaleFleet, methods::DrainServers, methods::UpdateFleet,
    methods::CreateGame, methods::GetGame, methods::UpdateGame, methods::TrendingGames,
    methods::CreateSession, methods::GetSession, methods::UpdateSession, methods::DeleteSession,
    methods::CreateEntity, methods::GetEntity, methods::UpdateEntity, methods::DeleteEntity,
    methods::JoinLeave, methods::WatchQueue, methods::StreamEvents, methods::StreamInstanceEvents,
    methods::StreamGlobalEvents, methods::CreatePlayer, methods::GetPlayer, methods::UpdatePlayer,
    methods::SubmitScore, methods::GetPlayerScores, methods::GetLeaderboard, methods::GetPlayerRank,
    methods::ListMatches, methods::GetMatch, methods::RegisterGameServer, methods::ReportGameServer,
    methods::DeregisterGameServer>;

}  // namespace oofgg::wire
