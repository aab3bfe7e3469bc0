#include "matchmaking/ticket_facade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "tests/unit/matchmaking/facade_fixture.h"

namespace oofgg::matchmaking {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using TicketFacadeTest = FacadeTest;

TEST_F(TicketFacadeTest, ANewTicketWaits) {
  const Ticket ticket = Create("ann", Duel(1500));
  EXPECT_THAT(ticket.id, SizeIs(36));
  EXPECT_EQ(ticket.game_id, "duel");
  EXPECT_THAT(ticket.players, ElementsAre("ann"));
  EXPECT_EQ(ticket.state, TicketState::kWaiting);
  executor_.AdvanceBy(1500ms);
  EXPECT_EQ(Get("ann", ticket.id).waited, 1500ms);
}

TEST_F(TicketFacadeTest, TheTicketThatCompletesAMatchComesBackMatched) {
  const Ticket ann = Create("ann", Duel(1500));
  const Ticket bob = Create("bob", Duel(1520));
  EXPECT_EQ(bob.state, TicketState::kMatched);
  EXPECT_THAT(bob.match_id, SizeIs(36));
  EXPECT_EQ(Get("ann", ann.id).match_id, bob.match_id);
  ASSERT_THAT(allocator_.asked, SizeIs(1));
  const MatchRequest& request = allocator_.asked[0].request;
  EXPECT_EQ(request.match_id, bob.match_id);
  EXPECT_EQ(request.game_id, "duel");
  EXPECT_THAT(request.teams, ElementsAre(ElementsAre("ann"), ElementsAre("bob")));
}

TEST_F(TicketFacadeTest, AMatchHasTheModeAndTheRegionThatAllItsTicketsName) {
  CreateTicketRequest ann = Simple();
  ann.strings = {{"mode", "duel"}, {"region", "eu"}};
  CreateTicketRequest bob = Simple();
  bob.strings = {{"mode", "duel"}, {"region", "us"}};
  (void)Create("ann", ann);
  (void)Create("bob", bob);
  (void)Create("cid", ann);
  (void)Create("dan", Simple());
  ASSERT_THAT(allocator_.asked, SizeIs(2));
  EXPECT_EQ(allocator_.asked[0].request.mode, "duel");
  EXPECT_EQ(allocator_.asked[0].request.region, "") << "they do not agree";
  EXPECT_EQ(allocator_.asked[1].request.mode, "") << "one does not say";
}

TEST_F(TicketFacadeTest, ATimerIsSetForTheVeryInstant) {
  const TimePoint start = clock_.Now();
  const Ticket ann = Create("ann", Duel(1500));
  (void)Create("bob", Duel(1600));
  EXPECT_EQ(executor_.NextTimer(), start + 5s);
  executor_.AdvanceBy(5s - 1ns);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kWaiting);
  executor_.AdvanceBy(1ns);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kMatched);
}

TEST_F(TicketFacadeTest, WhatIsDueHappensBeforeACallEvenIfTheTimerIsLate) {
  const Ticket ann = Create("ann", Duel(1500));
  (void)Create("bob", Duel(1600));
  clock_.Advance(10s);  // Nobody ran the timer.
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kMatched);
}

TEST_F(TicketFacadeTest, ASeatEndsTheWait) {
  const Ticket ann = Create("ann", Simple());
  const Ticket bob = Create("bob", Simple());
  executor_.AdvanceBy(2s);
  allocator_.Succeed(0);
  const Ticket seated = Get("ann", ann.id);
  EXPECT_EQ(seated.state, TicketState::kAssigned);
  EXPECT_EQ(seated.assignment.match_id, seated.match_id);
  EXPECT_EQ(seated.assignment.address, "127.0.0.1:7777");
  EXPECT_EQ(seated.assignment.join_ticket, "join-ann");
  EXPECT_THAT(seated.assignment.teams, ElementsAre(ElementsAre("ann"), ElementsAre("bob")));
  EXPECT_EQ(Get("bob", bob.id).assignment.join_ticket, "join-bob");
  executor_.AdvanceBy(5s);
  EXPECT_EQ(Get("ann", ann.id).waited, 2s);
}

