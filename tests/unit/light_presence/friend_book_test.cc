// What a watcher is told of friends, over links that come and go.

#include "client/light/friend_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class FriendBookTest : public ::testing::Test {
 protected:
  void Tell(const std::string& user, PresenceState state, const std::string& text = "") {
    book_.Tell({.user_id = user, .state = state, .text = text});
  }
  void TellOnline(const std::string& user) { Tell(user, PresenceState::kOnline); }

  /// All that the user hears now: `ann online`, `stale`, `fresh`.
  std::vector<std::string> Heard() {
    std::vector<std::string> heard;
    for (const auto& event : book_.TakeEvents()) {
      if (event.user_id.empty()) {
        heard.emplace_back(event.stale ? "stale" : "fresh");
      } else if (const auto update = book_.TakeReport(event.user_id)) {
        const bool is_online = update->state != PresenceState::kOffline;
        heard.push_back(update->user_id + (is_online ? " online" : " offline"));
      }
    }
    return heard;
  }

  FriendBook book_;
};

TEST_F(FriendBookTest, SilenceMeansOfflineOnlyOnceAllHasCome) {
  book_.SetFriends({"ann", "bob"});
  TellOnline("ann");
  EXPECT_THAT(Heard(), ElementsAre("ann online"));
  book_.Settle();
  EXPECT_THAT(Heard(), ElementsAre("bob offline", "fresh"));
}

TEST_F(FriendBookTest, AReconnectReportsDifferencesOnly) {
  book_.SetFriends({"ann", "bob", "cid"});
  TellOnline("ann");
  TellOnline("bob");
  book_.Settle();
  Heard();
  book_.Forget();
  EXPECT_THAT(Heard(), ElementsAre("stale"));
  TellOnline("ann");
  TellOnline("cid");
  EXPECT_THAT(Heard(), ElementsAre("cid online"));
  book_.Settle();
  EXPECT_THAT(Heard(), ElementsAre("bob offline", "fresh"));
}

TEST_F(FriendBookTest, OnlyTheNewestIsReportedAndNothingTwice) {
  book_.SetFriends({"ann"});
  TellOnline("ann");
  Heard();
  Tell("ann", PresenceState::kOffline);
  TellOnline("ann");
  EXPECT_THAT(Heard(), IsEmpty());
  Tell("ann", PresenceState::kOnline, "with a text");
  EXPECT_THAT(Heard(), ElementsAre("ann online"));
}

TEST_F(FriendBookTest, ANewFriendMakesItStaleAFormerOneDoesNot) {
  book_.SetFriends({"ann"});
  book_.Settle();
  Heard();
  book_.SetFriends({"ann", "bob"});
  EXPECT_THAT(Heard(), ElementsAre("stale"));
  book_.Settle();
  EXPECT_THAT(Heard(), ElementsAre("bob offline", "fresh"));
  book_.SetFriends({"bob"});
  EXPECT_THAT(Heard(), IsEmpty());
}

TEST_F(FriendBookTest, WhatWasToldOfAFormerFriendHoldsUntilTheServerForgets) {
  book_.SetFriends({"ann"});
  TellOnline("ann");
  book_.Settle();
  Heard();
  book_.SetFriends({});
  book_.SetFriends({"ann"});
  EXPECT_EQ(book_.StateOf("ann")->state, PresenceState::kOnline) << "a server that saw only the last list";
  book_.ForgetOthers({});
  EXPECT_EQ(book_.StateOf("ann"), std::nullopt) << "one that saw both";
  book_.Settle();
  EXPECT_EQ(book_.StateOf("ann")->state, PresenceState::kOffline);
}

TEST_F(FriendBookTest, StrangersAreNotReported) {
  book_.SetFriends({"ann"});
  Tell("bob", PresenceState::kOffline);
  TellOnline("cid");
  EXPECT_THAT(Heard(), IsEmpty());
  EXPECT_EQ(book_.StateOf("bob"), std::nullopt);
}

TEST_F(FriendBookTest, VersionsGrow) {
  book_.SetFriends({"ann", "bob"});
  TellOnline("ann");
  book_.Settle();
  const auto first = book_.TakeReport("ann");
  const auto other = book_.TakeReport("bob");
  Tell("ann", PresenceState::kAway);
  const auto second = book_.TakeReport("ann");
  EXPECT_LT(first->version, second->version);
  EXPECT_GT(other->version, 0U);
}

}  // namespace
}  // namespace oofgg::internal
