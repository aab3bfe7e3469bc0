// What every RequestStore promises, run on each implementation.

#include "orchestration/request_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <optional>

#include "tests/conformance/request_store/request_stores.h"

namespace oofgg::orchestration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using enum RequestState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class RequestStoreTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  RequestStoreTest() : owner_(MakeStore(GetParam())), store_(owner_->store()) {}

  static RequestKey Key(const std::string& id, const std::string& fleet = "arena") { return {fleet, id}; }
  static SeatServer Server(const std::string& id) { return {id, "10.0.0.1", 7777, "10.0.0.1:3000"}; }

  RequestRecord Ask(const std::string& id, std::vector<std::string> players = {},
                    WallTime deadline = kStart + hours(1)) {
    if (players.empty()) players = {id};
    return store_.Enqueue({Key(id), std::move(players), deadline}).value();
  }
  RequestRecord LeaseOne(WallTime until = kStart + minutes(1)) {
    auto leased = store_.LeaseOldest(term_, 1, until).value();
    return leased.empty() ? RequestRecord{} : leased.front();
  }
  RequestRecord Look(const std::string& id) {
    const auto record = store_.Find(Key(id)).value().value_or(RequestRecord{});
    const std::string seat = record.state == kDone ? record.server.id : "";
    EXPECT_EQ(SeatAtHand(id).value_or(seat), seat);
    return record;
  }
  /// The server's id, empty where there is none; nothing if it is not at hand.
  std::optional<std::string> SeatAtHand(const std::string& id) {
    std::promise<std::string> seat;
    const bool at_hand =
        store_.SeatAtHand(Key(id), [&seat](StatusOr<std::optional<RequestStore::SeatFound>> found) {
          seat.set_value(found.value().value_or(RequestStore::SeatFound{}).server.id);
        });
    if (!at_hand) return std::nullopt;
    return seat.get_future().get();
  }
  RequestRecord Seated(const std::string& id, const std::string& server,
                       std::vector<std::string> players = {}) {
    Ask(id, std::move(players));
    const RequestRecord record = LeaseOne();
    EXPECT_TRUE(store_.TakeSeats(LeaseOf(record), Server(server), 0).ok());
    EXPECT_TRUE(store_.Complete(LeaseOf(record)).ok());
    return Look(id);
  }
  std::vector<std::string> SeatedPlayers() {
    std::vector<std::string> players;
    const std::vector<Seat> seats = store_.Seats("arena").value();
    for (const Seat& seat : seats) players.push_back(seat.player + "@" + seat.server.id);
    return players;
  }
  static std::vector<std::string> Ids(const std::vector<RequestRecord>& records) {
    std::vector<std::string> ids;
    for (const RequestRecord& record : records) ids.push_back(record.key.id);
    return ids;
  }

  static constexpr WallTime kStart{seconds(1'900'000'000)};
  std::unique_ptr<StoreOwner> owner_;
  RequestStore& store_;
  FleetTerm term_{"arena"};
};

INSTANTIATE_TEST_SUITE_P(Stores, RequestStoreTest, ::testing::ValuesIn(kAllStores),
                         [](const auto& tested) { return NameOf(tested.param); });

TEST_P(RequestStoreTest, KeepsWhatItIsGiven) {
  const std::string odd("Bearer a/b:c\"'\\ \xff", 18);
  ASSERT_TRUE(store_.Enqueue({Key(odd), {odd, "7:bob", ""}, kStart}).ok());
  const auto found = store_.Find(Key(odd)).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->key, Key(odd));
  EXPECT_THAT(found->players, ElementsAre(odd, "7:bob", ""));
  EXPECT_EQ(found->state, kCreated);
  EXPECT_EQ(found->deadline, kStart);
  EXPECT_EQ(store_.Find(Key("other")).value(), std::nullopt);
}

TEST_P(RequestStoreTest, AskingAgainKeepsThePlaceAndProlongsTheDeadline) {
  Ask("a");
  Ask("b");
  EXPECT_EQ(Ask("a", {}, kStart + hours(2)).deadline, kStart + hours(2));
  EXPECT_EQ(Ask("a", {}, kStart).deadline, kStart + hours(2)) << "a deadline only grows";
  EXPECT_THAT(Ids(store_.LeaseOldest({"arena"}, 9, kStart).value()), ElementsAre("a", "b"));
}

