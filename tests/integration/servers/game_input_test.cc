// Bad input at the RPCs of oofgg-game: what each gets, and that the next good call works.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/integration/servers/running_server.h"
#include "tests/support/inbox.h"

namespace oofgg::testing {
namespace {

/// What a row may refer to.
struct World {
  Client& client;
  std::string other_id;
  std::string foreign_session;
};

struct BadInput {
  const char* name;
  Status (*call)(World&);
  StatusCode code;
  const char* field = "";  ///< Named in the details; empty: none.
};

Status CreateGame(World& world, std::string name, std::string description = "", std::string data = "") {
  return world.client.games()
      .CreateGame({.name = std::move(name), .description = std::move(description), .data = std::move(data)})
      .status();
}

Status ListGames(World& world, std::int32_t limit, std::string cursor) {
  return world.client.games().GetGame({.id = "", .limit = limit, .cursor = std::move(cursor)}).status();
}

Status CreateSession(World& world, CreateSessionRequest request) {
  return world.client.games().CreateSession(request).status();
}

Status Join(World& world, std::string game, std::string session, std::string user = "") {
  JoinLeaveRequest request;
  request.game_id = std::move(game);
  request.session_id = std::move(session);
  request.user_id = std::move(user);
  return world.client.games().JoinLeave(request).status();
}

Status Submit(World& world, ScoreSubmission score) {
  return world.client.scores().SubmitScore(score).status();
}

ScoreSubmission ArenaScore() {
  ScoreSubmission score;
  score.game_id = "arena";
  return score;
}

Status Board(World& world, std::string game, std::string period = "", std::int32_t limit = 0,
             std::string cursor = "") {
  LeaderboardRequest request;
  request.game_id = std::move(game);
  request.time_period = std::move(period);
  request.limit = limit;
  request.cursor = std::move(cursor);
  return world.client.scores().GetLeaderboard(request).status();
}

Status Stream(World& world, std::string session) {
  Inbox<Status> ended;
  auto stream = world.client.games().StreamEvents(
      {.session_id = std::move(session), .game_id = "arena", .after_sequence = 0},
      [&ended](StatusOr<GameEvent> event) {
        if (!event.ok()) ended.Put(event.status());
      });
  return ended.Next().value_or(absl::OkStatus());
}

constexpr auto kInvalid = StatusCode::kInvalidArgument;

const BadInput kBadInputs[] = {
    {"GameWithoutName", [](World& w) { return CreateGame(w, ""); }, kInvalid, "name"},
    {"GameWithLongName", [](World& w) { return CreateGame(w, std::string(101, 'n')); }, kInvalid, "name"},
    {"GameWithControlCharacter", [](World& w) { return CreateGame(w, "a\x01"); }, kInvalid, "name"},
    {"GameWithLongDescription", [](World& w) { return CreateGame(w, "a", std::string(4097, 'd')); }, kInvalid,
     "description"},
    {"GameWithTooMuchData", [](World& w) { return CreateGame(w, "a", "", std::string(65 * 1024, 'd')); },
     kInvalid, "data"},
    {"GamesNegativePage", [](World& w) { return ListGames(w, -1, ""); }, kInvalid, "limit"},
    {"GamesHugePage", [](World& w) { return ListGames(w, 101, ""); }, kInvalid, "limit"},
    {"GamesBadCursor", [](World& w) { return ListGames(w, 0, "no cursor"); }, kInvalid, "cursor"},
    {"GameOfBadId",
     [](World& w) { return w.client.games().GetGame({.id = "a b", .limit = 0, .cursor = ""}).status(); },
     kInvalid, "id"},
    {"GameUnknown",
     [](World& w) { return w.client.games().GetGame({.id = "none", .limit = 0, .cursor = ""}).status(); },
     StatusCode::kNotFound},
    {"SessionWithoutGame", [](World& w) { return CreateSession(w, {}); }, kInvalid, "game_id"},
    {"SessionOfUnknownGame",
     [](World& w) {
       CreateSessionRequest request;
       request.game_id = "none";
       return CreateSession(w, request);
     },
     StatusCode::kNotFound},
    {"SessionOfBadRegion",
     [](World& w) {
       CreateSessionRequest request;
       request.game_id = "arena";
       request.region = 99;
       return CreateSession(w, request);
     },
     kInvalid, "region"},
    {"SessionOfOthersOnly",
     [](World& w) {
       CreateSessionRequest request;
       request.game_id = "arena";
       request.user_ids = {w.other_id};
       return CreateSession(w, request);
     },
     StatusCode::kPermissionDenied},
    {"SessionThatHasStarted",
     [](World& w) {
       CreateSessionRequest request;
       request.game_id = "arena";
       request.state = SessionState::kStarted;
       return CreateSession(w, request);
     },
     kInvalid, "state"},
    {"SessionUnknown",
     [](World& w) { return w.client.games().GetSession({.id = "none", .game_id = ""}).status(); },
     StatusCode::kNotFound},
    {"JoinWithoutGame", [](World& w) { return Join(w, "", ""); }, kInvalid, "game_id"},
    {"JoinForAnother", [](World& w) { return Join(w, "arena", "", w.other_id); },
     StatusCode::kPermissionDenied},
    {"JoinUnknownSession", [](World& w) { return Join(w, "arena", "none"); }, StatusCode::kNotFound},
    {"JoinQueueWithoutMaker", [](World& w) { return Join(w, "arena", ""); }, StatusCode::kFailedPrecondition},
    {"ScoreWithoutGame", [](World& w) { return Submit(w, {}); }, kInvalid, "game_id"},
    {"ScoreOfUnknownGame",
     [](World& w) {
       ScoreSubmission score = ArenaScore();
       score.game_id = "none";
       return Submit(w, score);
     },
     StatusCode::kNotFound},
    {"ScoreForAnother",
     [](World& w) {
       ScoreSubmission score = ArenaScore();
       score.player_id = w.other_id;
       return Submit(w, score);
     },
     StatusCode::kPermissionDenied},
    {"ScoreWithTooMuchMetadata",
     [](World& w) {
       ScoreSubmission score = ArenaScore();
       for (int i = 0; i < 33; ++i) score.metadata["key" + std::to_string(i)] = "x";
       return Submit(w, score);
     },
     kInvalid, "metadata"},
    {"BoardWithoutGame", [](World& w) { return Board(w, ""); }, kInvalid, "game_id"},
    {"BoardOfUnknownPeriod", [](World& w) { return Board(w, "arena", "yesterday"); }, kInvalid,
     "time_period"},
    {"BoardNegativePage", [](World& w) { return Board(w, "arena", "", -5); }, kInvalid, "limit"},
    {"BoardBadCursor", [](World& w) { return Board(w, "arena", "", 0, "!"); }, kInvalid, "cursor"},
    {"OwnRole",
     [](World& w) {
       UpdatePlayerRequest request;
       request.role = "admin";
       return w.client.players().UpdatePlayer(request).status();
     },
     StatusCode::kPermissionDenied},
    {"EventsWithoutSession", [](World& w) { return Stream(w, ""); }, kInvalid, "session_id"},
    {"EventsOfUnknownSession", [](World& w) { return Stream(w, "none"); }, StatusCode::kNotFound},
    {"EventsOfOthers", [](World& w) { return Stream(w, w.foreign_session); }, StatusCode::kPermissionDenied},
    {"BadIdempotencyKey",
     [](World& w) {
       return w.client.games()
           .CreateGame({.name = "a", .description = "", .data = ""},
                       {.timeout = std::chrono::milliseconds(0), .idempotency_key = "not a key"})
           .status();
     },
     kInvalid, "idempotency-key"},
};

class GameInputTest : public ::testing::Test {
 protected:
  GameInputTest()
      : auth_(StartAuth(folder_)), game_(StartGame(folder_, *auth_, {"--games", "arena=Arena"})) {}

  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_;
  std::unique_ptr<RunningServer> game_;
};

TEST_F(GameInputTest, EachGetsItsAnswerAndTheNextGoodCallWorks) {
  const auto ann = SignUp("ann", *auth_, game_.get());
  const auto bob = SignUp("bob", *auth_, game_.get());
  CreateSessionRequest request;
  request.game_id = "arena";
  const auto bobs = bob->games().CreateSession(request);
  ASSERT_TRUE(bobs.ok()) << bobs.status();
  World world{*ann, bob->tokens().user_id, bobs->id};
  for (const BadInput& row : kBadInputs) {
    SCOPED_TRACE(row.name);
    const Status status = row.call(world);
    EXPECT_EQ(status.code(), row.code) << status;
    const auto violations = FieldViolationsOf(status);
    EXPECT_EQ(violations.empty() ? "" : violations.front().field, row.field) << status;
    const auto good = ann->games().GetGame({.id = "arena", .limit = 0, .cursor = ""});
    EXPECT_TRUE(good.ok()) << good.status();
  }
}

TEST_F(GameInputTest, WithoutAGoodTokenNothingIsServed) {
  const auto ann = SignUp("ann", *auth_, game_.get());
  const SessionTokens good = ann->tokens();
  const auto call_with = [&](const std::string& token) {
    const auto client = ClientOf(auth_.get(), game_.get());
    SessionTokens tokens = good;
    tokens.access_token = token;
    tokens.refresh_token.clear();
    client->SetTokens(tokens);
    return client->games().GetGame({.id = "arena", .limit = 0, .cursor = ""}).status().code();
  };
  std::string forged = good.access_token;
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
  for (const std::string& token :
       {std::string("no.token.atall"), forged, good.access_token + "x", std::string(5'000, 'x')}) {
    EXPECT_EQ(call_with(token), StatusCode::kUnauthenticated) << token.substr(0, 40);
  }
  EXPECT_EQ(call_with(good.access_token), StatusCode::kOk);
  EXPECT_EQ(ClientOf(auth_.get(), game_.get())
                ->games()
                .GetGame({.id = "arena", .limit = 0, .cursor = ""})
                .status()
                .code(),
            StatusCode::kUnauthenticated);
}

/// Below the SDK: bytes that no codec of ours would write.
class RawCalls {
 public:
  explicit RawCalls(const RunningServer& game) {
    GrpcTransportOptions options;
    options.endpoints.game = game.address("grpc");
    transport_ = MakeGrpcTransport(options);
  }

  StatusCode Call(const std::string& method, Metadata metadata, std::string bytes) {
    std::promise<StatusCode> done;
    const auto handle = transport_->StartUnary({.method = method,
                                                .metadata = std::move(metadata),
                                                .deadline = Clock::System().Now() + std::chrono::seconds(20)},
                                               std::move(bytes), [&done](const StatusOr<std::string>& reply) {
                                                 done.set_value(reply.status().code());
                                               });
    return done.get_future().get();
  }

 private:
  std::shared_ptr<Transport> transport_;
};

TEST_F(GameInputTest, BytesThatAreNoMessageAreRefused) {
  const auto ann = SignUp("ann", *auth_, game_.get());
  const Metadata token{{"authorization", "Bearer " + ann->tokens().access_token}};
  const std::string create = "/v1.api.common.GameService/CreateGame";
  RawCalls raw(*game_);
  EXPECT_NE(raw.Call(create, token, "\xff\xff\xff"), StatusCode::kOk);
  EXPECT_EQ(raw.Call(create, token, ""), kInvalid) << "a message without a name";
  EXPECT_EQ(raw.Call(create, {}, ""), StatusCode::kUnauthenticated);
  EXPECT_EQ(raw.Call(create, {{"authorization", "Basic YTpi"}}, ""), StatusCode::kUnauthenticated);
  EXPECT_EQ(raw.Call("/v1.api.common.GameService/NoSuchMethod", token, ""), StatusCode::kUnimplemented);
  EXPECT_EQ(raw.Call(create, token, std::string(8 << 20, 'x')), StatusCode::kResourceExhausted)
      << "over 4 MB";
  EXPECT_TRUE(ann->games().GetGame({.id = "arena", .limit = 0, .cursor = ""}).ok());
}

}  // namespace
}  // namespace oofgg::testing
