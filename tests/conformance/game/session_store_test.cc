#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tests/conformance/game/store_set.h"

namespace oofgg::storage {
namespace {

using game::SessionRecord;

class SessionStoreTest : public StoreConformance {
 protected:
  game::SessionStore& store() { return stores_->sessions(); }

  void Add(const SessionRecord& session) {
    const auto made = store().CreateSession(session, {}, 0);
    ASSERT_TRUE(made.ok()) << made.status();
  }
};
OOFGG_ON_ALL_ROW_ENGINES(SessionStoreTest);

SessionRecord Make(std::string id, SessionState state, std::string owner,
                   std::vector<std::string> members = {}) {
  SessionRecord session;
  session.id = std::move(id);
  session.game_id = "arena";
  session.owner_id = std::move(owner);
  session.state = state;
  for (auto& member : members) session.members.push_back({std::move(member), "", ""});
  return session;
}

std::vector<std::string> IdsOf(const StatusOr<std::vector<SessionRecord>>& sessions) {
  std::vector<std::string> ids;
  for (const SessionRecord& session : sessions.value()) ids.push_back(session.id);
  return ids;
}

TEST_P(SessionStoreTest, KeepsEveryField) {
  SessionRecord session = Make("s1", SessionState::kPaused, "ann");
  session.attributes = {{"text", std::string("ünïcode \"quoted\"")},
                        {"int", std::int32_t{-5}},
                        {"real", 0.1F},
                        {"yes", true},
                        {"no", false}};
  session.region = 13;
  session.data = std::string("{\"a\":\0}", 7);
  session.ticket_id = "t1";
  session.members = {{"ann", "0", "ticket-a"}, {"bob", "1", "ticket-b"}};
  ASSERT_TRUE(store().CreateSession(session, {}, 0).ok());
  session.version = 1;
  const auto found = store().FindSession("s1");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, session);
}

TEST_P(SessionStoreTest, SaysWhatIsMissingAndWhatIsTaken) {
  EXPECT_EQ(store().FindSession("s1").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().UpdateSession(Make("s1", SessionState::kStarted, "")).status().code(),
            StatusCode::kNotFound);
  EXPECT_EQ(store().NextStreamRun("s1").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().FindActive("ann", "arena").status().code(), StatusCode::kNotFound);
  Add(Make("s1", SessionState::kCreated, "ann"));
  EXPECT_EQ(store().CreateSession(Make("s1", SessionState::kCreated, "bob"), {}, 0).status().code(),
            StatusCode::kAlreadyExists);
}

TEST_P(SessionStoreTest, ARepeatedKeyGivesWhatItMade) {
  const game::CreationKey key{"ann", "k", 1};
  ASSERT_TRUE(store().CreateSession(Make("s1", SessionState::kCreated, "ann", {"ann"}), key, 0).ok());
  const auto again = store().CreateSession(Make("s2", SessionState::kCreated, "ann", {"ann"}), key, 0);
  EXPECT_EQ(again->id, "s1");
  EXPECT_EQ(again->members.size(), 1u);
  EXPECT_EQ(
      store().CreateSession(Make("s2", SessionState::kCreated, "ann"), {"ann", "k", 2}, 0).status().code(),
      StatusCode::kInvalidArgument);
}

TEST_P(SessionStoreTest, WhatHasEndedIsForgottenByAge) {
  constexpr WallTime kStart{std::chrono::hours(1'000)};
  constexpr std::chrono::hours kKeep{24};
  constexpr std::chrono::milliseconds kInstant{1};
  const auto sweep = [&](WallTime now) {
    for (int turn = 0; turn < 100; ++turn) {
      const auto more = store().Purge({.now = now, .keep = kKeep, .limit = 2});
      ASSERT_TRUE(more.ok()) << more.status();
      if (!*more) return;
    }
    ADD_FAILURE() << "there is always more to do";
  };
  const auto is_there = [&](const char* id) { return store().FindSession(id).ok(); };
  const game::CreationKey key{"ann", "k", 1};
  ASSERT_TRUE(store().CreateSession(Make("a1", SessionState::kFinished, "ann", {"ann"}), key, 0).ok());
  for (const char* id : {"d1", "d2", "d3", "d4", "d5"}) Add(Make(id, SessionState::kDeleted, "bob", {"bob"}));
  Add(Make("live", SessionState::kStarted, "ann", {"ann"}));
  Add(Make("queued", SessionState::kQueued, "ann", {"ann"}));
  Add(Make("m1", SessionState::kFinished, "", {"ann"}));
  SessionRecord alias = Make("place1", SessionState::kStarted, "ann", {"ann"});
  alias.alias_of = "m1";
  Add(alias);
  alias.id = "place2";
  alias.alias_of = "live";
  Add(alias);

  sweep(kStart);
  Add(Make("late", SessionState::kDeleted, "ann", {"ann"}));
  sweep(kStart + kKeep - kInstant);
  for (const char* id : {"a1", "d1", "d5", "m1", "place1", "late"}) EXPECT_TRUE(is_there(id)) << id;
  EXPECT_EQ(store().CreateSession(Make("a2", SessionState::kCreated, "ann"), key, 0)->id, "a1");

  sweep(kStart + kKeep);
  for (const char* id : {"a1", "d1", "d2", "d3", "d4", "d5", "m1", "place1"})
    EXPECT_FALSE(is_there(id)) << id;
  for (const char* id : {"live", "queued", "place2", "late"}) EXPECT_TRUE(is_there(id)) << id;
  EXPECT_EQ(store().FindSession("live")->members.size(), 1U);
  EXPECT_EQ(store().CreateSession(Make("a3", SessionState::kCreated, "ann"), key, 0)->id, "a3");
  // The id may be given out again, and has nobody of before in it.
  Add(Make("d1", SessionState::kCreated, "cid"));
  EXPECT_TRUE(store().FindSession("d1")->members.empty());

  sweep(kStart + kKeep + kKeep);
  EXPECT_FALSE(is_there("late"));
  EXPECT_TRUE(is_there("live"));
}

TEST_P(SessionStoreTest, OfTwoWritersWithOneVersionOnlyTheFirstWrites) {
  Add(Make("s1", SessionState::kCreated, "ann", {"ann"}));
  SessionRecord first = *store().FindSession("s1");
  SessionRecord second = first;
  first.members.push_back({"bob", "red", ""});
  second.members.clear();
  const auto written = store().UpdateSession(first);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->version, 2);
  EXPECT_EQ(store().UpdateSession(second).status().code(), StatusCode::kAborted);
  EXPECT_EQ(*store().FindSession("s1"), *written);
}

TEST_P(SessionStoreTest, APlayerHasOnePlaceInTheQueueOfAGame) {
  Add(Make("q1", SessionState::kQueued, "ann", {"ann"}));
  EXPECT_EQ(store().CreateSession(Make("q2", SessionState::kQueued, "ann", {"ann"}), {}, 0).status().code(),
            StatusCode::kAlreadyExists);
  SessionRecord elsewhere = Make("q3", SessionState::kQueued, "ann", {"ann"});
  elsewhere.game_id = "chess";
  Add(elsewhere);
  Add(Make("q4", SessionState::kQueued, "bob", {"bob"}));

  SessionRecord settled = *store().FindSession("q1");
  settled.state = SessionState::kStarted;
  settled.alias_of = "m1";
  ASSERT_TRUE(store().UpdateSession(settled).ok());
  Add(Make("q5", SessionState::kQueued, "ann", {"ann"}));  // To play again.
  EXPECT_EQ(IdsOf(store().ListQueued()), (std::vector<std::string>{"q3", "q4", "q5"}));
}

TEST_P(SessionStoreTest, FindsThePlaceInTheQueueBeforeTheNewestLiveSession) {
  Add(Make("s1", SessionState::kStarted, "", {"ann"}));
  Add(Make("s2", SessionState::kStarted, "", {"bob", "ann"}));
  Add(Make("s3", SessionState::kFinished, "", {"ann"}));
  Add(Make("s4", SessionState::kStarted, "", {"bob"}));
  SessionRecord alias = Make("s5", SessionState::kStarted, "ann", {"ann"});
  alias.alias_of = "s2";
  Add(alias);
  EXPECT_EQ(store().FindActive("ann", "arena")->id, "s2");
  Add(Make("a0", SessionState::kQueued, "ann", {"ann"}));
  EXPECT_EQ(store().FindActive("ann", "arena")->id, "a0");
  EXPECT_EQ(store().FindActive("ann", "chess").status().code(), StatusCode::kNotFound);
}

TEST_P(SessionStoreTest, ListsOwnAndOpenSessionsNewestFirst) {
  Add(Make("s1", SessionState::kCreated, "bob", {"bob"}));
  Add(Make("s2", SessionState::kWaiting, "bob", {"bob"}));
  Add(Make("s3", SessionState::kStarted, "bob", {"bob"}));      // Not open any more.
  Add(Make("s4", SessionState::kStarted, "", {"ann", "bob"}));  // Ann's match.
  Add(Make("s5", SessionState::kDeleted, "bob", {"ann"}));      // Over.
  Add(Make("s6", SessionState::kCreated, "", {"bob"}));         // The maker's, hence closed.
  SessionRecord alias = Make("s7", SessionState::kStarted, "ann", {"ann"});
  alias.alias_of = "s4";
  Add(alias);
  EXPECT_EQ(IdsOf(store().ListSessions("arena", "ann", 10)), (std::vector<std::string>{"s4", "s2", "s1"}));
  EXPECT_EQ(IdsOf(store().ListSessions("arena", "ann", 2)), (std::vector<std::string>{"s4", "s2"}));
  EXPECT_TRUE(store().ListSessions("chess", "ann", 10)->empty());
}

TEST_P(SessionStoreTest, TheLimitOfLiveSessionsCountsNeitherQueueNorPast) {
  Add(Make("s1", SessionState::kStarted, ""));
  Add(Make("s2", SessionState::kFinished, ""));
  Add(Make("s3", SessionState::kQueued, "ann", {"ann"}));
  EXPECT_TRUE(store().CreateSession(Make("s4", SessionState::kCreated, "bob"), {}, 2).ok());
  EXPECT_EQ(store().CreateSession(Make("s5", SessionState::kCreated, "bob"), {}, 2).status().code(),
            StatusCode::kResourceExhausted);
}

TEST_P(SessionStoreTest, TheLimitHoldsAgainstSimultaneousCreation) {
  constexpr std::size_t kThreads = 8;
  std::atomic<int> made = 0;
  AllAtOnce(kThreads, [&](std::size_t i) {
    for (int j = 0; j < 3; ++j) {
      const std::string id = "s" + std::to_string(i) + std::to_string(j);
      const auto created = store().CreateSession(Make(id, SessionState::kCreated, "ann", {"ann"}), {}, 5);
      if (created.ok()) {
        ++made;
      } else {
        EXPECT_EQ(created.status().code(), StatusCode::kResourceExhausted);
      }
    }
  });
  EXPECT_EQ(made, 5);
  EXPECT_EQ(store().ListSessions("arena", "ann", 100)->size(), 5U);
}

TEST_P(SessionStoreTest, OfSimultaneousCreationsUnderOneKeyOneIsMade) {
  constexpr std::size_t kThreads = 8;
  std::mutex mutex;
  std::set<std::string> made;
  AllAtOnce(kThreads, [&](std::size_t i) {
    const auto created = store().CreateSession(
        Make("s" + std::to_string(i), SessionState::kCreated, "ann", {"ann"}), {"ann", "k", 1}, 3);
    ASSERT_TRUE(created.ok()) << created.status();
    const std::lock_guard lock(mutex);
    made.insert(created->id);
  });
  EXPECT_EQ(made.size(), 1U);
  EXPECT_EQ(store().ListSessionsOf("ann", 100)->size(), 1U);
}

TEST_P(SessionStoreTest, OfSimultaneousPlacesInAQueueOneIsMade) {
  std::atomic<int> made = 0;
  AllAtOnce(8, [&](std::size_t i) {
    const auto created =
        store().CreateSession(Make("q" + std::to_string(i), SessionState::kQueued, "ann", {"ann"}), {}, 0);
    if (created.ok()) {
      ++made;
    } else {
      EXPECT_EQ(created.status().code(), StatusCode::kAlreadyExists);
    }
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(store().ListQueued()->size(), 1U);
}

TEST_P(SessionStoreTest, WhoJoinsAndLeavesAtTheSameTimeIsInTheEndWhereTheyWent) {
  for (const char* id : {"s1", "s2", "s3"}) Add(Make(id, SessionState::kStarted, "owner", {"owner"}));
  const auto change = [&](const std::string& id, const std::string& user, bool joins) {
    for (;;) {
      SessionRecord session = store().FindSession(id).value();
      std::erase_if(session.members, [&](const auto& member) { return member.user_id == user; });
      if (joins) session.members.push_back({user, "team of " + user, ""});
      const auto written = store().UpdateSession(session);
      if (written.ok()) return;
      ASSERT_EQ(written.status().code(), StatusCode::kAborted) << written.status();
    }
  };
  constexpr std::size_t kThreads = 6;
  AllAtOnce(kThreads, [&](std::size_t i) {
    const std::string user = "u" + std::to_string(i);
    for (const char* id : {"s1", "s2", "s3"}) change(id, user, true);
    change("s2", user, false);
    if (i % 2 == 0) change("s3", user, false);
  });
  EXPECT_EQ(store().FindSession("s1")->members.size(), 1 + kThreads);
  EXPECT_EQ(store().FindSession("s1")->version, 1 + kThreads);
  EXPECT_EQ(store().FindSession("s2")->members.size(), 1U);
  for (std::size_t i = 0; i < kThreads; ++i) {
    const auto in = i % 2 == 0 ? std::vector<std::string>{"s1"} : std::vector<std::string>{"s1", "s3"};
    EXPECT_EQ(IdsOf(store().ListSessionsOf("u" + std::to_string(i), 10)), in);
  }
}

TEST_P(SessionStoreTest, HasRoomForAThousandMembers) {
  SessionRecord session = Make("s1", SessionState::kStarted, "");
  for (int i = 0; i < 1000; ++i) {
    const std::string name = std::to_string(i);
    session.members.push_back({"user-" + name, i % 2 == 0 ? "red" : "", "ticket of " + name});
  }
  Add(session);
  session.version = 1;
  EXPECT_EQ(*store().FindSession("s1"), session);
  EXPECT_EQ(store().FindActive("user-999", "arena")->id, "s1");
  std::reverse(session.members.begin(), session.members.end());
  session.members.pop_back();  // user-0
  ASSERT_TRUE(store().UpdateSession(session).ok());
  EXPECT_EQ(store().FindSession("s1")->members, session.members);
  EXPECT_EQ(store().FindActive("user-999", "arena")->members.size(), 999U);
  EXPECT_EQ(store().FindActive("user-0", "arena").status().code(), StatusCode::kNotFound);
}

TEST_P(SessionStoreTest, AnErasureAmongWritersLeavesNothing) {
  for (const char* id : {"s1", "s2", "s3", "s4"}) Add(Make(id, SessionState::kStarted, "owner"));
  AllAtOnce(6, [&](std::size_t i) {
    const std::string user = "u" + std::to_string(i);
    if (i == 0) {
      for (const char* id : {"s3", "s1", "s2"}) EXPECT_TRUE(store().EraseSession(id).ok());
      return;
    }
    for (int turn = 0; turn < 20; ++turn) {
      auto session = store().FindSession("s" + std::to_string(turn % 3 + 1));
      if (!session.ok()) continue;
      session->members.push_back({user, "", ""});
      const StatusCode code = store().UpdateSession(*session).status().code();
      EXPECT_TRUE(code == StatusCode::kOk || code == StatusCode::kAborted || code == StatusCode::kNotFound);
    }
  });
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_TRUE(store().ListSessionsOf("u" + std::to_string(i), 10)->empty());
  EXPECT_EQ(IdsOf(store().ListSessionsOf("owner", 10)), std::vector<std::string>{"s4"});
}

TEST_P(SessionStoreTest, NeverGivesAStreamRunTwice) {
  Add(Make("s1", SessionState::kStarted, ""));
  Add(Make("s2", SessionState::kStarted, ""));
  EXPECT_EQ(*store().NextStreamRun("s1"), 0u);
  EXPECT_EQ(*store().NextStreamRun("s1"), 1u);
  EXPECT_EQ(*store().NextStreamRun("s2"), 0u);
  EXPECT_EQ(store().FindSession("s1")->version, 1);

  std::set<std::uint64_t> runs;
  std::mutex mutex;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) {
        const std::uint64_t run = store().NextStreamRun("s1").value();
        const std::lock_guard lock(mutex);
        runs.insert(run);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(runs.size(), 40u);
}

TEST_P(SessionStoreTest, ListsAllThatSomebodyOwnsOrIsIn) {
  Add(Make("1", SessionState::kStarted, "bob", {"bob", "ann"}));
  Add(Make("2", SessionState::kFinished, "ann", {"bob"}));
  Add(Make("3", SessionState::kQueued, "ann", {"ann"}));
  SessionRecord alias = Make("4", SessionState::kQueued, "ann", {"ann"});
  alias.game_id = "chess";
  alias.alias_of = "5";
  Add(alias);
  Add(Make("5", SessionState::kStarted, "", {"bob"}));
  EXPECT_EQ(IdsOf(store().ListSessionsOf("ann", 10)), (std::vector<std::string>{"1", "2", "3", "4"}));
  EXPECT_EQ(IdsOf(store().ListSessionsOf("ann", 2)), (std::vector<std::string>{"1", "2"}));
  EXPECT_TRUE(store().ListSessionsOf("nobody", 10)->empty());
  EXPECT_EQ(store().ListSessionsOf("ann", 1)->front().members.size(), 2u);
}

TEST_P(SessionStoreTest, AnErasedSessionIsGoneWithAllThatIsItsOwn) {
  Add(Make("1", SessionState::kStarted, "ann", {"ann", "bob"}));
  Add(Make("2", SessionState::kStarted, "bob", {"bob"}));
  ASSERT_EQ(store().NextStreamRun("1").value(), 0u);
  ASSERT_TRUE(store().EraseSession("1").ok());
  EXPECT_EQ(store().FindSession("1").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(IdsOf(store().ListSessionsOf("bob", 10)), std::vector<std::string>{"2"});
  EXPECT_TRUE(store().EraseSession("1").ok());
  Add(Make("1", SessionState::kStarted, "ann"));
  EXPECT_EQ(store().NextStreamRun("1").value(), 0u);
  EXPECT_TRUE(store().FindSession("1")->members.empty());
}

TEST_P(SessionStoreTest, TheAliasesOfAnErasedSessionGoWithIt) {
  Add(Make("m1", SessionState::kStarted, "", {"ann"}));
  Add(Make("m2", SessionState::kStarted, "", {"bob"}));
  SessionRecord alias = Make("place1", SessionState::kStarted, "bob", {"bob"});  // Who left m1.
  alias.alias_of = "m1";
  Add(alias);
  alias.id = "place2";
  alias.alias_of = "m2";
  Add(alias);
  ASSERT_TRUE(store().EraseSession("m1").ok());
  EXPECT_EQ(IdsOf(store().ListSessionsOf("bob", 10)), (std::vector<std::string>{"m2", "place2"}));
  ASSERT_TRUE(store().EraseSession("place2").ok());
  EXPECT_EQ(IdsOf(store().ListSessionsOf("bob", 10)), std::vector<std::string>{"m2"});
  Add(Make("place1", SessionState::kCreated, "cid"));
  EXPECT_TRUE(store().FindSession("place1")->members.empty());
}

TEST_P(SessionStoreTest, ListsByPageWhatStillLives) {
  using enum SessionState;
  for (const auto& [id, state] :
       {std::pair("d", kStarted), std::pair("a", kCreated), std::pair("c", kPaused), std::pair("b", kWaiting),
        std::pair("e", kFinished), std::pair("f", kDeleted), std::pair("g", kQueued)}) {
    Add(Make(id, state, "ann", {"ann"}));
  }
  Add(Make("match", kStarted, "", {"ann"}));
  SessionRecord alias = Make("alias", kStarted, "bob", {"bob"});
  alias.alias_of = "match";
  Add(alias);
  std::string seen;
  for (std::string after;;) {
    const auto page = store().ListRunning(after, 3);
    ASSERT_TRUE(page.ok()) << page.status();
    if (page->empty()) break;
    for (const SessionRecord& session : *page) seen += session.id;
    after = page->back().id;
  }
  EXPECT_EQ(seen, "abcdmatch");
  SessionRecord match = store().FindSession("match").value();
  match.state = kFinished;
  ASSERT_TRUE(store().UpdateSession(match).ok());
  EXPECT_EQ(IdsOf(store().ListRunning("c", 10)), std::vector<std::string>{"d"});
}

}  // namespace
}  // namespace oofgg::storage
