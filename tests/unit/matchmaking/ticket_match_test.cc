// From a match to a server, or not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/matchmaking/facade_fixture.h"

namespace oofgg::matchmaking {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using TicketMatchTest = FacadeTest;

TEST_F(TicketMatchTest, WithoutAServerTheTicketsFailAndSayWhy) {
  const Ticket ann = Create("ann", Simple());
  (void)Create("bob", Simple());
  allocator_.Fail(0, MakeStatus(StatusCode::kUnavailable, "the fleet is full"));
  const Ticket failed = Get("ann", ann.id);
  EXPECT_EQ(failed.state, TicketState::kFailed);
  EXPECT_EQ(failed.error, "the fleet is full");
  EXPECT_THAT(allocator_.cancelled, IsEmpty()) << "there is nothing to give back";
  EXPECT_EQ(facade_->CancelTicket(As("ann"), {ann.id}).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(Create("ann", Simple()).state, TicketState::kWaiting) << "he may try again";
}

TEST_F(TicketMatchTest, AnAllocatorThatNeverAnswersIsGivenUp) {
  const Ticket ann = Create("ann", Simple());
  (void)Create("bob", Simple());
  executor_.AdvanceBy(2min);
  const Ticket failed = Get("ann", ann.id);
  EXPECT_EQ(failed.state, TicketState::kFailed);
  EXPECT_EQ(failed.error, "no game server became ready in time");
  EXPECT_THAT(allocator_.cancelled, ElementsAre(allocator_.asked[0].request.match_id));
  // Seats that come after all are given back.
  allocator_.Succeed(0);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kFailed);
  EXPECT_THAT(allocator_.cancelled, SizeIs(1)) << "told once is enough";
}

TEST_F(TicketMatchTest, SeatsForSomeAreSeatsForNobody) {
  const Ticket ann = Create("ann", Simple());
  (void)Create("bob", Simple());
  MatchSeats seats = FakeAllocator::SeatsFor(allocator_.asked[0].request);
  seats.join_tickets.erase("bob");
  allocator_.asked[0].done(seats);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kFailed);
  EXPECT_THAT(allocator_.cancelled, SizeIs(1));
}

TEST_F(TicketMatchTest, SeatsNowhereAreSeatsForNobody) {
  const Ticket ann = Create("ann", Simple());
  (void)Create("bob", Simple());
  MatchSeats seats = FakeAllocator::SeatsFor(allocator_.asked[0].request);
  seats.address.clear();
  allocator_.asked[0].done(seats);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kFailed);
}

TEST_F(TicketMatchTest, WhoLeavesAMatchSendsTheOthersBackWithTheirTime) {
  const Ticket ann = Create("ann", Duel(1500));
  executor_.AdvanceBy(10s);
  const Ticket bob = Create("bob", Duel(1500));
  ASSERT_EQ(bob.state, TicketState::kMatched);
  Watch watch = Open("ann", ann.id);
  (void)watch.handler->Next();

  executor_.AdvanceBy(2s);
  EXPECT_EQ(facade_->CancelTicket(As("bob"), {bob.id})->state, TicketState::kCancelled);
  EXPECT_THAT(allocator_.cancelled, ElementsAre(bob.match_id));
  const auto back = watch.handler->Next();
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->state, TicketState::kWaiting);
  EXPECT_EQ(back->match_id, "");
  EXPECT_EQ(back->waited, 12s);
  // She has waited 12 s, so she accepts 170 at once; he who comes now needs those 12 s himself.
  const TimePoint now = clock_.Now();
  (void)Create("cid", Duel(1670));
  EXPECT_EQ(executor_.NextTimer(), now + 12s);
  // The first answer comes too late: nobody is sent there.
  allocator_.Succeed(0);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kWaiting);
  EXPECT_THAT(allocator_.cancelled, SizeIs(1)) << "told once is enough";
}

TEST_F(TicketMatchTest, WhoComesBackMayFindAnotherMatchAtOnce) {
  (void)Create("ann", Simple());
  const Ticket bob = Create("bob", Simple());
  const Ticket cid = Create("cid", Simple());
  EXPECT_EQ(cid.state, TicketState::kWaiting);
  ASSERT_TRUE(facade_->CancelTicket(As("bob"), {bob.id}).ok());
  EXPECT_EQ(Get("cid", cid.id).state, TicketState::kMatched);
  ASSERT_THAT(allocator_.asked, SizeIs(2));
  EXPECT_THAT(allocator_.asked[1].request.teams, ElementsAre(ElementsAre("ann"), ElementsAre("cid")));
}

TEST_F(TicketMatchTest, WhoCannotComeBackUnderNewRulesFails) {
  const Ticket ann = Create("ann", Simple());
  const Ticket bob = Create("bob", Simple());
  rules_.Set("simple",
             R"({"version": 1, "name": "s", "teams": 2, "players_per_team": 1, "equal": ["mode"]})");
  ASSERT_TRUE(facade_->CancelTicket(As("bob"), {bob.id}).ok());
  const Ticket failed = Get("ann", ann.id);
  EXPECT_EQ(failed.state, TicketState::kFailed);
  EXPECT_EQ(failed.error, "strings.mode: is missing; this game matches by it");
}

TEST_F(TicketMatchTest, AReturnedTicketIsALeaseAgain) {
  const Ticket ann = Create("ann", Simple());
  const Ticket bob = Create("bob", Simple());
  executor_.AdvanceBy(60s);
  ASSERT_TRUE(facade_->CancelTicket(As("bob"), {bob.id}).ok());
  executor_.AdvanceBy(30s);
  EXPECT_EQ(Get("ann", ann.id).state, TicketState::kCancelled);
}

TEST_F(TicketMatchTest, AMatchThatIsUndoneBeforeTheAllocatorHeardOfItNeverReachesIt) {
  const Ticket ann = Create("ann", Duel(1500));
  (void)Create("bob", Duel(1600));
  clock_.Advance(5s);  // Due, but the timer has not run: the call below makes the match and undoes it.
  ASSERT_TRUE(facade_->CancelTicket(As("ann"), {ann.id}).ok());
  EXPECT_THAT(allocator_.asked, IsEmpty());
  EXPECT_THAT(allocator_.cancelled, IsEmpty());
}

TEST_F(TicketMatchTest, AClosingFacadeGivesUpItsMatches) {
  (void)Create("ann", Simple());
  (void)Create("bob", Simple());
  facade_.reset();
  EXPECT_THAT(allocator_.cancelled, ElementsAre(allocator_.asked[0].request.match_id));
  allocator_.Succeed(0);  // Nobody is there any more to hear it.
}

// An allocator may answer from within the call.
class PromptAllocator final : public MatchAllocator {
 public:
  void Allocate(MatchRequest request, Done done) override { done(FakeAllocator::SeatsFor(request)); }
  void Cancel(const std::string&) override {}
};

TEST_F(TicketMatchTest, AnAnswerMayComeAtOnce) {
  PromptAllocator prompt;
  MatchmakingFacade facade({clock_, random_, executor_, rules_, prompt});
  ASSERT_TRUE(facade.CreateTicket(As("ann"), Simple()).ok());
  const auto bob = facade.CreateTicket(As("bob"), Simple());
  ASSERT_TRUE(bob.ok());
  EXPECT_EQ(facade.GetTicket(As("bob"), {bob->id})->state, TicketState::kAssigned);
}

}  // namespace
}  // namespace oofgg::matchmaking