TEST_P(RequestStoreTest, ASeatThatWasLookedAtIsAtHandUntilItIsGivenUp) {
  for (const char* id : {"withdrawn", "repaired", "freed", "dropped", "kept"}) Seated(id, id);
  for (const char* id : {"withdrawn", "repaired", "freed", "dropped", "kept"}) EXPECT_EQ(SeatAtHand(id), id);
  ASSERT_TRUE(store_.Withdraw(Key("withdrawn")).ok());
  ASSERT_TRUE(store_.Occupy(Key("repaired"), kStart).ok());
  ASSERT_TRUE(store_.FreeSeats({"arena"}, "freed", {"freed"}, "left").ok());
  ASSERT_TRUE(store_.DropServer({"arena"}, "dropped", "ended").ok());
  for (const char* id : {"withdrawn", "repaired", "freed", "dropped"})
    EXPECT_EQ(SeatAtHand(id).value_or(""), "") << id;
  EXPECT_EQ(SeatAtHand("kept"), "kept");
}

TEST_P(RequestStoreTest, WhatIsOnlyProlongedKeepsItsState) {
  const auto prolong = [this](const std::string& id, WallTime deadline) {
    return store_.Enqueue({.key = Key(id), .players = {id}, .deadline = deadline, .prolong_only = true});
  };
  EXPECT_EQ(prolong("nobody", kStart).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_.Find(Key("nobody")).value(), std::nullopt);

  Seated("done", "s1");
  EXPECT_EQ(prolong("done", kStart + hours(3)).value().state, kDone);
  EXPECT_EQ(Look("done").deadline, kStart + hours(3));
  EXPECT_EQ(prolong("done", kStart).value().deadline, kStart + hours(3)) << "a deadline only grows";
  Look("done");
  EXPECT_EQ(SeatAtHand("done"), "s1");

  Ask("waits");
  EXPECT_EQ(prolong("waits", kStart + hours(3)).value().state, kCreated);
  const RequestRecord leased = LeaseOne();
  EXPECT_EQ(leased.deadline, kStart + hours(3));
  ASSERT_TRUE(store_.Fail(LeaseOf(leased), "no", false).ok());
  EXPECT_EQ(prolong("waits", kStart + hours(4)).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Look("waits").state, kFailed);
}

TEST_P(RequestStoreTest, FleetsAreApart) {
  Ask("a");
  ASSERT_TRUE(store_.Enqueue({Key("a", "duel"), {"a"}, kStart}).ok());
  EXPECT_EQ(store_.LeaseOldest({"duel"}, 9, kStart).value().size(), 1U);
  EXPECT_EQ(Look("a").state, kCreated);
  EXPECT_THAT(store_.LeaseOldest({"nowhere"}, 9, kStart).value(), IsEmpty());
}

TEST_P(RequestStoreTest, AFenceCountsOnWhenItsRequestIsWithdrawn) {
  Ask("a");
  const RequestRecord late = LeaseOne();
  ASSERT_TRUE(store_.Withdraw(Key("a")).ok());
  Ask("a");
  const RequestRecord next = LeaseOne();
  EXPECT_GT(next.fence, late.fence);
  ASSERT_TRUE(store_.TakeSeats(LeaseOf(next), Server("s1"), 0).ok());
  EXPECT_EQ(store_.Complete(LeaseOf(late)).code(), StatusCode::kAborted);
  EXPECT_EQ(store_.Renew(LeaseOf(late), kStart + hours(9)).code(), StatusCode::kAborted);
  EXPECT_EQ(store_.GiveBack(LeaseOf(late)).code(), StatusCode::kAborted);
  EXPECT_EQ(Look("a").state, kInProgress);
  EXPECT_TRUE(store_.Complete(LeaseOf(next)).ok());
}

