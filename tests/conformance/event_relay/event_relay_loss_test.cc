// What instances that share sessions promise when links and servers are lost.

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

/// A deployment of its own for each test.
class EventRelayLossTest : public ::testing::TestWithParam<Way> {
 protected:
  [[nodiscard]] Deployment& deployment() { return static_cast<RedisSetting&>(*setting_).deployment(); }
  [[nodiscard]] RedisServer& Master() { return deployment().MasterOf("{" + session_ + "}"); }

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
  EXPECT_EQ(bob.NextName(), "a");
  RedisServer& master = Master();
  if (deployment().has_replicas()) {
    ASSERT_TRUE(Eventually([&] { return master.Ask("WAIT 1 1000") == ":1"; }));
  }
  deployment().Kill(master);
  one_.Say(session_, "c");
  one_.Say(session_, "d");
  deployment().Heal();
  EXPECT_EQ(ann.ReadUntil("d"), "c d ") << ann.end();
  EXPECT_EQ(bob.ReadUntil("d"), "b c d ") << bob.end();
  EXPECT_EQ(ann.last(), bob.last());
  EXPECT_GT(ann.last(), std::uint64_t{1} << 32) << "in a run of its own, as the end may have been lost";
  Stream again(other_, session_, After(1), "cid");
  EXPECT_EQ(again.ReadUntil("d"), "b c d ") << again.end();
  Instance fresh(*setting_);
  Stream resumed(fresh, session_, After(2), "cid");
  EXPECT_EQ(resumed.ReadUntil("d"), "c d ") << resumed.end();
}

// What the old master has told may never have reached the new one.
TEST_P(EventRelayLossTest, UnderLoadAServerThatIsLostTakesNothingWithItOfWhichNobodyIsTold) {
  constexpr int kEvents = 3'000;
  Stream bob(other_, session_, kFromOldest, "bob");
  std::thread speaker([this] {
    for (int i = 1; i <= kEvents; ++i) {
      one_.Say(session_, std::to_string(i));
      std::this_thread::yield();
    }
  });
  int before = 0;
  std::uint64_t number = 0;
  bool killed = false;
  while (before < kEvents) {
    const std::string name = bob.NextName();
    ASSERT_FALSE(name.starts_with('!')) << bob.end();
    ASSERT_EQ(name, std::to_string(before + 1));
    ASSERT_GT(bob.last(), number);
    number = bob.last();
    ++before;
    if (before > kEvents / 4 && !std::exchange(killed, true)) {
      RedisServer& master = Master();
      // All that was told so far, or it could not be said what must come.
      if (deployment().has_replicas()) {
        ASSERT_TRUE(Eventually([&] { return master.Ask("WAIT 1 1000") == ":1"; }));
      }
      deployment().Kill(master);
      deployment().Heal();
    }
  }
  speaker.join();
}

INSTANTIATE_TEST_SUITE_P(Ways, EventRelayLossTest,
                         ::testing::Values(Way{"OneServer", OnRedis<storage::testing::OneServer>},
                                           Way{"Sentinel", OnRedis<storage::testing::SentinelSet>},
                                           Way{"Cluster", OnRedis<storage::testing::Cluster>}),
                         NameOfWay);

/// One server that keeps nothing but what it is told to save.
class Forgetful final : public Deployment {
 public:
  std::string url() const override { return server_.url(); }
  RedisServer& MasterOf(const std::string& /*key*/) override { return server_; }
  void Kill(RedisServer& master) override { master.Kill(); }
  void Heal() override { server_.Start(); }
  bool has_replicas() const override { return false; }

 private:
  RedisServer server_{{"--appendonly", "no"}};
};

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
  ASSERT_EQ(server().Ask("SAVE"), "+OK");
  Say({"d", "e"});
  EXPECT_EQ(ann.ReadUntil("e"), "d e ");
  server().Kill();
  server().Start();
  Say({"f"});
  EXPECT_EQ(ann.NextName(), "f") << ann.end();
  const std::uint64_t number = ann.last();
  EXPECT_GT(number, std::uint64_t{1} << 32);

  Instance fresh(setting_);
  // Once the first instance has told what it knows.
  ASSERT_TRUE(Eventually([&] { return Stream(fresh, session_, After(3)).NextName() == "!EVENTS_GONE"; }));
  Stream missed(fresh, session_, After(4));
  EXPECT_EQ(missed.NextName(), "!EVENTS_GONE");
  EXPECT_THAT(missed.end(), HasSubstr("events 5 to "));
  for (Instance* at : {&one_, &fresh}) {
    Stream had_all(*at, session_, After(5));
    EXPECT_EQ(had_all.NextName(), "f") << had_all.end();
  }
  Stream here(one_, session_, After(3));
  EXPECT_EQ(here.ReadUntil("f"), "d e f ") << "where it was heard, it is still known";
}

