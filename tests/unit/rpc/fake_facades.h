#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "game/board_page.h"
#include "oofgg/caller.h"
#include "oofgg/model/account.h"
#include "oofgg/model/auth.h"
#include "oofgg/model/fleet.h"
#include "oofgg/model/game.h"
#include "oofgg/model/match.h"
#include "oofgg/model/match_history.h"
#include "oofgg/model/presence.h"
#include "oofgg/model/score.h"
#include "oofgg/stream.h"

namespace oofgg::rpc {

/// Opens once; whoever waits goes on.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

/// A value that the test and the server's threads share. That one call follows another is no order that TSan
/// can see, as it goes through the kernel.
template <class T>
class Shared {
 public:
  void Set(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }
  T Get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  T value_{};
};

/// Facades whose every method is a function that a test can set.
struct FakeAuth {
  std::function<StatusOr<AuthTokens>(const CallContext&, const LoginRequest&)> on_login =
      [](const CallContext&, const LoginRequest& request) -> StatusOr<AuthTokens> {
    return AuthTokens{.user_id = request.username, .access_token = "a", .refresh_token = "r"};
  };
  std::function<StatusOr<AuthTokens>(const CallContext&, const TwitchLoginRequest&)> on_twitch_login =
      [](const CallContext&, const TwitchLoginRequest&) -> StatusOr<AuthTokens> {
    return AuthTokens{.user_id = "", .access_token = "a", .refresh_token = "r"};
  };

  StatusOr<AuthTokens> Register(const CallContext&, const RegisterRequest& request) {
    return AuthTokens{.user_id = request.username, .access_token = "a", .refresh_token = "r"};
  }
  StatusOr<AuthTokens> Login(const CallContext& context, const LoginRequest& request) {
    return on_login(context, request);
  }
  StatusOr<AuthTokens> TwitchLogin(const CallContext& context, const TwitchLoginRequest& request) {
    return on_twitch_login(context, request);
  }
  StatusOr<AuthTokens> RefreshToken(const CallContext&, const RefreshTokenRequest& request) {
    return AuthTokens{.user_id = "", .access_token = "a", .refresh_token = request.refresh_token};
  }
  StatusOr<ValidateTokenResponse> ValidateToken(const CallContext&, const ValidateTokenRequest&) {
    return ValidateTokenResponse{.is_valid = true, .user_id = "u", .role = "user"};
  }
};

struct FakePlayers {
  std::function<StatusOr<Player>(const CallContext&)> on_call = [](const CallContext& context) {
    Player player;
    player.id = context.caller->user_id;
    return StatusOr<Player>(player);
  };
  std::function<std::optional<StatusOr<Player>>(const CallContext&)> at_hand = [](const CallContext&) {
    return std::nullopt;
  };

  StatusOr<Player> CreatePlayer(const CallContext& context, const Player&) { return on_call(context); }
  StatusOr<Player> GetPlayer(const CallContext& context, const GetPlayerRequest&) { return on_call(context); }
  std::optional<StatusOr<Player>> GetPlayerAtHand(const CallContext& context, const GetPlayerRequest&) {
    return at_hand(context);
  }
  StatusOr<Player> UpdatePlayer(const CallContext& context, const UpdatePlayerRequest&) {
    return on_call(context);
  }
};

/// A handler that says what a test puts into it, and keeps what it heard.
template <class In, class Out>
class FakeHandler : public StreamHandler<In, Out> {
 public:
  explicit FakeHandler(std::shared_ptr<StreamHost> host) : host_(std::move(host)) {}

  void Say(Out message) {
    const std::lock_guard lock(mutex_);
    to_say_.push_back(std::move(message));
    host_->Wake();
  }
  void End(Status status) { host_->Finish(std::move(status)); }

  void OnMessage(In message) override {
    const std::lock_guard lock(mutex_);
    heard_.push_back(std::move(message));
    changed_.notify_all();
  }
  void OnClose() override {
    const std::lock_guard lock(mutex_);
    ++closes_;
    changed_.notify_all();
  }
  std::optional<Out> Next() override {
    const std::lock_guard lock(mutex_);
    if (to_say_.empty()) return std::nullopt;
    Out next = std::move(to_say_.front());
    to_say_.erase(to_say_.begin());
    return next;
  }