TEST_P(RequestStoreTest, AFenceCountsOnWhenItsRequestIsForgotten) {
  Ask("a", {}, kStart);
  const RequestRecord late = LeaseOne();
  ASSERT_TRUE(store_.Fail(LeaseOf(late), "no", /*start_failed=*/false).ok());
  ASSERT_TRUE(store_.SweepLapsed({"arena"}, kStart + hours(2)).ok());
  ASSERT_EQ(store_.Find(Key("a")).value(), std::nullopt);
  Ask("a", {}, kStart + hours(9));
  EXPECT_GT(LeaseOne().fence, late.fence);
}

TEST_P(RequestStoreTest, ALineHasAnEnd) {
  const auto ask = [this](const std::string& id) {
    return store_.Enqueue({Key(id), {id}, kStart + hours(1), /*max_line=*/2}).status().code();
  };
  EXPECT_EQ(ask("a"), StatusCode::kOk);
  EXPECT_EQ(ask("b"), StatusCode::kOk);
  EXPECT_EQ(ask("c"), StatusCode::kResourceExhausted);
  EXPECT_EQ(store_.Find(Key("c")).value(), std::nullopt) << "nothing of it stays";
  EXPECT_EQ(ask("a"), StatusCode::kOk) << "who is in line may ask again";
  Ask("m", {"x", "y"});  // Without a limit of its own.
  const RequestRecord first = LeaseOne();
  LeaseOne();
  EXPECT_EQ(ask("c"), StatusCode::kOk) << "only those in line count";
  ASSERT_TRUE(store_.Fail(LeaseOf(first), "no", /*start_failed=*/false).ok());
  EXPECT_EQ(ask("a"), StatusCode::kResourceExhausted) << "one that failed joins anew";
}

TEST_P(RequestStoreTest, CountsTheLine) {
  Ask("a");
  Ask("m", {"x", "y", "z"});
  Ask("b");
  EXPECT_EQ(store_.Position(Key("a")).value(), 1U);
  EXPECT_EQ(store_.Position(Key("b")).value(), 3U);
  EXPECT_EQ(store_.Position(Key("nobody")).value(), 0U);
  LeaseOne();
  EXPECT_EQ(store_.Position(Key("a")).value(), 0U);
  EXPECT_EQ(store_.Position(Key("b")).value(), 2U);
  EXPECT_EQ(store_.Waiting("arena").value().requests, 2U);
  EXPECT_EQ(store_.Waiting("arena").value().seats, 4U);
}

TEST_P(RequestStoreTest, WalksThePathToASeat) {
  Ask("a");
  const RequestRecord leased = LeaseOne(kStart + seconds(30));
  EXPECT_EQ(leased.state, kInProgress);
  EXPECT_EQ(leased.lease_until, kStart + seconds(30));
  EXPECT_EQ(LeaseOne().key.id, "") << "leased to one worker only";
  ASSERT_TRUE(store_.TakeSeats(LeaseOf(leased), Server("s1"), 3).ok());
  EXPECT_THAT(SeatedPlayers(), ElementsAre("a@s1"));
  ASSERT_TRUE(store_.Complete(LeaseOf(leased)).ok());
  EXPECT_EQ(Look("a").state, kDone);
  EXPECT_EQ(Look("a").server, Server("s1"));
  EXPECT_EQ(Ask("a").state, kDone) << "asking again changes nothing";
}

TEST_P(RequestStoreTest, NothingIsDoneWithoutSeats) {
  Ask("a");
  EXPECT_EQ(store_.Complete(LeaseOf(LeaseOne())).code(), StatusCode::kFailedPrecondition);
}