TEST_F(ForgottenLogTest, AReaderElsewhereWhoMissedTheEndIsToldWhatIsGone) {
  Instance other(setting_);
  Stream ann(one_, session_, kFromOldest);
  Say({"a"});
  EXPECT_EQ(ann.NextName(), "a");
  ASSERT_EQ(server().Ask("SAVE"), "+OK");
  Say({"b"});
  EXPECT_EQ(ann.NextName(), "b");
  server().Kill();
  server().Start();
  // Opened on what is left, perhaps before the loss is known.
  Stream bob(other, session_, After(1), "bob");
  Say({"c"});
  EXPECT_EQ(bob.ReadUntil("never").substr(0, 14), "!EVENTS_GONE ") << bob.end();
  EXPECT_THAT(bob.end(), HasSubstr("events 2 to "));
}

TEST_F(ForgottenLogTest, ALogThatIsGoneBeginsAnewInTheNextRunAndAllAreTold) {
  Stream ann(one_, session_, kFromOldest);
  Say({"a", "b"});
  EXPECT_EQ(ann.ReadUntil("b"), "a b ");
  server().Kill();
  server().Start();
  EXPECT_EQ(ann.NextName(), "!EVENTS_GONE");
  EXPECT_THAT(ann.end(), HasSubstr("events 3 to 4294967296 "));
  Stream again(one_, session_, After(2));
  EXPECT_EQ(again.NextName(), "!EVENTS_GONE");
  Stream anew(one_, session_, kFromOldest);
  Say({"c"});
  EXPECT_EQ(anew.NextName(), "c");
  EXPECT_EQ(anew.last(), (std::uint64_t{1} << 32) + 1);
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
  std::thread speaker([&] {
    for (int i = 1; i <= kEvents; ++i) {
      ASSERT_TRUE(Eventually([&] { return ann.Send(std::to_string(i)).ok(); }));
      if (i % 20 == 0) std::this_thread::yield();
      if (i % 400 == 0) {
        EXPECT_NE(server().Ask("CLIENT KILL TYPE normal SKIPME yes"), "");
        EXPECT_NE(server().Ask("CLIENT KILL TYPE pubsub"), "");
      }
    }
  });
  for (int i = 1; i <= kEvents; ++i) {
    ASSERT_EQ(bob.NextName(), std::to_string(i)) << bob.end();
    ASSERT_EQ(bob.last(), static_cast<std::uint64_t>(i));
  }
  speaker.join();
  EXPECT_EQ(ann.NextName(), "1");
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
  Stream again(one, session_, After(1));
  one.Say(session_, "c");
  // It may have been told after all: then all hear of it.
  const std::string rest = again.ReadUntil("c");
  EXPECT_TRUE(rest == "b c " || rest == "c ") << rest;
  EXPECT_EQ(bob.ReadUntil("c"), rest);
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
  for (int i = 0; i < 100; ++i) one.Say(session_, "small");
  one.Say(session_, "last");
  EXPECT_THAT(ann.ReadUntil("last"), HasSubstr("last"));
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

TEST_F(EventLinkTest, WhatIsMalformedIsPassedOver) {
  Instance one(setting_);
  Stream ann(one, session_, kFromOldest);
  one.Say(session_, "a");
  EXPECT_EQ(ann.NextName(), "a");
  const std::string key = "oofgg:{" + session_ + "}:events";
  EXPECT_EQ(server().Ask("PUBLISH " + key + " garbage"), ":1");
  EXPECT_EQ(server().Ask("XADD " + key + " 2-0 e garbage t 0"), "$3");
  EXPECT_EQ(server().Ask("HSET " + key + ":log last 2"), ":0");
  one.Say(session_, "b");
  EXPECT_EQ(ann.NextName(), "b") << ann.end();
  EXPECT_EQ(ann.last(), 3U);
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
