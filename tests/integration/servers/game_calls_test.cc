// Every call of oofgg-game that the contract has, by what may be wrong with it: a table whose cells are
// tests. The requests go as bytes, as a client of anybody's sends them, to a real oofgg-game beside a real
// oofgg-auth; once where it keeps everything in SQLite, once in PostgreSQL and Redis.

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "oofgg/auth/key_store.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/integration/servers/running_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redis_server.h"
#include "tests/unit/rpc/raw_call.h"
#include "wire/codec.h"

namespace oofgg::testing {
namespace {

namespace methods = wire::methods;

/// The columns. "Wrong owner" is somebody signed in whom the thing does not belong to.
enum class Case { kHappy, kWrongOwner, kMissing, kMalformed, kOversize, kNoToken, kExpiredToken, kConflict };
constexpr std::array kCases = {Case::kHappy,    Case::kWrongOwner, Case::kMissing,      Case::kMalformed,
                               Case::kOversize, Case::kNoToken,    Case::kExpiredToken, Case::kConflict};
constexpr std::array kCaseNames = {"Happy",    "WrongOwner", "Missing",      "Malformed",
                                   "Oversize", "NoToken",    "ExpiredToken", "Conflict"};

using grpc::StatusCode::ABORTED;
using grpc::StatusCode::FAILED_PRECONDITION;
using grpc::StatusCode::INVALID_ARGUMENT;
using grpc::StatusCode::NOT_FOUND;
using grpc::StatusCode::OK;
using grpc::StatusCode::PERMISSION_DENIED;
using grpc::StatusCode::UNAUTHENTICATED;

/// Where oofgg-game keeps what it has.
enum class Stores { kSqlite, kPostgresAndRedis };

/// The servers, tokens of several people, and things that belong to ann; made once for all cells.
class World {
 public:
  explicit World(Stores stores)
      : auth_(StartAuth(folder_)),
        game_(StartGame(folder_, *auth_, ArgumentsFor(stores))),
        channel_(grpc::CreateChannel(game_->address("grpc"), grpc::InsecureChannelCredentials())) {
    Game chess = Make<methods::CreateGame>({.name = "Chess", .max_players_per_session = 2});
    game_id = chess.id;
    Make<methods::SubmitScore>(Score(7));
  }

  [[nodiscard]] std::string Token(const std::string& user, const std::string& role = "user") const {
    return TokenAt(Clock::System(), user, role);
  }
  /// Of a token that was good an hour ago.
  [[nodiscard]] std::string ExpiredToken() const {
    FakeClock past(Clock::System().WallNow() - std::chrono::hours(1));
    return TokenAt(past, "ann", "user");
  }

  template <class M>
  grpc::Status Send(const typename M::Request& request, const std::string& token,
                    const std::string& key = "") const {
    return rpc::RawCall(channel_, std::string(M::kPath), wire::EncodeRequest<M>(request), token, key).status;
  }

  /// Ann's, who gets what she asks for.
  template <class M>
  typename M::Response Make(const typename M::Request& request) const {
    const auto reply =
        rpc::RawCall(channel_, std::string(M::kPath), wire::EncodeRequest<M>(request), Token("ann"));
    EXPECT_TRUE(reply.status.ok()) << M::kPath << ": " << reply.status.error_message();
    return wire::DecodeResponse<M>(reply.bytes).value_or(typename M::Response());
  }
  [[nodiscard]] Session NewSession() const { return Make<methods::CreateSession>({.game_id = game_id}); }
  /// One that is over.
  [[nodiscard]] std::string NewMatch() const {
    const std::string id = NewSession().id;
    for (const SessionState state : {SessionState::kStarted, SessionState::kFinished}) {
      Make<methods::UpdateSession>({.id = id, .state = state});
    }
    return id;
  }
  [[nodiscard]] Entity NewEntity() const {
    return Make<methods::CreateEntity>({.session_id = NewSession().id, .name = "door"});
  }
  [[nodiscard]] ScoreSubmission Score(std::int64_t value) const {
    ScoreSubmission score;
    score.game_id = game_id;
    score.value = value;
    return score;
  }

  std::string game_id;

 private:
  std::vector<std::string> ArgumentsFor(Stores stores) {
    std::vector<std::string> arguments = {"--games", "arena=Arena"};
    if (stores == Stores::kPostgresAndRedis) {
      redis_ = std::make_unique<RedisServer>();
      arguments.insert(arguments.end(),
                       {"--database", PostgresServer::Shared().NewSchemaUrl(), "--redis", redis_->address()});
    }
    return arguments;
  }