TEST_P(RequestStoreTest, SeatsAreTakenAllOrNone) {
  Seated("a", "s1");
  Ask("m", {"x", "y", "z"});
  const RequestLease lease = LeaseOf(LeaseOne());
  EXPECT_EQ(store_.TakeSeats(lease, Server("s1"), 3).code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(SeatedPlayers(), ElementsAre("a@s1"));
  ASSERT_TRUE(store_.TakeSeats(lease, Server("s1"), 4).ok());
  EXPECT_THAT(SeatedPlayers(), ElementsAre("a@s1", "x@s1", "y@s1", "z@s1"));
  EXPECT_TRUE(store_.TakeSeats(lease, Server("s1"), 4).ok()) << "a repetition takes nothing more";
  EXPECT_EQ(SeatedPlayers().size(), 4U);
  EXPECT_EQ(store_.TakeSeats(lease, Server("s2"), 4).code(), StatusCode::kAlreadyExists)
      << "and not elsewhere";
}

TEST_P(RequestStoreTest, NobodyIsGivenTwoSeats) {
  Seated("a", "s1", {"alice"});
  Ask("b", {"bob", "alice"});
  EXPECT_EQ(store_.TakeSeats(LeaseOf(LeaseOne()), Server("s1"), 0).code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(SeatedPlayers(), ElementsAre("alice@s1"));
}

TEST_P(RequestStoreTest, FailureReleasesSeatsAndTellsWhy) {
  Ask("a");
  const RequestRecord leased = LeaseOne();
  ASSERT_TRUE(store_.TakeSeats(LeaseOf(leased), Server("s1"), 3).ok());
  ASSERT_TRUE(store_.Fail(LeaseOf(leased), "no such image", true).ok());
  EXPECT_EQ(Look("a").state, kFailed);
  EXPECT_EQ(Look("a").error, "no such image");
  EXPECT_EQ(Look("a").failures, 1U);
  EXPECT_EQ(Look("a").server.id, "");
  EXPECT_THAT(SeatedPlayers(), IsEmpty());
}

TEST_P(RequestStoreTest, AskingAfterAFailureGoesToTheEndAndKeepsTheCount) {
  for (std::uint32_t i = 1; i <= 3; ++i) {
    Ask("a");
    ASSERT_TRUE(store_.Fail(LeaseOf(LeaseOne()), "no", true).ok());
    EXPECT_EQ(Look("a").failures, i);
  }
  Ask("b");
  EXPECT_EQ(Ask("a").error, "");
  EXPECT_THAT(Ids(store_.LeaseOldest({"arena"}, 1, kStart).value()), ElementsAre("b"));
  const RequestLease lease = LeaseOf(LeaseOne());
  ASSERT_TRUE(store_.ForgiveFailures(Key("a")).ok());
  EXPECT_EQ(Look("a").failures, 0U);
  ASSERT_TRUE(store_.Fail(lease, "not a start", false).ok());
  EXPECT_EQ(Look("a").failures, 0U);
}

TEST_P(RequestStoreTest, SuccessForgetsFailures) {
  Ask("a");
  ASSERT_TRUE(store_.Fail(LeaseOf(LeaseOne()), "no", true).ok());
  Ask("a");
  const RequestLease lease = LeaseOf(LeaseOne());
  ASSERT_TRUE(store_.TakeSeats(lease, Server("s1"), 3).ok());
  ASSERT_TRUE(store_.Complete(lease).ok());
  EXPECT_EQ(Look("a").failures, 0U);
}

TEST_P(RequestStoreTest, GivingBackKeepsThePlace) {
  Ask("a");
  Ask("b");
  const RequestRecord leased = LeaseOne();
  ASSERT_TRUE(store_.TakeSeats(LeaseOf(leased), Server("s1"), 3).ok());
  ASSERT_TRUE(store_.GiveBack(LeaseOf(leased)).ok());
  EXPECT_THAT(SeatedPlayers(), IsEmpty());
  EXPECT_THAT(Ids(store_.LeaseOldest({"arena"}, 9, kStart).value()), ElementsAre("a", "b"));
}

TEST_P(RequestStoreTest, LateWritesAreRefused) {
  Ask("a");
  const RequestLease late = LeaseOf(LeaseOne(kStart + seconds(5)));
  ASSERT_TRUE(store_.TakeSeats(late, Server("s1"), 3).ok());
  ASSERT_EQ(store_.SweepLapsed({"arena"}, kStart + seconds(6)).value().changed.size(), 1U);

  const auto refused = [&] {
    for (const Status& status :
         {store_.Renew(late, kStart + hours(9)), store_.TakeSeats(late, Server("s2"), 3),
          store_.Complete(late), store_.Fail(late, "late", true), store_.GiveBack(late),
          store_.Release(late)}) {
      EXPECT_EQ(status.code(), StatusCode::kAborted) << status;
    }
  };
  refused();
  const RequestLease next = LeaseOf(LeaseOne());
  EXPECT_GT(next.fence, late.fence);
  refused();
  EXPECT_TRUE(store_.Complete(next).ok()) << "with the seats that were taken before";
  refused();
  EXPECT_EQ(Look("a").server.id, "s1");
}

TEST_P(RequestStoreTest, ALapsedLeaseGivesTheRequestBackWithItsSeats) {
  Ask("a");
  Ask("b");
  const RequestRecord leased = LeaseOne(kStart + seconds(5));
  ASSERT_TRUE(store_.TakeSeats(LeaseOf(leased), Server("s1"), 3).ok());
  auto sweep = store_.SweepLapsed({"arena"}, kStart + seconds(4)).value();
  EXPECT_THAT(sweep.changed, IsEmpty());
  EXPECT_EQ(sweep.next, kStart + seconds(5));
  sweep = store_.SweepLapsed({"arena"}, kStart + seconds(5)).value();
  EXPECT_THAT(Ids(sweep.changed), ElementsAre("a"));
  EXPECT_EQ(Look("a").state, kCreated);
  EXPECT_EQ(LeaseOne().server.id, "s1") << "first in line, and with the place to look first";
  EXPECT_THAT(SeatedPlayers(), ElementsAre("a@s1"));
}

TEST_P(RequestStoreTest, ARenewedLeaseDoesNotLapse) {
  Ask("a");
  const RequestLease lease = LeaseOf(LeaseOne(kStart + seconds(5)));
  ASSERT_TRUE(store_.Renew(lease, kStart + seconds(15)).ok());
  EXPECT_THAT(store_.SweepLapsed({"arena"}, kStart + seconds(14)).value().changed, IsEmpty());
}

TEST_P(RequestStoreTest, OverdueRequestsFail) {
  Ask("a", {}, kStart + seconds(10));
  Ask("b", {}, kStart + seconds(20));
  EXPECT_EQ(store_.SweepLapsed({"arena"}, kStart).value().next, kStart + seconds(10));
  const auto sweep = store_.SweepLapsed({"arena"}, kStart + seconds(10)).value();
  EXPECT_THAT(Ids(sweep.changed), ElementsAre("a"));
  EXPECT_EQ(sweep.next, kStart + seconds(20));
  EXPECT_EQ(Look("a").state, kFailed);
  EXPECT_EQ(Look("a").error, kOverdue);
  EXPECT_EQ(Look("a").failures, 0U) << "waiting is not a failed start";
}

TEST_P(RequestStoreTest, AnOverdueRequestWhoseLeaseLapsedIsReportedOnce) {
  Ask("a", {}, kStart + seconds(10));
  const RequestRecord leased = LeaseOne(kStart + seconds(5));
  ASSERT_TRUE(store_.TakeSeats(LeaseOf(leased), Server("s1"), 3).ok());
  const auto sweep = store_.SweepLapsed({"arena"}, kStart + seconds(30)).value();
  ASSERT_EQ(sweep.changed.size(), 1U);
  EXPECT_EQ(sweep.changed[0].state, kFailed);
  EXPECT_THAT(SeatedPlayers(), IsEmpty());
  EXPECT_EQ(sweep.next, std::nullopt);
}

TEST_P(RequestStoreTest, OldFailuresAreForgotten) {
  Ask("a", {}, kStart);
  ASSERT_TRUE(store_.Fail(LeaseOf(LeaseOne()), "no", true).ok());
  ASSERT_TRUE(store_.SweepLapsed({"arena"}, kStart + minutes(59)).ok());
  EXPECT_TRUE(store_.Find(Key("a")).value().has_value());
  ASSERT_TRUE(store_.SweepLapsed({"arena"}, kStart + minutes(60)).ok());
  EXPECT_FALSE(store_.Find(Key("a")).value().has_value());
}

TEST_P(RequestStoreTest, TheApiOccupiesOnlyWhatIsDone) {
  Ask("a");
  EXPECT_EQ(store_.Occupy(Key("a"), kStart).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(store_.Occupy(Key("b"), kStart).status().code(), StatusCode::kNotFound);
  LeaseOne();
  EXPECT_EQ(store_.Occupy(Key("a"), kStart).status().code(), StatusCode::kFailedPrecondition);
}

TEST_P(RequestStoreTest, AnOccupiedRequestIsReleasedOrGivenBack) {
  Ask("later");
  store_.Withdraw(Key("later")).value();
  Seated("a", "s1");
  Ask("b");
  RequestRecord held = store_.Occupy(Key("a"), kStart + seconds(5)).value();
  EXPECT_EQ(held.state, kOccupied);
  EXPECT_EQ(held.server.id, "s1");
  EXPECT_EQ(store_.Occupy(Key("a"), kStart).status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(store_.Complete(LeaseOf(held)).code(), StatusCode::kAborted) << "a worker's step";
  ASSERT_TRUE(store_.Release(LeaseOf(held)).ok());
  EXPECT_EQ(Look("a").state, kDone);
  held = store_.Occupy(Key("a"), kStart + seconds(5)).value();
  ASSERT_TRUE(store_.GiveBack(LeaseOf(held)).ok());
  EXPECT_THAT(SeatedPlayers(), IsEmpty());
  EXPECT_EQ(LeaseOne().key.id, "a") << "it had waited before b";
}

TEST_P(RequestStoreTest, ARepairThatDiesLeavesTheSeat) {
  Seated("a", "s1");
  const RequestLease lease = LeaseOf(store_.Occupy(Key("a"), kStart + seconds(5)).value());
  EXPECT_THAT(Ids(store_.SweepLapsed({"arena"}, kStart + seconds(5)).value().changed), ElementsAre("a"));
  EXPECT_EQ(Look("a").state, kDone);
  EXPECT_THAT(SeatedPlayers(), ElementsAre("a@s1"));
  EXPECT_EQ(store_.GiveBack(lease).code(), StatusCode::kAborted);
}

TEST_P(RequestStoreTest, WithdrawnIsGoneForEverybody) {
  Ask("a");
  const RequestRecord leased = LeaseOne();
  ASSERT_TRUE(store_.TakeSeats(LeaseOf(leased), Server("s1"), 3).ok());
  const auto removed = store_.Withdraw(Key("a")).value();
  ASSERT_TRUE(removed.has_value());
  EXPECT_EQ(removed->server.id, "s1");
  EXPECT_EQ(store_.Withdraw(Key("a")).value(), std::nullopt);
  EXPECT_THAT(SeatedPlayers(), IsEmpty());
  EXPECT_EQ(store_.Complete(LeaseOf(leased)).code(), StatusCode::kNotFound);
  Ask("b");
  EXPECT_EQ(Ask("a").state, kCreated);
  EXPECT_EQ(store_.Complete(LeaseOf(leased)).code(), StatusCode::kAborted);
}

TEST_P(RequestStoreTest, AWithdrawnRequestLeavesTheLine) {
  Ask("a");
  Ask("b");
  store_.Withdraw(Key("a")).value();
  EXPECT_EQ(store_.Waiting("arena").value().requests, 1U);
  EXPECT_EQ(LeaseOne().key.id, "b");
}

TEST_P(RequestStoreTest, AServerThatIsGoneTakesItsSeatsAlong) {
  Seated("done", "s1");
  Seated("occupied", "s1");
  Seated("elsewhere", "s2");
  store_.Occupy(Key("occupied"), kStart + seconds(5)).value();
  Ask("under_way");
  const RequestLease lease = LeaseOf(LeaseOne());
  ASSERT_TRUE(store_.TakeSeats(lease, Server("s1"), 0).ok());
  EXPECT_THAT(Ids(store_.DropServer({"arena"}, "s1", "crashed").value()), ElementsAre("done", "occupied"));
  EXPECT_EQ(Look("done").state, kFailed);
  EXPECT_EQ(Look("done").error, "crashed");
  EXPECT_EQ(Look("occupied").state, kFailed);
  EXPECT_EQ(Look("under_way").state, kInProgress) << "its worker decides";
  EXPECT_EQ(store_.Complete(lease).code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(store_.TakeSeats(lease, Server("s2"), 0).ok());
  EXPECT_THAT(SeatedPlayers(), ElementsAre("elsewhere@s2", "under_way@s2"));
}

TEST_P(RequestStoreTest, SeatsAreFreedOneByOne) {
  Seated("m", "s1", {"x", "y"});
  EXPECT_THAT(store_.FreeSeats({"arena"}, "s2", {"x"}, "left").value(), IsEmpty()) << "another server";
  EXPECT_THAT(store_.FreeSeats({"arena"}, "s1", {"x", "nobody"}, "left").value(), IsEmpty());
  EXPECT_EQ(Look("m").state, kDone);
  EXPECT_THAT(SeatedPlayers(), ElementsAre("y@s1"));
  EXPECT_THAT(Ids(store_.FreeSeats({"arena"}, "s1", {"y"}, "left").value()), ElementsAre("m"));
  EXPECT_EQ(Look("m").state, kFailed);
  EXPECT_EQ(Look("m").error, "left");
}

TEST_P(RequestStoreTest, ReleasedSeatsAreRememberedUntilForgotten) {
  const auto released = [&] {
    std::vector<std::string> players;
    const std::vector<Seat> seats = store_.Released("arena").value();
    for (const Seat& seat : seats) players.push_back(seat.player + "@" + seat.server.id);
    return players;
  };
  Seated("withdrawn", "s1");
  store_.Withdraw(Key("withdrawn")).value();
  Seated("left", "s1");
  ASSERT_TRUE(store_.FreeSeats({"arena"}, "s1", {"left"}, "left").ok());
  Seated("gone", "s2");
  store_.Withdraw(Key("gone")).value();
  EXPECT_THAT(released(), ElementsAre("left@s1", "withdrawn@s1", "gone@s2"));
  EXPECT_THAT(SeatedPlayers(), IsEmpty()) << "and take no slot here";

  ASSERT_TRUE(store_.Forget({"arena"}, "s1", "left").ok());
  ASSERT_TRUE(store_.Forget({"arena"}, "s1", "nobody").ok());
  ASSERT_TRUE(store_.DropServer({"arena"}, "s2", "crashed").ok());
  EXPECT_THAT(released(), ElementsAre("withdrawn@s1"));
  Seated("withdrawn", "s1");
  EXPECT_THAT(released(), IsEmpty()) << "seated there again";
}

TEST_P(RequestStoreTest, SeatsOnTheirWayAreNotFreed) {
  Ask("a");
  const RequestLease lease = LeaseOf(LeaseOne());
  ASSERT_TRUE(store_.TakeSeats(lease, Server("s1"), 0).ok());
  EXPECT_THAT(store_.FreeSeats({"arena"}, "s1", {"a"}, "left").value(), IsEmpty());
  EXPECT_TRUE(store_.Complete(lease).ok());
}

TEST_P(RequestStoreTest, TheOnlyWorkerTakesOverAtItsStart) {
  Seated("done", "s1");
  store_.Occupy(Key("done"), kStart + hours(5)).value();
  Ask("a");
  const RequestLease old = LeaseOf(LeaseOne(kStart + hours(5)));
  term_ = store_.TakeOver("arena", "worker").value();
  EXPECT_EQ(Look("done").state, kDone);
  EXPECT_EQ(LeaseOne().key.id, "a");
  EXPECT_EQ(store_.Fail(old, "late", false).code(), StatusCode::kAborted);
}

TEST_P(RequestStoreTest, WhatComesOfAnEarlierTermIsRefused) {
  const FleetTerm early = store_.TakeOver("arena", "worker").value();
  term_ = store_.TakeOver("arena", "worker").value();
  EXPECT_GT(term_.number, early.number);
  Seated("a", "s1");
  Seated("gone", "s1");
  store_.Withdraw(Key("gone")).value();
  Ask("b", {}, kStart);
  for (const Status& status :
       {store_.LeaseOldest(early, 9, kStart).status(), store_.SweepLapsed(early, kStart).status(),
        store_.FreeSeats(early, "s1", {"a"}, "left").status(), store_.Forget(early, "s1", "gone"),
        store_.CloseServer(early, "s1", RequestStore::Closing::kAnyhow), store_.MarkServer(early, "s9"),
        store_.DropServer(early, "s1", "crashed").status()}) {
    EXPECT_EQ(status.code(), StatusCode::kAborted) << status;
  }
  EXPECT_EQ(Look("b").state, kCreated);
  EXPECT_THAT(SeatedPlayers(), ElementsAre("a@s1"));
  EXPECT_EQ(store_.Released("arena").value().size(), 1U);
  EXPECT_THAT(store_.MarkedServers("arena").value(), IsEmpty());
  EXPECT_TRUE(store_.SweepLapsed({"duel"}, kStart).ok()) << "another fleet";
  EXPECT_EQ(LeaseOne().key.id, "b") << "the present one goes on";
  EXPECT_TRUE(store_.DropServer(term_, "s1", "crashed").ok());
}

TEST_P(RequestStoreTest, NobodyIsSeatedOnAServerThatIsClosed) {
  Seated("before", "s1");
  ASSERT_TRUE(store_.CloseServer(term_, "s1", RequestStore::Closing::kAnyhow).ok());
  ASSERT_TRUE(store_.CloseServer(term_, "s1", RequestStore::Closing::kIfEmpty).ok()) << "as it is already";
  ASSERT_TRUE(store_.CloseServer(term_, "s0", RequestStore::Closing::kIfEmpty).ok());
  ASSERT_TRUE(store_.MarkServer(term_, "s1").ok()) << "which does not open it";
  EXPECT_THAT(store_.MarkedServers("arena").value(),
              ElementsAre(ServerMark{"s0", true}, ServerMark{"s1", true}));
  EXPECT_THAT(store_.MarkedServers("duel").value(), IsEmpty());
  Ask("a");
  const RequestLease lease = LeaseOf(LeaseOne());
  EXPECT_EQ(store_.TakeSeats(lease, Server("s1"), 9).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(store_.TakeSeats(lease, Server("s0"), 0).code(), StatusCode::kResourceExhausted);
  EXPECT_THAT(SeatedPlayers(), ElementsAre("before@s1"));
  EXPECT_TRUE(store_.TakeSeats(lease, Server("s2"), 9).ok());

  EXPECT_THAT(Ids(store_.DropServer(term_, "s1", "stopped").value()), ElementsAre("before"));
  EXPECT_THAT(store_.MarkedServers("arena").value(), ElementsAre(ServerMark{"s0", true}));
  Seated("after", "s1");  // Another one of that name.
}

TEST_P(RequestStoreTest, AServerIsMarkedUntilItIsDropped) {
  ASSERT_TRUE(store_.MarkServer(term_, "s1").ok());
  ASSERT_TRUE(store_.MarkServer(term_, "s1").ok());
  EXPECT_THAT(store_.MarkedServers("arena").value(), ElementsAre(ServerMark{"s1", false}));
  Seated("a", "s1");
  ASSERT_TRUE(store_.CloseServer(term_, "s1", RequestStore::Closing::kAnyhow).ok());
  EXPECT_THAT(store_.MarkedServers("arena").value(), ElementsAre(ServerMark{"s1", true}));
  ASSERT_TRUE(store_.DropServer(term_, "s1", "gone").ok());
  EXPECT_THAT(store_.MarkedServers("arena").value(), IsEmpty());
}

TEST_P(RequestStoreTest, AServerWithSeatsIsNotClosedAsEmpty) {
  Ask("a");
  const RequestLease lease = LeaseOf(LeaseOne());
  ASSERT_TRUE(store_.TakeSeats(lease, Server("s1"), 0).ok());
  EXPECT_EQ(store_.CloseServer(term_, "s1", RequestStore::Closing::kIfEmpty).code(),
            StatusCode::kFailedPrecondition);
  EXPECT_THAT(store_.MarkedServers("arena").value(), IsEmpty());
  ASSERT_TRUE(store_.GiveBack(lease).ok());
  EXPECT_TRUE(store_.CloseServer(term_, "s1", RequestStore::Closing::kIfEmpty).ok());
}

TEST_P(RequestStoreTest, UnknownRequestsAreNotFound) {
  const RequestLease lease{Key("nobody"), 1};
  for (const Status& status : {store_.Renew(lease, kStart), store_.TakeSeats(lease, Server("s"), 1),
                               store_.Complete(lease), store_.Fail(lease, "", true), store_.GiveBack(lease),
                               store_.Release(lease), store_.ForgiveFailures(Key("nobody"))}) {
    EXPECT_EQ(status.code(), StatusCode::kNotFound) << status;
  }
}

}  // namespace
}  // namespace oofgg::orchestration