TEST_F(TicketFacadeTest, APartyStaysTogetherAndEachSeesItsOwnJoinTicket) {
  const Ticket party = CreateParty(Simple({"ann", "abe"}, "duos"));
  (void)Create("bob", Simple({}, "duos"));
  (void)Create("cid", Simple({}, "duos"));
  ASSERT_THAT(allocator_.asked, SizeIs(1));
  EXPECT_THAT(allocator_.asked[0].request.teams,
              ElementsAre(ElementsAre("ann", "abe"), ElementsAre("bob", "cid")));
  allocator_.Succeed(0);
  EXPECT_EQ(Get("abe", party.id).assignment.join_ticket, "join-abe");
  const auto managed = facade_->GetTicket(As("root", "", "admin"), {party.id});
  ASSERT_TRUE(managed.ok());
  EXPECT_EQ(managed->assignment.address, "127.0.0.1:7777");
  EXPECT_EQ(managed->assignment.join_ticket, "");
}

TEST_F(TicketFacadeTest, GamesHaveQueuesOfTheirOwn) {
  (void)Create("ann", Simple());
  rules_.Set("other", R"({"version": 1, "name": "o", "teams": 2, "players_per_team": 1})");
  EXPECT_EQ(Create("bob", Simple({}, "other")).state, TicketState::kWaiting);
}

TEST_F(TicketFacadeTest, APlayerIsInOneLiveTicket) {
  const Ticket ann = Create("ann", Duel(1500));
  auto again = facade_->CreateTicket(As("ann"), Simple());
  EXPECT_EQ(again.status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ReasonOf(again.status()), "PLAYER_IN_TICKET");
  EXPECT_THAT(std::string(again.status().message()), HasSubstr(ann.id));
  // Someone who only names her learns that, and no more.
  again = facade_->CreateTicket(As("lobby", "", "service"), Simple({"bob", "ann"}, "duos"));
  EXPECT_EQ(again.status().code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(again.status().message()), Not(HasSubstr(ann.id)));

  ASSERT_TRUE(facade_->CancelTicket(As("ann"), {ann.id}).ok());
  EXPECT_EQ(Create("ann", Simple()).state, TicketState::kWaiting);
}

TEST_F(TicketFacadeTest, APlayerWhoseAccountWasDeletedWaitsNoMore) {
  const Ticket ann = Create("ann", Duel(1500));
  facade_->ForgetPlayer("nobody");
  EXPECT_EQ(facade_->GetTicket(As("ann"), {ann.id})->state, TicketState::kWaiting);
  facade_->ForgetPlayer("ann");
  EXPECT_EQ(facade_->GetTicket(As("ann"), {ann.id})->state, TicketState::kCancelled);
  facade_->ForgetPlayer("ann");
}

TEST_F(TicketFacadeTest, AFinishedTicketFreesItsPlayers) {
  (void)Create("ann", Simple());
  (void)Create("bob", Simple());
  EXPECT_EQ(facade_->CreateTicket(As("ann"), Simple()).status().code(), StatusCode::kAlreadyExists);
  allocator_.Succeed(0);
  EXPECT_EQ(Create("ann", Simple()).state, TicketState::kWaiting);
}

TEST_F(TicketFacadeTest, TheSameKeyGetsTheSameTicket) {
  const auto first = facade_->CreateTicket(As("ann", "key-1"), Duel(1500));
  const auto second = facade_->CreateTicket(As("ann", "key-1"), Duel(1500));
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->id, second->id);
  // Even when it is over, and however often.
  ASSERT_TRUE(facade_->CancelTicket(As("ann"), {first->id}).ok());
  const auto third = facade_->CreateTicket(As("ann", "key-1"), Duel(1500));
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(third->id, first->id);
  EXPECT_EQ(third->state, TicketState::kCancelled);
  // Another's equal key is another key.
  const auto bob = facade_->CreateTicket(As("bob", "key-1"), Duel(1500));
  ASSERT_TRUE(bob.ok());
  EXPECT_NE(bob->id, first->id);
  // Forgotten with the ticket.
  executor_.AdvanceBy(60s);
  EXPECT_NE(facade_->CreateTicket(As("ann", "key-1"), Duel(9000))->id, first->id);
}

