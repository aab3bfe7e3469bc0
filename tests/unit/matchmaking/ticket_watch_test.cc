// Streams on tickets, and tickets as leases.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "tests/unit/matchmaking/facade_fixture.h"

namespace oofgg::matchmaking {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class TicketWatchTest : public FacadeTest {
 protected:
  static std::vector<TicketState> Drain(Watch& watch) {
    std::vector<TicketState> states;
    while (const auto ticket = watch.handler->Next()) states.push_back(ticket->state);
    return states;
  }
};

TEST_F(TicketWatchTest, TellsTheTicketNowAndAfterEachChangeAndEnds) {
  const Ticket ann = Create("ann", Simple());
  Watch watch = Open("ann", ann.id);
  EXPECT_EQ(watch.host->wakes, 1);
  EXPECT_THAT(Drain(watch), ElementsAre(TicketState::kWaiting));
  EXPECT_THAT(Drain(watch), ElementsAre()) << "nothing new";

  (void)Create("bob", Simple());
  EXPECT_EQ(watch.host->wakes, 2);
  EXPECT_THAT(Drain(watch), ElementsAre(TicketState::kMatched));
  EXPECT_FALSE(watch.host->finished.has_value());

  allocator_.Succeed(0);
  EXPECT_EQ(watch.host->wakes, 3);
  const auto assigned = watch.handler->Next();
  ASSERT_TRUE(assigned.has_value());
  EXPECT_EQ(assigned->assignment.join_ticket, "join-ann");
  EXPECT_EQ(watch.host->finished, absl::OkStatus());
  EXPECT_EQ(watch.handler->Next(), std::nullopt);
  watch.handler->OnClose();
}

TEST_F(TicketWatchTest, EachWatcherOfAPartyGetsItsOwnJoinTicket) {
  const Ticket party = CreateParty(Simple({"ann", "abe"}, "duos"));
  Watch ann = Open("ann", party.id);
  Watch abe = Open("abe", party.id);
  (void)CreateParty(Simple({"bob", "ben"}, "duos"));
  allocator_.Succeed(0);
  EXPECT_EQ(ann.handler->Next()->assignment.join_ticket, "join-ann");
  EXPECT_EQ(abe.handler->Next()->assignment.join_ticket, "join-abe");
}

TEST_F(TicketWatchTest, ASlowReaderGetsTheNewestStateOnly) {
  const Ticket ann = Create("ann", Simple());
  Watch watch = Open("ann", ann.id);
  (void)Create("bob", Simple());
  allocator_.Succeed(0);
  EXPECT_THAT(Drain(watch), ElementsAre(TicketState::kAssigned));
}

TEST_F(TicketWatchTest, AFinalTicketIsToldToWhoComesLate) {
  const Ticket ann = Create("ann", Simple());
  ASSERT_TRUE(facade_->CancelTicket(As("ann"), {ann.id}).ok());
  Watch watch = Open("ann", ann.id);
  EXPECT_THAT(Drain(watch), ElementsAre(TicketState::kCancelled));
  EXPECT_EQ(watch.host->finished, absl::OkStatus());
}

TEST_F(TicketWatchTest, AReaderWhoMissesTheEndIsToldSo) {
  const Ticket ann = Create("ann", Simple());
  Watch watch = Open("ann", ann.id);
  ASSERT_TRUE(facade_->CancelTicket(As("ann"), {ann.id}).ok());
  executor_.AdvanceBy(60s);
  EXPECT_EQ(watch.handler->Next(), std::nullopt);
  ASSERT_TRUE(watch.host->finished.has_value());
  EXPECT_EQ(watch.host->finished->code(), StatusCode::kNotFound);
  watch.handler->OnClose();
}

TEST_F(TicketWatchTest, AClosedStreamIsNotWokenAndLetsGoOfItsHost) {
  const Ticket ann = Create("ann", Simple());
  Watch watch = Open("ann", ann.id);
  watch.handler->OnClose();
  (void)Create("bob", Simple());
  EXPECT_EQ(watch.host->wakes, 1);
  EXPECT_EQ(watch.host.use_count(), 1);
}

TEST_F(TicketWatchTest, AnUnwatchedTicketIsCancelledAfterTheLease) {
  const Ticket ann = Create("ann", Simple());
  executor_.AdvanceBy(30s - 1ns);
  Watch watch = Open("ann", ann.id);
  executor_.AdvanceBy(1h);
  EXPECT_THAT(Drain(watch), ElementsAre(TicketState::kWaiting));
  watch.handler->OnClose();
  executor_.AdvanceBy(30s);
  const Ticket gone = Get("ann", ann.id);
  EXPECT_EQ(gone.state, TicketState::kCancelled);
  EXPECT_EQ(Create("bob", Simple()).state, TicketState::kWaiting) << "its place in the queue went, too";
}

TEST_F(TicketWatchTest, TheLeaseEndsWithTheLastWatcher) {
  const Ticket party = CreateParty(Simple({"ann", "abe"}, "duos"));
  Watch ann = Open("ann", party.id);
  Watch abe = Open("abe", party.id);
  ann.handler->OnClose();
  executor_.AdvanceBy(1h);
  EXPECT_THAT(Drain(abe), ElementsAre(TicketState::kWaiting));
  abe.handler->OnClose();
  executor_.AdvanceBy(30s);
  EXPECT_EQ(Get("ann", party.id).state, TicketState::kCancelled);
}

TEST_F(TicketWatchTest, AskingForATicketKeepsItAlive) {
  const Ticket ann = Create("ann", Simple());
  for (int i = 0; i < 10; ++i) {
    executor_.AdvanceBy(29s);
    EXPECT_EQ(Get("ann", ann.id).state, TicketState::kWaiting);
  }
}

TEST_F(TicketWatchTest, AMatchIsNotLostToTheLease) {
  const Ticket ann = Create("ann", Simple());
  (void)Create("bob", Simple());
  executor_.AdvanceBy(60s);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kMatched);
}

TEST_F(TicketWatchTest, AMatchDueWithTheLeaseIsMade) {
  // Ann accepts Bob's 350 after exactly the 30 s for which nobody watches.
  const Ticket ann = Create("ann", Duel(1000));
  (void)Create("bob", Duel(1350));
  clock_.Advance(30s);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kMatched);
}

TEST_F(TicketWatchTest, StreamsAreCounted) {
  const Ticket party = CreateParty(Simple({"ann", "abe"}, "duos"));
  std::vector<Watch> watches;
  for (int i = 0; i < 4; ++i) watches.push_back(Open("ann", party.id));
  const auto one_more = facade_->WatchTicket(As("ann"), {party.id}, std::make_shared<FakeHost>());
  EXPECT_EQ(one_more.status().code(), StatusCode::kResourceExhausted);
  (void)Open("abe", party.id);
  watches[0].handler->OnClose();
  (void)Open("ann", party.id);
}

TEST_F(TicketWatchTest, AClosingFacadeEndsItsStreams) {
  const Ticket ann = Create("ann", Simple());
  Watch watch = Open("ann", ann.id);
  facade_.reset();
  ASSERT_TRUE(watch.host->finished.has_value());
  EXPECT_EQ(watch.host->finished->code(), StatusCode::kUnavailable);
  EXPECT_EQ(watch.handler->Next(), std::nullopt);
  watch.handler->OnClose();
  executor_.AdvanceBy(1h);
}

}  // namespace
}  // namespace oofgg::matchmaking
