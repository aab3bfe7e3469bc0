#include "oofgg/testing/backend.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace oofgg::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

CreateTicketRequest For(std::string game) { return {.game_id = std::move(game)}; }

/// What one machine keeps between runs of a game.
class MemoryTokenStore final : public TokenStore {
 public:
  StatusOr<std::unique_ptr<Lock>> Acquire() override { return std::make_unique<Lock>(); }
  StatusOr<SessionTokens> Load() override { return saved; }
  Status Save(const SessionTokens& tokens) override {
    saved = tokens;
    return absl::OkStatus();
  }

  SessionTokens saved;
};

class BackendTest : public ::testing::Test {
 protected:
  std::unique_ptr<Client> NewPlayer(const std::string& name) {
    auto client = backend_.NewClient();
    EXPECT_TRUE(client->auth().Register({name, "", "a long password"}).ok());
    return client;
  }

  Backend backend_;
};

TEST_F(BackendTest, TimePassesOnlyWhenAsked) {
  auto client = backend_.NewClient();
  const TimePoint start = backend_.clock().Now();
  std::optional<StatusOr<AuthTokens>> tokens;
  const Call call =
      client->auth().Register({"ann", "", "a long password"}, [&](auto answer) { tokens = answer; });
  EXPECT_FALSE(tokens.has_value());
  backend_.Advance(milliseconds(1));
  EXPECT_FALSE(tokens.has_value()) << "the request has arrived, the answer has not";
  backend_.Advance(milliseconds(1));
  ASSERT_TRUE(tokens.has_value());
  EXPECT_TRUE(tokens->ok());
  EXPECT_EQ(backend_.clock().Now(), start + milliseconds(2));
}

TEST_F(BackendTest, ABlockingCallPassesTheTimeItNeeds) {
  auto client = backend_.NewClient();
  const TimePoint start = backend_.clock().Now();
  EXPECT_TRUE(client->auth().Register({"ann", "", "a long password"}).ok());
  EXPECT_EQ(backend_.clock().Now(), start + milliseconds(2));
}

TEST_F(BackendTest, ErrorsArriveWithTheirDetails) {
  auto client = backend_.NewClient();
  const auto short_password = client->auth().Register({"ann", "", "short"});
  EXPECT_EQ(short_password.status().code(), StatusCode::kInvalidArgument);
  ASSERT_FALSE(FieldViolationsOf(short_password.status()).empty());
  EXPECT_EQ(FieldViolationsOf(short_password.status())[0].field, "password");
  EXPECT_EQ(client->auth().Login({"nobody", "a long password"}).status().code(),
            StatusCode::kUnauthenticated);
  EXPECT_EQ(client->matchmaking().GetTicket({"t"}).status().code(), StatusCode::kUnauthenticated);
}

TEST_F(BackendTest, WhatIsNotInItSaysSo) {
  auto client = NewPlayer("ann");
  EXPECT_EQ(client->scores().GetPlayerRank({}).status().code(), StatusCode::kUnimplemented);
  Status ended;
  const Call call = client->games().WatchQueue("s", [&](const auto& session) { ended = session.status(); });
  backend_.Settle();
  EXPECT_EQ(ended.code(), StatusCode::kUnimplemented);
}

TEST_F(BackendTest, ExpiredTokensAreRefreshedUnseen) {
  auto client = NewPlayer("ann");
  const SessionTokens before = client->tokens();
  backend_.ExpireTokens();
  EXPECT_EQ(client->matchmaking().GetTicket({"t"}).status().code(), StatusCode::kNotFound);
  EXPECT_NE(client->tokens().access_token, before.access_token);
  EXPECT_NE(client->tokens().refresh_token, before.refresh_token);
}

TEST_F(BackendTest, ALostRefreshReplyDoesNotLogThePlayerOut) {
  auto client = NewPlayer("ann");
  backend_.LoseNextReply(*client);
  const auto tokens = client->auth().Refresh();
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_TRUE(client->auth().Refresh().ok()) << "the family was not revoked";
}

TEST_F(BackendTest, ACrashDuringARefreshDoesNotLogThePlayerOut) {
  auto store = std::make_shared<MemoryTokenStore>();
  auto client = backend_.NewClient({.token_store = store});
  ASSERT_TRUE(client->auth().Register({"ann", "", "a long password"}).ok());
  const std::string spent = store->saved.refresh_token;
  client->auth().Refresh([](const StatusOr<SessionTokens>&) { FAIL() << "the run ended before"; }).Detach();
  backend_.Advance(milliseconds(1));  // It has arrived, and the answer is on its way.
  client.reset();
  EXPECT_EQ(store->saved.refresh_token, spent);

  client = backend_.NewClient({.token_store = store});
  const auto tokens = client->auth().Refresh();
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_NE(store->saved.refresh_token, spent);
  EXPECT_TRUE(client->auth().Refresh().ok()) << "the family was not revoked";
}

