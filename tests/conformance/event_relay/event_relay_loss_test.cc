// What instances that share sessions promise when links and servers are lost.

#include <atomic>
#include <thread>
#include <vector>

#include "tests/conformance/event_relay/relay_instance.h"
#include "tests/support/eventually.h"

namespace oofgg::game::testing {
namespace {

using oofgg::testing::Eventually;
using oofgg::testing::RedisServer;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

/// By how many events a speaker may be ahead of who listens: well within the window, and within what is kept
/// of a stream whose log is yet to be read.
constexpr int kAhead = 200;

/// A deployment of its own for each test.
class EventRelayLossTest : public ::testing::TestWithParam<Way> {
 protected:
  [[nodiscard]] Deployment& deployment() { return static_cast<RedisSetting&>(*setting_).deployment(); }
  [[nodiscard]] RedisServer& Master() { return deployment().MasterOf("{" + session_ + "}"); }
  /// Whether all that was done so far is with a replica, if there is one.
  [[nodiscard]] bool WaitForReplica() {
    const std::string key = "{" + session_ + "}:mark";
    const auto client = storage::testing::ConnectTo(deployment().url());
    return Eventually([&] {
      const auto replies = client->CallBatch(
          {{"SET", key, "1"},
           storage::RedisCommand({"WAIT", deployment().has_replicas() ? "1" : "0", "5000"}).OnKey(key)},
          storage::testing::Soon());
      return replies.ok() && replies->elements[1].integer >= (deployment().has_replicas() ? 1 : 0);
    });
  }