  std::vector<In> WaitForMessages(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return heard_.size() >= count; });
    return heard_;
  }
  void WaitForClose() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closes_ > 0; });
  }
  int closes() {
    const std::lock_guard lock(mutex_);
    return closes_;
  }

 private:
  const std::shared_ptr<StreamHost> host_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Out> to_say_;
  std::vector<In> heard_;
  int closes_ = 0;
};

/// Gives out one handler a stream, and remembers them.
template <class In, class Out>
class FakeOpener {
 public:
  using Handler = FakeHandler<In, Out>;

  StatusOr<StreamHandlerPtr<In, Out>> Open(const CallContext& context, std::shared_ptr<StreamHost> host) {
    const std::lock_guard lock(mutex_);
    if (!refusal_.ok()) return refusal_;
    callers_.push_back(context.caller->user_id);
    handlers_.push_back(std::make_shared<Handler>(std::move(host)));
    opened_.notify_all();
    return handlers_.back();
  }

  std::shared_ptr<Handler> WaitForStream(std::size_t index = 0) {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [&] { return handlers_.size() > index; });
    return handlers_[index];
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return handlers_.size();
  }

  std::vector<std::string> callers() {
    const std::lock_guard lock(mutex_);
    return callers_;
  }
  void Refuse(Status refusal) {
    const std::lock_guard lock(mutex_);
    refusal_ = std::move(refusal);
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  Status refusal_;
  std::vector<std::string> callers_;
  std::vector<std::shared_ptr<Handler>> handlers_;
};

struct FakePresence : FakeOpener<PresenceRequest, PresenceUpdate> {
  auto Connect(const CallContext& context, std::shared_ptr<StreamHost> host) {
    return Open(context, std::move(host));
  }
  auto Watch(const CallContext& context, const PresenceRequest&, std::shared_ptr<StreamHost> host) {
    return Open(context, std::move(host));
  }
};

struct FakeGames {
  StatusOr<Game> CreateGame(const CallContext&, const CreateGameRequest& request) {
    Game game;
    game.name = request.name;
    return game;
  }
  StatusOr<GamesPage> GetGame(const CallContext&, const GetGameRequest& request) {
    Game game;
    game.id = request.id.empty() ? "g1" : request.id;
    return GamesPage{.games = {game}, .next_cursor = ""};
  }
  std::optional<StatusOr<GamesPage>> GetGameAtHand(const CallContext&, const GetGameRequest&) {
    return std::nullopt;
  }
  StatusOr<Game> UpdateGame(const CallContext&, const UpdateGameRequest&) { return Game{}; }
  StatusOr<GamesPage> TrendingGames(const CallContext&, const TrendingGamesRequest&) { return GamesPage{}; }
};

struct FakeEntities {
  StatusOr<Entity> CreateEntity(const CallContext&, const CreateEntityRequest&) { return Entity{}; }
  StatusOr<Entities> GetEntity(const CallContext&, const GetEntityRequest& request) {
    return Entities{.entities = {{.id = request.id.empty() ? "e1" : request.id}}};
  }
  StatusOr<Entity> UpdateEntity(const CallContext&, const UpdateEntityRequest&) { return Entity{}; }
  StatusOr<Entity> DeleteEntity(const CallContext&, const DeleteEntityRequest&) { return Entity{}; }
};

/// Both sides of a session's events.
struct FakeEvents : FakeOpener<GameEvent, GameEvent> {
  auto OpenAsServer(const CallContext& context, std::shared_ptr<StreamHost> host) {
    return Open(context, std::move(host));
  }
};

struct FakeSessions : FakeOpener<Session, Session> {
  StatusOr<Session> CreateSession(const CallContext&, const CreateSessionRequest&) { return Session{}; }
  StatusOr<Sessions> GetSession(const CallContext&, const GetSessionRequest& request) {
    Session session;
    session.id = request.id.empty() ? "s1" : request.id;
    return Sessions{.sessions = {session}};
  }
  std::optional<StatusOr<Sessions>> GetSessionAtHand(const CallContext&, const GetSessionRequest&) {
    return std::nullopt;
  }
  StatusOr<Session> UpdateSession(const CallContext&, const UpdateSessionRequest&) { return Session{}; }
  StatusOr<Session> DeleteSession(const CallContext&, const DeleteSessionRequest&) { return Session{}; }
  StatusOr<Session> JoinLeave(const CallContext&, const JoinLeaveRequest&) { return Session{}; }
  auto WatchQueue(const CallContext& context, const Session& request, std::shared_ptr<StreamHost> host) {
    watched.Set(request.id);
    return Open(context, std::move(host));
  }