TEST_F(BackendTest, ManyCallsOfAnExpiredSessionSpendOneRefreshToken) {
  auto client = NewPlayer("ann");
  backend_.ExpireTokens();
  int answered = 0;
  std::vector<Call> calls;
  for (int i = 0; i < 50; ++i) {
    calls.push_back(client->matchmaking().GetTicket({"t"}, [&](const auto& ticket) {
      EXPECT_EQ(ticket.status().code(), StatusCode::kNotFound) << ticket.status();
      ++answered;
    }));
  }
  backend_.Advance(seconds(1));
  EXPECT_EQ(answered, 50);
  EXPECT_TRUE(client->auth().Refresh().ok()) << "the family was not revoked";
}

TEST_F(BackendTest, AnExpiredTokenIsNotValid) {
  auto client = NewPlayer("ann");
  const std::string token = client->tokens().access_token;
  EXPECT_TRUE(client->auth().ValidateToken({token})->is_valid);
  backend_.ExpireTokens();
  EXPECT_FALSE(client->auth().ValidateToken({token})->is_valid);
}

TEST_F(BackendTest, ALoginWhoseReplyWasLostSucceeds) {
  auto client = NewPlayer("ann");
  backend_.LoseNextReply(*client);
  const auto tokens = client->auth().Login({"ann", "a long password"});
  EXPECT_TRUE(tokens.ok()) << tokens.status();
}

TEST_F(BackendTest, ACallbackMayMakeABlockingCall) {
  auto client = NewPlayer("ann");
  StatusCode inner = StatusCode::kUnknown;
  const Call call = client->matchmaking().GetTicket(
      {"t"}, [&](const auto&) { inner = client->matchmaking().GetTicket({"u"}).status().code(); });
  backend_.Advance(seconds(1));
  EXPECT_EQ(inner, StatusCode::kNotFound);
}

TEST_F(BackendTest, AWatchedTicketIsFollowedOverALostLink) {
  auto ann = NewPlayer("ann");
  auto bob = NewPlayer("bob");
  const auto ticket = ann->matchmaking().CreateTicket(For("arena"));
  ASSERT_TRUE(ticket.ok());
  std::vector<TicketState> seen;
  const Call watch =
      ann->matchmaking().WatchTicket({ticket->id}, [&](const auto& state) { seen.push_back(state->state); });
  backend_.Settle();
  backend_.DropLink(*ann);
  ASSERT_TRUE(bob->matchmaking().CreateTicket(For("arena")).ok());
  backend_.Advance(seconds(3));
  EXPECT_EQ(seen, std::vector<TicketState>{TicketState::kWaiting});
  backend_.RestoreLink(*ann);
  backend_.Advance(seconds(10));
  EXPECT_EQ(seen, (std::vector<TicketState>{TicketState::kWaiting, TicketState::kAssigned}));
}

TEST(BackendLatency, AStreamThatIsCutAsItOpensLeavesNobodyOnline) {
  Backend backend({.latency = milliseconds(0)});
  auto ann = backend.NewClient();
  auto bob = backend.NewClient();
  ASSERT_TRUE(ann->auth().Register({"ann", "", "a long password"}).ok());
  ASSERT_TRUE(bob->auth().Register({"bob", "", "a long password"}).ok());
  const auto online = bob->presence().Watch({}, [](const auto&) {});
  backend.DropLink(*bob);
  backend.Advance(seconds(20));
  std::string seen;
  const auto watch = ann->presence().Watch({bob->tokens().user_id}, [&](const auto& update) {
    seen += update->state == PresenceState::kOnline ? '+' : '-';
  });
  backend.Advance(seconds(1));
  EXPECT_EQ(seen, "-");
}

TEST_F(BackendTest, ALostReplyDoesNotCreateTwice) {
  auto client = NewPlayer("ann");
  backend_.LoseNextReply(*client);
  const auto ticket = client->matchmaking().CreateTicket(For("arena"));
  ASSERT_TRUE(ticket.ok()) << ticket.status();
  EXPECT_TRUE(client->matchmaking().CancelTicket({ticket->id}).ok());
  EXPECT_TRUE(client->matchmaking().CreateTicket(For("arena")).ok()) << "no second ticket is in the way";
}