  [[nodiscard]] std::string TokenAt(const Clock& clock, const std::string& user,
                                    const std::string& role) const {
    const auto keys = auth::KeyStore::Open(folder_.path() + "/oofgg-data/auth-keys").value();
    const auth::TokenIssuer issuer(keys.signing_key(), clock, RandomSource::System());
    return issuer.Issue({.user_id = user, .role = role, .session_id = "sid-" + user}).value();
  }

  TemporaryDirectory folder_;
  std::unique_ptr<RedisServer> redis_;
  std::unique_ptr<RunningServer> auth_;
  std::unique_ptr<RunningServer> game_;
  std::shared_ptr<grpc::Channel> channel_;
};

/// A row: one call.
struct Row {
  std::string name;
  std::function<grpc::Status(const World&, Case)> call;
  std::map<Case, grpc::StatusCode> expected;
};

/// How a row makes its cells out of one good request.
template <class M>
struct Cells {
  using Request = typename M::Request;
  std::function<Request(const World&)> good;
  std::function<void(Request&)> missing{};  ///< Names something that is not there.
  std::function<void(Request&)> malformed{};
  std::function<void(Request&)> oversize{};
  /// Sends what conflicts with something before. Without it the good request is sent twice: once is as good.
  std::function<grpc::Status(const World&, const Request&)> conflict{};
  grpc::StatusCode wrong_owner = PERMISSION_DENIED;  ///< OK: it is anybody's to call.
  grpc::StatusCode missing_code = NOT_FOUND;
  grpc::StatusCode conflict_code = OK;
  std::string role = "user";  ///< Of ann.
};

template <class M>
grpc::Status CallCell(const Cells<M>& cells, const World& world, Case which) {
  auto request = cells.good(world);
  const std::string ann = world.Token("ann", cells.role);
  switch (which) {
    case Case::kHappy:
      return world.Send<M>(request, ann);
    case Case::kWrongOwner:
      return world.Send<M>(request, world.Token("eve"));
    case Case::kMissing:
      if (cells.missing) cells.missing(request);
      return world.Send<M>(request, ann);
    case Case::kMalformed:
      cells.malformed(request);
      return world.Send<M>(request, ann);
    case Case::kOversize:
      cells.oversize(request);
      return world.Send<M>(request, ann);
    case Case::kNoToken:
      return world.Send<M>(request, "");
    case Case::kExpiredToken:
      return world.Send<M>(request, world.ExpiredToken());
    case Case::kConflict:
      if (cells.conflict) return cells.conflict(world, request);
      EXPECT_TRUE(world.Send<M>(request, ann).ok());
      return world.Send<M>(request, ann);
  }
  return grpc::Status::CANCELLED;
}

template <class M>
Row RowOf(std::string name, Cells<M> cells) {
  std::map<Case, grpc::StatusCode> expected = {
      {Case::kHappy, OK},
      {Case::kWrongOwner, cells.wrong_owner},
      {Case::kMissing, cells.missing ? cells.missing_code : OK},  // Nothing is named that could be missing.
      {Case::kMalformed, INVALID_ARGUMENT},
      {Case::kOversize, INVALID_ARGUMENT},
      {Case::kNoToken, UNAUTHENTICATED},
      {Case::kExpiredToken, UNAUTHENTICATED},
      {Case::kConflict, cells.conflict_code}};
  return {
      std::move(name),
      [cells = std::move(cells)](const World& world, Case which) { return CallCell(cells, world, which); },
      std::move(expected)};
}

/// One key for two different requests.
template <class M>
std::function<grpc::Status(const World&, const typename M::Request&)> KeyTwice(
    void (*change)(typename M::Request&)) {
  return [change](const World& world, typename M::Request request) {
    const std::string key = "twice-" + std::to_string(std::hash<std::string_view>()(M::kPath));
    EXPECT_TRUE(world.Send<M>(request, world.Token("ann"), key).ok());
    change(request);
    return world.Send<M>(request, world.Token("ann"), key);
  };
}

template <class Request>
void NameNothing(Request& request) {
  request.id = "no-such-thing";
}
template <class Request>
void SpoilId(Request& request) {
  request.id = "not an id";
}
template <class Request>
void StretchId(Request& request) {
  request.id = std::string(129, 'x');
}
/// On the version before the last.
template <class M>
grpc::Status OnAnOldVersion(const World& world, typename M::Request request) {
  request.version = 1;
  EXPECT_TRUE(world.Send<M>(request, world.Token("ann")).ok());
  return world.Send<M>(request, world.Token("root", "admin"));
}

std::vector<Row> GameRows() {
  return {
      RowOf<methods::CreateGame>("CreateGame",
                                 {.good = [](const World&) { return CreateGameRequest{.name = "Go"}; },
                                  .malformed = [](auto& r) { r.name = "\x01"; },
                                  .oversize = [](auto& r) { r.description = std::string(4097, 'x'); },
                                  .conflict = KeyTwice<methods::CreateGame>([](auto& r) { r.name = "Ludo"; }),
                                  .wrong_owner = OK,
                                  .conflict_code = INVALID_ARGUMENT}),
      RowOf<methods::GetGame>("GetGame",
                              {.good = [](const World& w) { return GetGameRequest{.id = w.game_id}; },
                               .missing = NameNothing<GetGameRequest>,
                               .malformed = SpoilId<GetGameRequest>,
                               .oversize = StretchId<GetGameRequest>,
                               .wrong_owner = OK}),
      RowOf<methods::UpdateGame>(
          "UpdateGame",
          {.good = [](const World& w) { return UpdateGameRequest{.id = w.game_id, .name = "Fast chess"}; },
           .missing = NameNothing<UpdateGameRequest>,
           .malformed = [](auto& r) { r.image_url = "not a url"; },
           .oversize = [](auto& r) { r.name = std::string(101, 'x'); },
           .conflict =
               [](const World& w, UpdateGameRequest request) {
                 request.version = w.Make<methods::GetGame>({.id = w.game_id}).games.at(0).version;
                 EXPECT_TRUE(w.Send<methods::UpdateGame>(request, w.Token("ann")).ok());
                 return w.Send<methods::UpdateGame>(request, w.Token("root", "admin"));
               },
           .conflict_code = ABORTED}),
      RowOf<methods::TrendingGames>("TrendingGame",
                                    {.good = [](const World&) { return TrendingGamesRequest{}; },
                                     .malformed = [](auto& r) { r.cursor = "no cursor"; },
                                     .oversize = [](auto& r) { r.limit = 101; },
                                     .wrong_owner = OK}),
  };
}

std::vector<Row> SessionRows() {
  return {
      RowOf<methods::CreateSession>(
          "CreateSession",
          {.good =
               [](const World& w) { return CreateSessionRequest{.game_id = w.game_id, .user_ids = {"ann"}}; },
           .missing = [](auto& r) { r.game_id = "no-such-game"; },
           .malformed = [](auto& r) { r.state = SessionState::kFinished; },
           .oversize = [](auto& r) { r.data = std::string(65'537, 'x'); },
           .conflict = KeyTwice<methods::CreateSession>([](auto& r) { r.data = "other"; }),
           .conflict_code = INVALID_ARGUMENT}),
      RowOf<methods::GetSession>("GetSession", {.good =
                                                    [](const World& w) {
                                                      Session session = w.NewSession();
                                                      w.Make<methods::UpdateSession>(
                                                          {.id = session.id,
                                                           .state = SessionState::kStarted});
                                                      return GetSessionRequest{.id = session.id};
                                                    },
                                                .missing = NameNothing<GetSessionRequest>,
                                                .malformed = SpoilId<GetSessionRequest>,
                                                .oversize = StretchId<GetSessionRequest>}),
      RowOf<methods::UpdateSession>(
          "UpdateSession", {.good =
                                [](const World& w) {
                                  return UpdateSessionRequest{.id = w.NewSession().id, .data = "changed"};
                                },
                            .missing = NameNothing<UpdateSessionRequest>,
                            .malformed = [](auto& r) { r.attributes["address"] = std::string("evil:1"); },
                            .oversize = [](auto& r) { r.data = std::string(65'537, 'x'); },
                            .conflict = OnAnOldVersion<methods::UpdateSession>,
                            .conflict_code = ABORTED}),
      RowOf<methods::DeleteSession>(
          "DeleteSession",
          {.good = [](const World& w) { return DeleteSessionRequest{.id = w.NewSession().id}; },
           .missing = NameNothing<DeleteSessionRequest>,
           .malformed = SpoilId<DeleteSessionRequest>,
           .oversize = StretchId<DeleteSessionRequest>}),
      RowOf<methods::JoinLeave>(
          "JoinLeave", {.good =
                            [](const World& w) {
                              JoinLeaveRequest join;
                              join.user_id = "ann";
                              join.game_id = w.game_id;
                              join.session_id = w.NewSession().id;
                              return join;
                            },
                        .missing = [](auto& r) { r.session_id = "no-such-session"; },
                        .malformed = [](auto& r) { r.team_id = "not an id"; },
                        .oversize = [](auto& r) { r.team_id = std::string(129, 'x'); },
                        .conflict =
                            [](const World& w, JoinLeaveRequest join) {
                              join.user_id.clear();
                              EXPECT_TRUE(w.Send<methods::JoinLeave>(join, w.Token("bob")).ok());
                              return w.Send<methods::JoinLeave>(join, w.Token("eve"));  // Two may play.
                            },
                        .conflict_code = FAILED_PRECONDITION}),
      RowOf<methods::WatchQueue>("WatchQueue", {.good =
                                                    [](const World& w) {
                                                      Session session = w.NewSession();
                                                      w.Make<methods::UpdateSession>(
                                                          {.id = session.id,
                                                           .state = SessionState::kStarted});
                                                      return session;
                                                    },
                                                .missing = NameNothing<Session>,
                                                .malformed = SpoilId<Session>,
                                                .oversize = StretchId<Session>}),
  };
}

std::vector<Row> EntityRows() {
  return {
      RowOf<methods::CreateEntity>(
          "CreateEntity",
          {.good = [](const World& w) { return CreateEntityRequest{.session_id = w.NewSession().id}; },
           .missing = [](auto& r) { r.session_id = "no-such-session"; },
           .malformed = [](auto& r) { r.player_id = "for a player's"; },
           .oversize = [](auto& r) { r.data = std::string(9'000, 'x'); },
           .conflict = KeyTwice<methods::CreateEntity>([](auto& r) { r.name = "other"; }),
           .conflict_code = INVALID_ARGUMENT}),
      RowOf<methods::GetEntity>("GetEntity", {.good =
                                                  [](const World& w) {
                                                    const Entity door = w.NewEntity();
                                                    return GetEntityRequest{.id = door.id,
                                                                            .session_id = door.session_id};
                                                  },
                                              .missing = NameNothing<GetEntityRequest>,
                                              .malformed = SpoilId<GetEntityRequest>,
                                              .oversize = StretchId<GetEntityRequest>}),
      RowOf<methods::UpdateEntity>("UpdateEntity",
                                   {.good =
                                        [](const World& w) {
                                          const Entity door = w.NewEntity();
                                          return UpdateEntityRequest{.id = door.id,
                                                                     .session_id = door.session_id,
                                                                     .attributes = {{"open", true}}};
                                        },
                                    .missing = NameNothing<UpdateEntityRequest>,
                                    .malformed = [](auto& r) { r.attributes["\x01"] = true; },
                                    .oversize = [](auto& r) { r.data = std::string(9'000, 'x'); },
                                    .conflict = OnAnOldVersion<methods::UpdateEntity>,
                                    .conflict_code = ABORTED}),
      RowOf<methods::DeleteEntity>(
          "DeleteEntity", {.good =
                               [](const World& w) {
                                 const Entity door = w.NewEntity();
                                 return DeleteEntityRequest{.id = door.id, .session_id = door.session_id};
                               },
                           .missing = [](auto& r) { r.session_id = "no-such-session"; },
                           .malformed = SpoilId<DeleteEntityRequest>,
                           .oversize = StretchId<DeleteEntityRequest>}),
  };
}

// A stream is judged by its first answer: the event that opens it comes back.
std::vector<Row> StreamRows() {
  const auto never_given = [](const World& w, auto request, auto send) {
    request.sequence = std::uint64_t{1} << 40;  // Beyond any run in which another instance may be.
    return send(w, request);
  };
  return {
      RowOf<methods::StreamEvents>(
          "StreamEvents",
          {.good = [](const World& w) { return GameEvent{.name = "hello", .session_id = w.NewSession().id}; },
           .missing = [](auto& r) { r.session_id = "no-such-session"; },
           .malformed = [](auto& r) { r.name = "joined"; },
           .oversize = [](auto& r) { r.data = std::string(17'000, 'x'); },
           .conflict =
               [=](const World& w, const GameEvent& request) {
                 return never_given(w, request, [](const World& world, const GameEvent& r) {
                   return world.Send<methods::StreamEvents>(r, world.Token("ann"));
                 });
               },
           .conflict_code = INVALID_ARGUMENT}),
      RowOf<methods::StreamInstanceEvents>(
          "InstanceStreamEvents",
          {.good = [](const World& w) { return GameEvent{.name = "hello", .session_id = w.NewSession().id}; },
           .missing = [](auto& r) { r.session_id = "no-such-session"; },
           .malformed = [](auto& r) { r.player_id = "not an id"; },
           .oversize = [](auto& r) { r.data = std::string(17'000, 'x'); },
           .conflict =
               [=](const World& w, const GameEvent& request) {
                 return never_given(w, request, [](const World& world, const GameEvent& r) {
                   return world.Send<methods::StreamInstanceEvents>(r, world.Token("server", "service"));
                 });
               },
           .conflict_code = INVALID_ARGUMENT,
           .role = "service"}),
      RowOf<methods::StreamGlobalEvents>(
          "GlobalStreamEvents",
          {.good = [](const World&) { return GlobalEvent{.name = "hello"}; },
           .malformed = [](auto& r) { r.game_id = "not an id"; },
           .oversize = [](auto& r) { r.name = std::string(101, 'x'); },
           .conflict =
               [=](const World& w, const GlobalEvent& request) {
                 return never_given(w, request, [](const World& world, const GlobalEvent& r) {
                   return world.Send<methods::StreamGlobalEvents>(r, world.Token("root", "admin"));
                 });
               },
           .conflict_code = INVALID_ARGUMENT,
           .role = "admin"}),
  };
}

std::vector<Row> PlayerRows() {
  return {
      RowOf<methods::CreatePlayer>(
          "CreatePlayer", {.good = [](const World&) { return Player{.id = "ann", .username = "Ann"}; },
                           .malformed = [](auto& r) { r.email = "no address"; },
                           .oversize = [](auto& r) { r.username = std::string(33, 'x'); }}),
      RowOf<methods::GetPlayer>("GetPlayer",
                                {.good = [](const World&) { return GetPlayerRequest{.id = "ann"}; },
                                 .missing = NameNothing<GetPlayerRequest>,
                                 .malformed = SpoilId<GetPlayerRequest>,
                                 .oversize = StretchId<GetPlayerRequest>,
                                 .wrong_owner = OK}),
      RowOf<methods::UpdatePlayer>(
          "UpdatePlayer",
          {.good = [](const World&) { return UpdatePlayerRequest{.id = "ann", .team = "red"}; },
           .malformed = [](auto& r) { r.team = "\x01"; },
           .oversize = [](auto& r) { r.team = std::string(101, 'x'); },
           .conflict =
               [](const World& w, UpdatePlayerRequest request) {
                 const Player now = w.Make<methods::UpdatePlayer>(request);
                 request.version = now.version + 1;
                 return w.Send<methods::UpdatePlayer>(request, w.Token("ann"));
               },
           .conflict_code = ABORTED}),
  };
}

std::vector<Row> ScoreRows() {
  return {
      RowOf<methods::SubmitScore>("SubmitScore",
                                  {.good =
                                       [](const World& w) {
                                         ScoreSubmission score = w.Score(5);
                                         score.player_id = "ann";
                                         return score;
                                       },
                                   .missing = [](auto& r) { r.game_id = "no-such-game"; },
                                   .malformed = [](auto& r) { r.score_type = "not an id"; },
                                   .oversize = [](auto& r) { r.metadata["k"] = std::string(1025, 'x'); },
                                   .conflict = KeyTwice<methods::SubmitScore>([](auto& r) { r.value = 6; }),
                                   .conflict_code = INVALID_ARGUMENT}),
      RowOf<methods::GetPlayerScores>(
          "GetPlayerScores",
          {.good =
               [](const World& w) { return PlayerScoresRequest{.player_id = "ann", .game_id = w.game_id}; },
           .missing = [](auto& r) { r.game_id = "no-such-game"; },
           .malformed = [](auto& r) { r.cursor = "no cursor"; },
           .oversize = [](auto& r) { r.limit = 101; },
           .wrong_owner = OK}),
      RowOf<methods::GetLeaderboard>(
          "GetLeaderboard", {.good = [](const World& w) { return LeaderboardRequest{.game_id = w.game_id}; },
                             .missing = [](auto& r) { r.game_id = "no-such-game"; },
                             .malformed = [](auto& r) { r.time_period = "yesterday"; },
                             .oversize = [](auto& r) { r.player_ids = std::vector<std::string>(101, "ann"); },
                             .wrong_owner = OK}),
      RowOf<methods::GetPlayerRank>(
          "GetPlayerRank",
          {.good = [](const World& w) { return PlayerRankRequest{.player_id = "ann", .game_id = w.game_id}; },
           .missing = [](auto& r) { r.player_id = "nobody"; },
           .malformed = [](auto& r) { r.player_id = "not an id"; },
           .oversize = [](auto& r) { r.player_id = std::string(129, 'x'); },
           .wrong_owner = OK}),
  };
}

std::vector<Row> MatchRows() {
  return {
      RowOf<methods::ListMatches>(
          "ListMatches",
          {.good =
               [](const World& w) { return ListMatchesRequest{.player_id = "ann", .game_id = w.game_id}; },
           .missing = [](auto& r) { r.game_id = "no-such-game"; },
           .malformed = [](auto& r) { r.cursor = "no cursor"; },
           .oversize = [](auto& r) { r.limit = 101; }}),
      RowOf<methods::GetMatch>("GetMatch",
                               {.good = [](const World& w) { return GetMatchRequest{.id = w.NewMatch()}; },
                                .missing = NameNothing<GetMatchRequest>,
                                .malformed = SpoilId<GetMatchRequest>,
                                .oversize = StretchId<GetMatchRequest>}),
  };
}

const std::vector<Row>& Table() {
  static const std::vector<Row> table = [] {
    std::vector<Row> rows;
    for (auto& some :
         {GameRows(), SessionRows(), EntityRows(), StreamRows(), PlayerRows(), ScoreRows(), MatchRows()}) {
      rows.insert(rows.end(), some.begin(), some.end());
    }
    return rows;
  }();
  return table;
}

class GameCallsTest : public ::testing::TestWithParam<std::tuple<Stores, std::size_t, Case>> {
 protected:
  static void TearDownTestSuite() { worlds_.clear(); }

  /// Made for the first cell that needs it.
  static const World& WorldOn(Stores stores) {
    auto& world = worlds_[stores];
    if (world == nullptr) world = std::make_unique<World>(stores);
    return *world;
  }

 private:
  inline static std::map<Stores, std::unique_ptr<World>> worlds_;
};

TEST_P(GameCallsTest, IsAnsweredAsTheTableSays) {
  const auto& [stores, index, which] = GetParam();
  const Row& row = Table()[index];
  const grpc::Status status = row.call(WorldOn(stores), which);
  EXPECT_EQ(status.error_code(), row.expected.at(which)) << status.error_message();
  EXPECT_EQ(status.ok(), status.error_message().empty()) << "a refusal says what was wrong";
}

auto CellsOn(Stores stores) {
  return ::testing::Combine(::testing::Values(stores), ::testing::Range(std::size_t{0}, Table().size()),
                            ::testing::ValuesIn(kCases));
}

std::string NameOfCell(const ::testing::TestParamInfo<GameCallsTest::ParamType>& cell) {
  return Table()[std::get<1>(cell.param)].name +
         kCaseNames[static_cast<std::size_t>(std::get<2>(cell.param))];
}

INSTANTIATE_TEST_SUITE_P(Sqlite, GameCallsTest, CellsOn(Stores::kSqlite), NameOfCell);
INSTANTIATE_TEST_SUITE_P(PostgresAndRedis, GameCallsTest, CellsOn(Stores::kPostgresAndRedis), NameOfCell);

TEST(GameCallsTable, HasEveryCallOfTheServicesOnce) {
  std::size_t calls = 0;
  wire::AllMethods::ForEach([&]<class M>() {
    for (const char* service : {"GameService/", "PlayerService/", "ScoreService/", "GlobalService/",
                                "InstanceService/", "MatchHistoryService/"}) {
      if (M::kPath.find(service) != std::string_view::npos) ++calls;
    }
  });
  EXPECT_EQ(Table().size(), calls);
}

}  // namespace
}  // namespace oofgg::testing