TEST_F(TicketFacadeTest, AKeyIsForOneRequest) {
  ASSERT_TRUE(facade_->CreateTicket(As("ann", "key-1"), Duel(1500)).ok());
  const auto other = facade_->CreateTicket(As("ann", "key-1"), Duel(1501));
  EXPECT_EQ(other.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(other.status().message()),
              HasSubstr("idempotency-key: was used for another request"));
}

TEST_F(TicketFacadeTest, OnlyItsPlayersAndManagersSeeATicket) {
  const Ticket ann = Create("ann", Duel(1500));
  EXPECT_EQ(facade_->GetTicket(As("eve"), {ann.id}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(facade_->CancelTicket(As("eve"), {ann.id}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(facade_->WatchTicket(As("eve"), {ann.id}, std::make_shared<FakeHost>()).status().code(),
            StatusCode::kNotFound);
  EXPECT_TRUE(facade_->GetTicket(As("game", "", "service"), {ann.id}).ok());
  EXPECT_EQ(facade_->GetTicket(As("dev", "", "developer"), {ann.id}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kWaiting);
}

TEST_F(TicketFacadeTest, AServiceOfOneGameManagesThatOneOnly) {
  const Ticket ann = Create("ann", Duel(1500));
  CallContext service = As("servers", "", "service");
  service.caller->game_id = ann.game_id;
  EXPECT_TRUE(facade_->GetTicket(service, {ann.id}).ok());
  service.caller->game_id = "another";
  EXPECT_EQ(facade_->GetTicket(service, {ann.id}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(facade_->CancelTicket(service, {ann.id}).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(facade_->CreateTicket(service, Simple({"bob", "cyd"}, "duos")).ok()) << "names others";
}

TEST_F(TicketFacadeTest, WithoutACallerNothing) {
  const auto host = std::make_shared<FakeHost>();
  EXPECT_EQ(facade_->CreateTicket({}, Duel(1)).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(facade_->GetTicket({}, {"x"}).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(facade_->CancelTicket({}, {"x"}).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(facade_->WatchTicket({}, {"x"}, host).status().code(), StatusCode::kUnauthenticated);
}

TEST_F(TicketFacadeTest, CancellingIsIdempotentUntilItIsTooLate) {
  const Ticket ann = Create("ann", Simple());
  EXPECT_EQ(facade_->CancelTicket(As("ann"), {ann.id})->state, TicketState::kCancelled);
  EXPECT_EQ(facade_->CancelTicket(As("ann"), {ann.id})->state, TicketState::kCancelled);
  const Ticket bob = Create("bob", Simple());
  EXPECT_EQ(bob.state, TicketState::kWaiting) << "a cancelled ticket must not be matched";
  (void)Create("cid", Simple());
  allocator_.Succeed(0);
  const auto late = facade_->CancelTicket(As("bob"), {bob.id});
  EXPECT_EQ(late.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(late.status().message()), HasSubstr("is assigned already"));
}

TEST_F(TicketFacadeTest, CountsWhatBecomesOfTickets) {
  (void)Create("ann", Simple());
  executor_.AdvanceBy(2s);
  (void)Create("bob", Simple());
  EXPECT_EQ(facade_->counts().live, 2U);
  allocator_.Succeed(0);
  const Ticket cid = Create("cid", Simple());
  ASSERT_TRUE(facade_->CancelTicket(As("cid"), {cid.id}).ok());
  (void)Create("dan", Simple());
  const TicketCounts counts = facade_->counts();
  EXPECT_EQ(counts.created, 4U);
  EXPECT_EQ(counts.assigned, 2U);
  EXPECT_EQ(counts.cancelled, 1U);
  EXPECT_EQ(counts.failed, 0U);
  EXPECT_EQ(counts.live, 1U);
  EXPECT_EQ(counts.waited_seconds, 2);
  EXPECT_EQ(counts.waited_within[0], 1U) << "bob";
  EXPECT_EQ(counts.waited_within[3], 1U) << "ann, up to 2 s";
}

TEST_F(TicketFacadeTest, AFullQueueShedsAndSaysWhenToComeBack) {
  Restart({.max_waiting_per_game = 2});
  (void)Create("ann", Duel(1000));
  (void)Create("bob", Duel(2000));
  const auto shed = facade_->CreateTicket(As("cid"), Duel(3000));
  EXPECT_EQ(shed.status().code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryAfterOf(shed.status()), 5000ms);
  EXPECT_EQ(Create("dot", Simple()).state, TicketState::kWaiting) << "other games have room";
}

TEST_F(TicketFacadeTest, AllGamesTogetherAreBoundedToo) {
  Restart({.max_live = 1});
  (void)Create("ann", Duel(1000));
  EXPECT_EQ(facade_->CreateTicket(As("bob"), Simple()).status().code(), StatusCode::kResourceExhausted);
}

TEST_F(TicketFacadeTest, FinalTicketsAreKeptForAWhile) {
  const Ticket ann = Create("ann", Simple());
  ASSERT_TRUE(facade_->CancelTicket(As("ann"), {ann.id}).ok());
  executor_.AdvanceBy(60s - 1ns);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kCancelled);
  executor_.AdvanceBy(1ns);
  EXPECT_EQ(facade_->GetTicket(As("ann"), {ann.id}).status().code(), StatusCode::kNotFound);
}

TEST_F(TicketFacadeTest, FinalTicketsAreBounded) {
  Restart({.max_final = 1});  // Which means 1,000.
  std::vector<std::string> ids;
  for (int i = 0; i < 1001; ++i) {
    const std::string user = std::to_string(i);
    ids.push_back(Create(user, Simple()).id);
    ASSERT_TRUE(facade_->CancelTicket(As(user), {ids.back()}).ok());
  }
  EXPECT_EQ(facade_->GetTicket(As("0"), {ids[0]}).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(facade_->GetTicket(As("1"), {ids[1]}).ok());
}

TEST_F(TicketFacadeTest, NewRulesAreForNewQueues) {
  (void)Create("ann", Simple());
  rules_.Set("simple", R"({"version": 1, "name": "s", "teams": 3, "players_per_team": 1})");
  EXPECT_EQ(Create("bob", Simple()).state, TicketState::kMatched);
  EXPECT_EQ(Create("cid", Simple()).state, TicketState::kWaiting);
  EXPECT_EQ(Create("dot", Simple()).state, TicketState::kWaiting);
  EXPECT_EQ(Create("eli", Simple()).state, TicketState::kMatched);
}

struct BadRequest {
  std::string what;
  CreateTicketRequest request;
  std::string message;
};

std::vector<BadRequest> AllBadRequests() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string name_hint = "give 1 to 64 characters of [A-Za-z0-9_.-]";
  const auto duel = [](double skill) {
    return CreateTicketRequest{"duel", {}, {{"skill", skill}}, {{"mode", "ranked"}}};
  };
  const auto with_players = [](std::vector<std::string> players) {
    return CreateTicketRequest{"duos", std::move(players), {}, {}};
  };
  CreateTicketRequest many_numbers = duel(1);
  CreateTicketRequest many_strings = duel(1);
  for (int i = 0; i < 16; ++i) {
    many_numbers.numbers["n" + std::to_string(i)] = 1;
    many_strings.strings["n" + std::to_string(i)] = "x";
  }
  CreateTicketRequest long_name = duel(1);
  long_name.numbers[std::string(65, 'n')] = 1;
  CreateTicketRequest odd_name = duel(1);
  odd_name.strings["my mode"] = "x";
  CreateTicketRequest long_value = duel(1);
  long_value.strings["mode"] = std::string(129, 'x');
  CreateTicketRequest empty_value = duel(1);
  empty_value.strings["mode"] = "";
  CreateTicketRequest unused_nan = duel(1);
  unused_nan.numbers["unused"] = nan;
  return {
      {"no game", {"", {}, {}, {}}, "game_id: is no game id; " + name_hint},
      {"a path for a game", {"../etc/passwd", {}, {}, {}}, "game_id: is no game id; " + name_hint},
      {"a long game", {std::string(65, 'g'), {}, {}, {}}, "game_id: is no game id; " + name_hint},
      {"no skill", {"duel", {}, {}, {{"mode", "a"}}}, "numbers.skill: is missing; this game matches by it"},
      {"no mode", {"duel", {}, {{"skill", 1}}, {}}, "strings.mode: is missing; this game matches by it"},
      {"skill that is no number", duel(nan), "numbers.skill: is not a number from -1e9 to 1e9"},
      {"infinite skill", duel(infinity), "numbers.skill: is not a number from -1e9 to 1e9"},
      {"skill below all bounds", duel(-infinity), "numbers.skill: is not a number from -1e9 to 1e9"},
      {"huge skill", duel(1.5e9), "numbers.skill: is not a number from -1e9 to 1e9"},
      {"an unused NaN", unused_nan, "numbers.unused: is not a number from -1e9 to 1e9"},
      {"too many numbers", many_numbers, "numbers: are 17; 16 at most"},
      {"too many strings", many_strings, "strings: are 17; 16 at most"},
      {"a long attribute", long_name, "numbers: have a name that is none; " + name_hint},
      {"an odd attribute", odd_name, "strings: have a name that is none; " + name_hint},
      {"a long value", long_value, "strings.mode: is 129 bytes; give 1 to 128 bytes"},
      {"an empty value", empty_value, "strings.mode: is 0 bytes; give 1 to 128 bytes"},
      {"a player twice", with_players({"ann", "ann"}),
       "players[1]: is in the party twice; name each player once"},
      {"a nameless player", with_players({"ann", ""}), "players[1]: is no player id; give 1 to 128 bytes"},
      {"a player with a long id", with_players({"ann", std::string(129, 'b')}),
       "players[1]: is no player id; give 1 to 128 bytes"},
      {"a crowd", with_players(std::vector<std::string>(101, "ann")), "players: are 101; 100 at most"},
  };
}

TEST_F(TicketFacadeTest, BadRequestsAreToldWhatIsWrong) {
  for (const BadRequest& bad : AllBadRequests()) {
    SCOPED_TRACE(bad.what);
    const auto ticket = facade_->CreateTicket(As("ann"), bad.request);
    EXPECT_EQ(ticket.status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(ticket.status().message(), bad.message);
    EXPECT_THAT(FieldViolationsOf(ticket.status()), SizeIs(1));
  }
  // And nothing of them stays: she can queue, and meets nobody.
  EXPECT_EQ(Create("ann", Simple({}, "duos")).state, TicketState::kWaiting);
  EXPECT_THAT(allocator_.asked, IsEmpty());
}

TEST_F(TicketFacadeTest, NobodyIsPutInAQueueByAnother) {
  for (const std::string role : {"user", "developer", ""}) {
    for (const auto& players : {std::vector<std::string>{"ann", "bob"}, {"bob"}}) {
      const auto ticket = facade_->CreateTicket(As("ann", "", role), Simple(players, "duos"));
      EXPECT_EQ(ticket.status().code(), StatusCode::kPermissionDenied) << role;
      ASSERT_THAT(FieldViolationsOf(ticket.status()), SizeIs(1));
      EXPECT_EQ(FieldViolationsOf(ticket.status()).front().field, "players");
    }
  }
  EXPECT_EQ(Create("bob", Simple()).state, TicketState::kWaiting) << "nothing holds him";
}

TEST_F(TicketFacadeTest, ManagersQueueParties) {
  for (const std::string role : {"admin", "service"}) {
    const auto party =
        facade_->CreateTicket(As("lobby", "", role), Simple({role + "-1", role + "-2"}, "duos"));
    ASSERT_TRUE(party.ok()) << party.status();
    EXPECT_TRUE(facade_->CancelTicket(As(role + "-1"), {party->id}).ok()) << "it is their ticket";
  }
  const auto large = facade_->CreateTicket(As("lobby", "", "service"), Simple({"ann", "bob", "cid"}, "duos"));
  EXPECT_EQ(large.status().message(), "players: are 3; a team has 2, and a party at least 1");
}

TEST_F(TicketFacadeTest, OtherBadCalls) {
  EXPECT_EQ(facade_->CreateTicket(As("ann"), Simple({}, "unknown")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(facade_->CreateTicket(As("ann", std::string(129, 'k')), Simple()).status().message(),
            "idempotency-key: is 129 bytes; 128 at most");
  EXPECT_EQ(facade_->GetTicket(As("ann"), {""}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(facade_->CancelTicket(As("ann"), {std::string(1000, 'x')}).status().code(),
            StatusCode::kNotFound);
}

}  // namespace
}  // namespace oofgg::matchmaking