  Shared<std::string> watched;
};

struct FakeScores {
  struct SubmitCall {
    const CallContext& context;
    const ScoreSubmission& submission;
  };
  std::function<std::vector<StatusOr<LeaderboardEntry>>(std::span<const SubmitCall>)> on_submit =
      [](std::span<const SubmitCall> calls) {
        return std::vector<StatusOr<LeaderboardEntry>>(calls.size(), LeaderboardEntry{});
      };
  bool together = false;

  StatusOr<LeaderboardEntry> SubmitScore(const CallContext& context, const ScoreSubmission& submission) {
    const SubmitCall call{context, submission};
    return on_submit({&call, 1}).front();
  }
  std::vector<StatusOr<LeaderboardEntry>> SubmitScores(std::span<const SubmitCall> calls) {
    return on_submit(calls);
  }
  bool SubmitsTogether(const CallContext&, const ScoreSubmission&) { return together; }
  StatusOr<PlayerScores> GetPlayerScores(const CallContext&, const PlayerScoresRequest&) {
    return PlayerScores{};
  }
  StatusOr<game::BoardPage> ReadLeaderboard(const CallContext&, const LeaderboardRequest&) {
    return game::BoardPage{};
  }
  std::optional<StatusOr<game::BoardPage>> ReadLeaderboardAtHand(const CallContext&,
                                                                 const LeaderboardRequest&) {
    return std::nullopt;
  }
  StatusOr<PlayerRank> GetPlayerRank(const CallContext&, const PlayerRankRequest&) { return PlayerRank{}; }
  std::optional<StatusOr<PlayerRank>> GetPlayerRankAtHand(const CallContext&, const PlayerRankRequest&) {
    return std::nullopt;
  }
};

struct FakeTickets : FakeOpener<TicketId, Ticket> {
  StatusOr<Ticket> CreateTicket(const CallContext&, const CreateTicketRequest&) { return Ticket{}; }
  StatusOr<Ticket> GetTicket(const CallContext&, const TicketId&) { return Ticket{}; }
  StatusOr<Ticket> CancelTicket(const CallContext&, const TicketId&) { return Ticket{}; }
  auto WatchTicket(const CallContext& context, const TicketId&, std::shared_ptr<StreamHost> host) {
    return Open(context, std::move(host));
  }
};

struct FakeMatches {
  StatusOr<MatchesPage> ListMatches(const CallContext&, const ListMatchesRequest&) { return MatchesPage{}; }
  StatusOr<PlayedMatch> GetMatch(const CallContext&, const GetMatchRequest&) { return PlayedMatch{}; }
};

struct FakeFleets {
  StatusOr<GameServers> ListGameServers(const CallContext&, const ListGameServersRequest&) {
    return GameServers{};
  }
  StatusOr<GameServerLease> RegisterGameServer(const CallContext&, const RegisterGameServerRequest&) {
    return GameServerLease{};
  }
  StatusOr<GameServerLease> ReportGameServer(const CallContext&, const ReportGameServerRequest&) {
    return GameServerLease{};
  }
  StatusOr<DeregisterGameServerResponse> DeregisterGameServer(const CallContext&,
                                                              const DeregisterGameServerRequest&) {
    return DeregisterGameServerResponse{};
  }
  StatusOr<Fleets> ListFleets(const CallContext&, const ListFleetsRequest&) { return Fleets{}; }
  StatusOr<FleetInfo> ScaleFleet(const CallContext&, const ScaleFleetRequest&) { return FleetInfo{}; }
  StatusOr<DrainedServers> DrainServers(const CallContext&, const DrainServersRequest&) {
    return DrainedServers{};
  }
  StatusOr<FleetInfo> UpdateFleet(const CallContext&, const UpdateFleetRequest&) { return FleetInfo{}; }
};

/// Answers every method alike, and tells `on_call` of it first.
struct FakeAccounts {
  std::function<void(std::string_view method)> on_call = [](std::string_view) {};