TEST_F(BackendTest, WithoutALinkCallsFailAfterAllAttempts) {
  auto client = NewPlayer("ann");
  backend_.DropLink(*client);
  EXPECT_EQ(client->matchmaking().GetTicket({"t"}).status().code(), StatusCode::kUnavailable);
  backend_.RestoreLink(*client);
  EXPECT_EQ(client->matchmaking().GetTicket({"t"}).status().code(), StatusCode::kNotFound);
}

TEST_F(BackendTest, ALinkThatComesBackInTimeIsNotNoticedByACall) {
  auto client = NewPlayer("ann");
  backend_.DropLink(*client);
  backend_.executor().PostAt(backend_.clock().Now() + milliseconds(50),
                             [&] { backend_.RestoreLink(*client); });
  EXPECT_EQ(client->matchmaking().GetTicket({"t"}).status().code(), StatusCode::kNotFound);
}

TEST_F(BackendTest, SignOffIsSeenAtOnceAndALostLinkAfterTheGrace) {
  auto ann = NewPlayer("ann");
  auto bob = NewPlayer("bob");
  std::string seen;
  const auto watch = ann->presence().Watch({bob->tokens().user_id}, [&](const auto& update) {
    seen += update->state == PresenceState::kOnline ? '+' : '-';
  });
  backend_.Settle();
  auto online = bob->presence().Watch({}, [](const auto&) {});
  backend_.Settle();
  online.SignOff();
  backend_.Settle();
  EXPECT_EQ(seen, "-+-");
  online = bob->presence().Watch({}, [](const auto&) {});
  backend_.Settle();
  online = PresenceWatch();
  backend_.Advance(seconds(4));
  EXPECT_EQ(seen, "-+-+");
  backend_.Advance(seconds(2));
  EXPECT_EQ(seen, "-+-+-");
}

TEST_F(BackendTest, AMatchWithoutAServerFailsItsTickets) {
  auto ann = NewPlayer("ann");
  auto bob = NewPlayer("bob");
  backend_.FailNextMatch(MakeStatus(StatusCode::kResourceExhausted, "no server is free"));
  const auto first = ann->matchmaking().CreateTicket(For("arena"));
  const auto second = bob->matchmaking().CreateTicket(For("arena"));
  ASSERT_TRUE(first.ok() && second.ok());
  const auto ticket = ann->matchmaking().AwaitTicket({first->id}, {});
  ASSERT_TRUE(ticket.ok()) << ticket.status();
  EXPECT_EQ(ticket->state, TicketState::kFailed);
  EXPECT_EQ(ticket->error, "no server is free");
}

TEST_F(BackendTest, AWaitForAMatchCanBeGivenUp) {
  auto ann = NewPlayer("ann");
  const auto ticket = ann->matchmaking().CreateTicket(For("arena"));
  EXPECT_EQ(ann->matchmaking().AwaitTicket({ticket->id}, {.timeout = minutes(1)}).status().code(),
            StatusCode::kDeadlineExceeded);
}

TEST(BackendRules, ServerStartAndRulesAreTheTestsChoice) {
  Backend backend({.server_start = seconds(3),
                   .rules = R"({"version": 1, "name": "solo", "teams": 1, "players_per_team": 1})"});
  auto client = backend.NewClient();
  ASSERT_TRUE(client->auth().Register({"ann", "", "a long password"}).ok());
  const TimePoint start = backend.clock().Now();
  const auto ticket = client->matchmaking().CreateTicket(For("solo"));
  ASSERT_TRUE(ticket.ok()) << ticket.status();
  const auto assigned = client->matchmaking().AwaitTicket({ticket->id}, {});
  ASSERT_TRUE(assigned.ok()) << assigned.status();
  EXPECT_GE(backend.clock().Now(), start + seconds(3));
}

TEST(BackendSeed, OneSeedOneStory) {
  const auto story = [] {
    Backend backend({.seed = 42});
    auto client = backend.NewClient();
    EXPECT_TRUE(client->auth().Register({"ann", "", "a long password"}).ok());
    return client->tokens();
  };
  EXPECT_EQ(story(), story());
}

TEST(BackendEnd, MayEndWithStreamsOpen) {
  auto backend = std::make_unique<Backend>();
  auto client = backend->NewClient();
  ASSERT_TRUE(client->auth().Register({"ann", "", "a long password"}).ok());
  const auto watch = client->presence().Watch({}, [](const auto&) {});
  const auto ticket = client->matchmaking().CreateTicket(For("arena"));
  const Call call = client->matchmaking().WatchTicket({ticket->id}, [](const auto&) {});
  backend->Settle();
  client.reset();
  backend.reset();
}

}  // namespace
}  // namespace oofgg::testing