  const std::string session_ = NewSession();
  std::unique_ptr<Setting> setting_ = GetParam().make();
  Instance one_{*setting_};
  Instance other_{*setting_};
};

TEST_P(EventRelayLossTest, WhatIsSaidWhileThereIsNoServerIsToldOnceThereIsOneAndNothingElseIsSaidToBeLost) {
  Stream ann(one_, session_, kFromOldest);
  Stream bob(other_, session_, kFromOldest, "bob");
  for (const char* name : {"a", "b"}) one_.Say(session_, name);
  EXPECT_EQ(ann.ReadUntil("b"), "a b ");
  const std::uint64_t number_of_b = ann.last();
  EXPECT_EQ(bob.NextName(), "a");
  ASSERT_TRUE(WaitForReplica());
  deployment().Kill(Master());
  one_.Say(session_, "c");
  one_.Say(session_, "d");
  deployment().Heal();
  EXPECT_EQ(ann.ReadUntil("d"), "c d ") << ann.end();
  EXPECT_EQ(bob.ReadUntil("d"), "b c d ") << bob.end();
  EXPECT_EQ(ann.last(), bob.last());
  EXPECT_GT(ann.last() >> 32, number_of_b >> 32) << "in a run of its own, as the end may have been lost";
  Stream again(other_, session_, After(number_of_b - 1), "cid");
  EXPECT_EQ(again.ReadUntil("d"), "b c d ") << again.end();
  Instance fresh(*setting_);
  Stream resumed(fresh, session_, After(number_of_b), "cid");
  EXPECT_EQ(resumed.ReadUntil("d"), "c d ") << resumed.end();
}

// What the old master has told may never have reached the new one: then it is said to be lost.
TEST_P(EventRelayLossTest, UnderLoadAServerThatIsLostTakesNothingWithItOfWhichNobodyIsTold) {
  constexpr int kEvents = 2'000;
  std::atomic<int> heard = 0;
  const std::jthread speaker([&](const std::stop_token& stop) {
    for (int i = 1; i <= kEvents; ++i) {
      EXPECT_TRUE(Eventually([&] { return i - heard < kAhead || stop.stop_requested(); }));
      one_.Say(session_, std::to_string(i));
    }
  });
  std::uint64_t number = 0;
  bool killed = false;
  bool told = false;
  auto bob = std::make_unique<Stream>(other_, session_, kFromOldest, "bob");
  while (heard < kEvents) {
    const std::string name = bob->NextName();
    if (name.starts_with('!')) {
      ASSERT_EQ(name, "!EVENTS_GONE") << bob->end();
      ASSERT_TRUE(killed && deployment().has_replicas()) << bob->end();
      told = true;
      bob = std::make_unique<Stream>(other_, session_, kFromOldest, "bob");
      continue;
    }
    const int event = std::stoi(name);
    if (told && event <= heard) continue;  // Heard before.
    ASSERT_TRUE(event == heard + 1 || (std::exchange(told, false) && event > heard)) << name << " " << heard;
    ASSERT_GT(bob->last(), number);
    number = bob->last();
    heard = event;
    if (event > kEvents / 4 && !std::exchange(killed, true)) {
      ASSERT_TRUE(WaitForReplica());
      deployment().Kill(Master());
      deployment().Heal();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, EventRelayLossTest,
                         ::testing::Values(Way{"OneServer", OnRedis<storage::testing::OneServer>},
                                           Way{"Sentinel", OnRedis<storage::testing::SentinelSet>},
                                           Way{"Cluster", OnRedis<storage::testing::Cluster>}),
                         NameOfWay);

class ForgottenLogTest : public ::testing::Test {
 protected:
  [[nodiscard]] RedisServer& server() { return setting_.deployment().MasterOf(""); }
  void Say(std::initializer_list<const char*> names) {
    for (const char* name : names) one_.Say(session_, name);
  }

  const std::string session_ = NewSession();
  RedisSetting setting_{std::make_unique<Forgetful>()};
  Instance one_{setting_};
};

TEST_F(ForgottenLogTest, ALogThatLostItsEndGoesOnInTheNextRunAndWhoMissedItIsTold) {
  Stream ann(one_, session_, kFromOldest);
  Say({"a", "b", "c"});
  EXPECT_EQ(ann.ReadUntil("c"), "a b c ");
  const std::uint64_t number_of_c = ann.last();
  ASSERT_EQ(server().Ask("SAVE"), "+OK");
  Say({"d", "e"});
  EXPECT_EQ(ann.ReadUntil("e"), "d e ");
  server().Kill();
  server().Start();
  Say({"f"});
  EXPECT_EQ(ann.NextName(), "f") << ann.end();
  EXPECT_GT(ann.last() >> 32, number_of_c >> 32);

  Instance fresh(setting_);
  // Once the first instance has told what it knows.
  ASSERT_TRUE(
      Eventually([&] { return Stream(fresh, session_, After(number_of_c)).NextName() == "!EVENTS_GONE"; }));
  Stream missed(fresh, session_, After(number_of_c + 1));
  EXPECT_EQ(missed.NextName(), "!EVENTS_GONE");
  EXPECT_THAT(missed.end(), HasSubstr("events " + std::to_string(number_of_c + 2) + " to "));
  for (Instance* at : {&one_, &fresh}) {
    Stream had_all(*at, session_, After(number_of_c + 2));
    EXPECT_EQ(had_all.NextName(), "f") << had_all.end();
  }
  Stream here(one_, session_, After(number_of_c));
  EXPECT_EQ(here.ReadUntil("f"), "d e f ") << "where it was heard, it is still known";
}

TEST_F(ForgottenLogTest, AReaderElsewhereWhoMissedTheEndIsToldWhatIsGone) {
  Instance other(setting_);
  Stream ann(one_, session_, kFromOldest);
  Say({"a"});
  EXPECT_EQ(ann.NextName(), "a");
  const std::uint64_t number_of_a = ann.last();
  ASSERT_EQ(server().Ask("SAVE"), "+OK");
  Say({"b"});
  EXPECT_EQ(ann.NextName(), "b");
  server().Kill();
  server().Start();
  // Opened on what is left, perhaps before the loss is known.
  Stream bob(other, session_, After(number_of_a), "bob");
  Say({"c"});
  const std::string heard = bob.ReadUntil("never");
  EXPECT_TRUE(heard == "!EVENTS_GONE " || heard == "c !EVENTS_GONE ") << heard << bob.end();
  EXPECT_THAT(bob.end(), HasSubstr("events " + std::to_string(number_of_a + 1) + " to "));
}

TEST_F(ForgottenLogTest, ALogThatIsGoneBeginsAnewInTheNextRunAndAllAreTold) {
  Stream ann(one_, session_, kFromOldest);
  Say({"a", "b"});
  EXPECT_EQ(ann.ReadUntil("b"), "a b ");
  const std::uint64_t number_of_b = ann.last();
  server().Kill();
  server().Start();
  EXPECT_EQ(ann.NextName(), "!EVENTS_GONE");
  EXPECT_THAT(ann.end(), HasSubstr("events " + std::to_string(number_of_b + 1) + " to "));
  Stream again(one_, session_, After(number_of_b));
  EXPECT_EQ(again.NextName(), "!EVENTS_GONE");
  Stream anew(one_, session_, kFromOldest);
  Say({"c"});
  EXPECT_EQ(anew.NextName(), "c");
  EXPECT_GT(anew.last() >> 32, number_of_b >> 32);
  EXPECT_EQ(anew.last() % (std::uint64_t{1} << 32), 1U);
}

/// One server whose links are cut.
class EventLinkTest : public ::testing::Test {
 protected:
  [[nodiscard]] RedisServer& server() { return setting_.deployment().MasterOf(""); }

  const std::string session_ = NewSession();
  RedisSetting setting_{std::make_unique<storage::testing::OneServer>()};
};

TEST_F(EventLinkTest, LinksThatBreakLoseNothingAndDoubleNothing) {
  constexpr int kEvents = 2'000;
  Instance one(setting_);
  Instance other(setting_);
  Stream ann(one, session_, kFromOldest);
  Stream bob(other, session_, kFromOldest, "bob");
  one.Say(session_, "begin");  // What is said before the log is read waits until its reader asks for events.
  for (Stream* each : {&ann, &bob}) ASSERT_EQ(each->NextName(), "begin");
  std::atomic<int> heard = 0;
  const std::jthread speaker([&](const std::stop_token& stop) {
    for (int i = 1; i <= kEvents; ++i) {
      EXPECT_TRUE(Eventually([&] { return i - heard < kAhead || stop.stop_requested(); }));
      EXPECT_TRUE(ann.Send(std::to_string(i)).ok());
      if (i % 400 == 0) {
        EXPECT_NE(server().Ask("CLIENT KILL TYPE normal SKIPME yes"), "");
        EXPECT_NE(server().Ask("CLIENT KILL TYPE pubsub"), "");
      }
    }
  });
  for (int i = 1; i <= kEvents; ++i) {
    const std::uint64_t before = bob.last();
    ASSERT_EQ(bob.NextName(), std::to_string(i)) << bob.end();
    ASSERT_TRUE(i == 1 || bob.last() == before + 1);
    heard = i;
  }
}

TEST_F(EventLinkTest, AnEventThatCannotBeToldEndsItsSendersStreamOnly) {
  setting_.options.player_patience = 100ms;
  Instance one(setting_);
  Stream ann(one, session_, kFromOldest);
  Stream bob(one, session_, kFromOldest, "bob");
  ASSERT_TRUE(ann.Send("a").ok());
  EXPECT_EQ(ann.NextName(), "a");
  EXPECT_EQ(bob.NextName(), "a");
  server().Pause();
  ASSERT_TRUE(ann.Send("b").ok());
  EXPECT_EQ(ann.NextName(), "!UNAVAILABLE");
  server().Resume();
  Stream again(one, session_, After(ann.last()));
  one.Say(session_, "c");
  // It may have been told after all: then all hear of it.
  const std::string rest = again.ReadUntil("c");
  EXPECT_TRUE(rest == "b c " || rest == "c ") << rest;
  EXPECT_EQ(bob.ReadUntil("c"), rest);
}

TEST_F(EventLinkTest, WhatTheServerCouldNotTellIsSaidToBeLost) {
  setting_.options.player_patience = 100ms;
  setting_.options.server_patience = 100ms;
  Instance one(setting_);
  Stream ann(one, session_, kFromOldest);
  Stream bob(one, session_, kFromOldest, "bob");
  one.Say(session_, "a");
  EXPECT_EQ(ann.NextName(), "a");
  EXPECT_EQ(bob.NextName(), "a");
  server().Kill();
  one.Say(session_, "given up");
  ASSERT_TRUE(ann.Send("behind it").ok());
  EXPECT_EQ(ann.NextName(), "!UNAVAILABLE") << "so both were given up";
  server().Start();
  EXPECT_EQ(bob.NextName(), "!EVENTS_GONE");
  EXPECT_THAT(bob.end(), HasSubstr("events " + std::to_string(bob.last() + 1) + " to "));
  Stream again(one, session_);
  ASSERT_TRUE(Eventually([&] { return again.Send("b").ok(); }));
  EXPECT_EQ(again.NextName(), "b");
}

TEST_F(EventLinkTest, WithoutALinkStreamsAreRefusedInTimeAndTheServersWordsWait) {
  server().Kill();
  Instance one(setting_);
  std::vector<Stream> streams;
  for (const char* player : {"ann", "bob"}) streams.emplace_back(one, session_, kFromOldest, player);
  for (Stream& each : streams) EXPECT_EQ(each.NextName(), "!UNAVAILABLE");
  one.Say(session_, "a");
  server().Start();
  ASSERT_TRUE(Eventually([&] { return Stream(one, session_, kFromOldest).NextName() == "a"; }));
}

TEST_F(EventLinkTest, TheLogIsBoundedByCountAndBytesAndExpires) {
  Instance one(setting_, {.events = 16, .bytes = 20'000});
  Stream ann(one, session_, kFromOldest);
  const std::string key = "oofgg:{" + session_ + "}:events";
  for (int i = 0; i < 50; ++i) {
    one.Say(session_, "small");
    EXPECT_EQ(ann.NextName(), "small");
  }
  EXPECT_EQ(server().Ask("XLEN " + key), ":16");
  ASSERT_TRUE(ann.Send("big", std::string(9'000, 'x')).ok());
  EXPECT_EQ(ann.NextName(), "big");
  EXPECT_EQ(server().Ask("XLEN " + key), ":16") << "it is small enough beside the others";
  ASSERT_TRUE(ann.Send("big", std::string(9'000, 'x')).ok());
  EXPECT_EQ(ann.NextName(), "big");
  const std::string kept = server().Ask("XLEN " + key);
  EXPECT_TRUE(kept == ":2" || kept == ":3" || kept == ":4" || kept == ":5" || kept == ":6") << kept;
  ASSERT_TRUE(ann.Send("huge", std::string(30'000, 'x')).ok());
  EXPECT_EQ(ann.NextName(), "huge");
  EXPECT_EQ(server().Ask("XLEN " + key), ":1") << "it is still told to those who keep up";
  for (const char* part : {"", ":log", ":senders"}) {
    EXPECT_GT(std::stoll(server().Ask("TTL " + key + part).substr(1)), 86'000) << part;
  }
  one.Say(session_, "over", Effect::kEnd);
  EXPECT_EQ(ann.NextName(), "over");
  EXPECT_LE(std::stoll(server().Ask("TTL " + key).substr(1)), 600);
  Stream global(one, "oofgg:global", kFromOldest);
  one.Say("oofgg:global", "hello");
  EXPECT_EQ(global.NextName(), "hello");
  EXPECT_EQ(server().Ask("TTL oofgg:{oofgg:global}:events:log"), ":-1") << "for good";
}

TEST_F(EventLinkTest, TheLogIsBoundedByAge) {
  Instance one(setting_, {.events = 1'000'000, .bytes = std::size_t{1} << 30, .age = 2s});
  Stream ann(one, session_, kFromOldest);
  one.Say(session_, "a");
  EXPECT_EQ(ann.NextName(), "a");
  const std::string key = "oofgg:{" + session_ + "}:events";
  const std::string id_of_a = std::to_string(ann.last()) + "-0";
  EXPECT_EQ(server().Ask("XRANGE " + key + " " + id_of_a + " " + id_of_a), "*1");
  ASSERT_TRUE(Eventually([&] {
    one.Say(session_, "more");
    EXPECT_EQ(ann.NextName(), "more");
    return server().Ask("XRANGE " + key + " " + id_of_a + " " + id_of_a) == "*0";
  }));
  EXPECT_NE(server().Ask("XLEN " + key), ":0");
}

TEST_F(EventLinkTest, WhatTheWindowHasLostIsSaidAtAnotherInstanceToo) {
  const EventWindow small{.events = 8};
  Instance sender(setting_, small);
  Stream ann(sender, session_, kFromOldest);
  for (int i = 1; i <= 20; ++i) {
    ASSERT_TRUE(ann.Send("e" + std::to_string(i)).ok());
    ASSERT_EQ(ann.NextName(), "e" + std::to_string(i));
  }
  Instance fresh(setting_, small);
  const std::uint64_t number_of_12 = ann.last() - 8;
  Stream gone(fresh, session_, After(number_of_12 - 7));
  EXPECT_EQ(gone.NextName(), "!EVENTS_GONE");
  EXPECT_THAT(gone.end(), HasSubstr("events " + std::to_string(number_of_12 - 6) + " to " +
                                    std::to_string(number_of_12) + " "));
  Stream kept(fresh, session_, After(number_of_12), "bob");
  EXPECT_EQ(kept.NextName(), "e13");
}

TEST_F(EventLinkTest, WhatIsMalformedIsPassedOver) {
  Instance one(setting_);
  Stream ann(one, session_, kFromOldest);
  one.Say(session_, "a");
  EXPECT_EQ(ann.NextName(), "a");
  const std::string key = "oofgg:{" + session_ + "}:events";
  EXPECT_EQ(server().Ask("PUBLISH " + key + " garbage"), ":1");
  const std::uint64_t number = ann.last();
  const std::string next = std::to_string(number + 1);
  EXPECT_THAT(server().Ask("XADD " + key + " " + next + "-0 e garbage t 0"), HasSubstr("$"));
  EXPECT_EQ(server().Ask("HSET " + key + ":log last " + next), ":0");
  one.Say(session_, "b");
  EXPECT_EQ(ann.NextName(), "b") << ann.end();
  EXPECT_EQ(ann.last(), number + 2);
  Instance fresh(setting_);
  Stream bob(fresh, session_, kFromOldest, "bob");
  EXPECT_EQ(bob.ReadUntil("b"), "a b ");
}

// All of it dropped while much is under way.
TEST_F(EventLinkTest, ItsEndIsTheEndOfWhatItTells) {
  for (int round = 0; round < 10; ++round) {
    Instance one(setting_);
    std::vector<std::unique_ptr<Stream>> streams;
    for (int i = 0; i < 10; ++i) {
      const std::string session = session_ + std::to_string(i);
      streams.push_back(std::make_unique<Stream>(one, session, kFromOldest));
      static_cast<void>(streams.back()->Send("a"));
      one.Say(session, "b");
      one.relay().TellRowChanged(session);
    }
  }
}

}  // namespace
}  // namespace oofgg::game::testing