  StatusOr<AuthTokens> GuestLogin(const CallContext&, const GuestLoginRequest&) {
    return Answer<AuthTokens>("GuestLogin");
  }
  StatusOr<AuthTokens> ServiceLogin(const CallContext&, const ServiceLoginRequest&) {
    return Answer<AuthTokens>("ServiceLogin");
  }
  StatusOr<Done> RequestPasswordReset(const CallContext&, const RequestPasswordResetRequest&) {
    return Answer<Done>("RequestPasswordReset");
  }
  StatusOr<Done> ResetPassword(const CallContext&, const ResetPasswordRequest&) {
    return Answer<Done>("ResetPassword");
  }
  StatusOr<Done> VerifyEmail(const CallContext&, const VerifyEmailRequest&) {
    return Answer<Done>("VerifyEmail");
  }
  StatusOr<Account> GetAccount(const CallContext&, const GetAccountRequest&) {
    return Answer<Account>("GetAccount");
  }
  StatusOr<Account> UpgradeAccount(const CallContext&, const UpgradeAccountRequest&) {
    return Answer<Account>("UpgradeAccount");
  }
  StatusOr<AccountSessions> ListSessions(const CallContext&, const ListSessionsRequest&) {
    return Answer<AccountSessions>("ListSessions");
  }
  StatusOr<Done> Logout(const CallContext&, const LogoutRequest&) { return Answer<Done>("Logout"); }
  StatusOr<LogoutEverywhereResponse> LogoutEverywhere(const CallContext&, const LogoutEverywhereRequest&) {
    return Answer<LogoutEverywhereResponse>("LogoutEverywhere");
  }
  StatusOr<Done> ChangePassword(const CallContext&, const ChangePasswordRequest&) {
    return Answer<Done>("ChangePassword");
  }
  StatusOr<Account> LinkTwitch(const CallContext&, const LinkTwitchRequest&) {
    return Answer<Account>("LinkTwitch");
  }
  StatusOr<Done> RequestEmailCode(const CallContext&, const RequestEmailCodeRequest&) {
    return Answer<Done>("RequestEmailCode");
  }
  StatusOr<Done> DeleteAccount(const CallContext&, const DeleteAccountRequest&) {
    return Answer<Done>("DeleteAccount");
  }

 private:
  template <class Response>
  StatusOr<Response> Answer(std::string_view method) {
    on_call(method);
    return Response{};
  }
};

struct FakeAdmin {
  StatusOr<Account> FindAccount(const CallContext&, const FindAccountRequest&) { return Account{}; }
  StatusOr<Account> Ban(const CallContext&, const BanRequest&) { return Account{}; }
  StatusOr<Account> Unban(const CallContext&, const UnbanRequest&) { return Account{}; }
  StatusOr<Account> SetRole(const CallContext&, const SetRoleRequest&) { return Account{}; }
  StatusOr<LogoutEverywhereResponse> EndUserSessions(const CallContext&, const EndUserSessionsRequest&) {
    return LogoutEverywhereResponse{};
  }
  StatusOr<Done> DeleteUser(const CallContext&, const DeleteUserRequest&) { return Done{}; }
  StatusOr<ServiceCredentialInfo> CreateServiceCredential(const CallContext&,
                                                          const CreateServiceCredentialRequest&) {
    return ServiceCredentialInfo{};
  }
  StatusOr<ServiceCredentialInfo> RotateServiceCredential(const CallContext&,
                                                          const RotateServiceCredentialRequest&) {
    return ServiceCredentialInfo{};
  }
  StatusOr<ServiceCredentialInfo> RevokeServiceCredential(const CallContext&,
                                                          const RevokeServiceCredentialRequest&) {
    return ServiceCredentialInfo{};
  }
  StatusOr<ServiceCredentials> ListServiceCredentials(const CallContext&,
                                                      const ListServiceCredentialsRequest&) {
    return ServiceCredentials{};
  }
};

struct FakeRevocations : FakeOpener<WatchRevocationsRequest, Revocations> {
  auto OpenWatch(const CallContext& context, const WatchRevocationsRequest& request,
                 std::shared_ptr<StreamHost> host) {
    cursor.Set(request.cursor);
    return Open(context, std::move(host));
  }

  Shared<std::string> cursor;
};

}  // namespace oofgg::rpc
