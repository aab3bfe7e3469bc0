#include "auth/revocation_hub.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "storage/memory/auth/memory_refresh_store.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;

class FakeHost final : public StreamHost {
 public:
  void Wake() override { ++wakes; }
  void Finish(Status) override {}
  int wakes = 0;
};

/// The log of a database that may be exchanged for another while it is read; nothing else of a store.
class ExchangedLog final : public RefreshStore {
 public:
  void Hold(const std::string& log_id, const std::vector<std::string>& sessions, WallTime now) {
    page_ = {.log_id = log_id, .floor = 0, .head = 0, .entries = {}};
    for (const std::string& session : sessions) {
      page_.entries.push_back({++page_.head, session, now, now + 1h});
    }
  }

  /// Deletions only, all behind the floor.
  void HoldDeletions(const std::string& log_id, int count, WallTime now) {
    page_ = {.log_id = log_id, .floor = count, .head = count, .entries = {}};
    for (int i = 1; i <= count; ++i) {
      page_.entries.push_back({i, "", now, now + 1h, "user-" + std::to_string(i)});
    }
  }

  StatusOr<RevocationPage> ReadRevocations(std::int64_t sequence, std::size_t limit) override {
    if (before_reading) before_reading();
    RevocationPage read = page_;
    std::erase_if(read.entries, [&](const Revocation& entry) { return entry.sequence <= sequence; });
    if (read.entries.size() > limit) read.entries.resize(limit);
    return read;
  }

  std::function<void()> before_reading;

  Status CreateFamily(const RefreshFamily&, std::string_view, WallTime) override { return Absent(); }
  StatusOr<RotationResult> Rotate(const Rotation&) override { return Absent(); }
  StatusOr<RefreshFamily> FindFamily(std::string_view) override { return Absent(); }
  StatusOr<std::vector<RefreshFamily>> ListFamilies(std::string_view, WallTime, std::size_t) override {
    return Absent();
  }
  StatusOr<bool> RevokeFamily(std::string_view, WallTime, WallTime) override { return Absent(); }
  StatusOr<std::size_t> RevokeFamilies(std::string_view, std::string_view, WallTime, WallTime) override {
    return Absent();
  }
  Status RevokeSession(std::string_view, WallTime, WallTime) override { return Absent(); }
  Status RecordDeletion(std::string_view, WallTime, WallTime) override { return Absent(); }
  StatusOr<std::size_t> PurgeExpired(WallTime, std::size_t) override { return Absent(); }
  Status EraseFamilies(std::string_view) override { return Absent(); }

 private:
  static Status Absent() { return MakeStatus(StatusCode::kUnimplemented, "this is but a log"); }

  RevocationPage page_;
};

class RevocationHubTest : public ::testing::Test {
 protected:
  void Start(RevocationHubOptions options = {}) {
    hub_ = RevocationHub::Start(store_, executor_, clock_, std::move(options)).value();
  }
  void Revoke(const std::string& session, std::chrono::seconds matters = 3600s) {
    const WallTime now = clock_.WallNow();
    ASSERT_TRUE(store_.RevokeSession(session, now, now + matters).ok());
  }
  void RevokeAndTell(const std::string& session) {
    Revoke(session);
    hub_->Poke();
    executor_.RunReady();
  }
  void Delete(const std::string& user) {
    const WallTime now = clock_.WallNow();
    ASSERT_TRUE(store_.RecordDeletion(user, now, now + 24h * 30).ok());
  }
  static std::vector<std::string> Users(const Revocations& message) {
    std::vector<std::string> users;
    for (const DeletedUser& user : message.deleted_users) users.push_back(user.user_id);
    return users;
  }
  auto Watch(const std::string& cursor = "") { return hub_->Watch(cursor, host_); }
  static std::vector<std::string> Names(const Revocations& message) {
    std::vector<std::string> names;
    for (const RevokedSession& session : message.sessions) names.push_back(session.session_id);
    return names;
  }
  using List = std::vector<std::string>;

  oofgg::testing::FakeClock clock_;
  oofgg::testing::ManualExecutor executor_{clock_};
  storage::MemoryRefreshStore store_;
  std::shared_ptr<FakeHost> host_ = std::make_shared<FakeHost>();
  std::unique_ptr<RevocationHub> hub_;
};

TEST_F(RevocationHubTest, TheFirstMessageComesAtOnceAndTellsAllThatMatters) {
  Revoke("a");
  Revoke("b");
  Start();
  const auto stream = Watch();
  const auto first = stream->Next();
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(Names(*first), (List{"a", "b"}));
  EXPECT_FALSE(first->reset);
  EXPECT_FALSE(stream->Next().has_value());
}

TEST_F(RevocationHubTest, WithNothingRevokedTheFirstMessageIsEmpty) {
  Start();
  const auto first = Watch()->Next();
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->sessions.empty());
  EXPECT_NE(first->cursor, "");
}

TEST_F(RevocationHubTest, ARevocationWakesTheWatchersAndIsToldOnce) {
  Start();
  const auto stream = Watch();
  (void)stream->Next();
  const int before = host_->wakes;
  RevokeAndTell("a");
  EXPECT_GT(host_->wakes, before);
  EXPECT_EQ(Names(*stream->Next()), List{"a"});
  EXPECT_FALSE(stream->Next().has_value());
}

TEST_F(RevocationHubTest, WhoComesBackWithItsCursorMissesNothing) {
  Start();
  RevokeAndTell("a");
  const std::string cursor = Watch()->Next()->cursor;
  RevokeAndTell("b");
  const auto again = Watch(cursor)->Next();
  EXPECT_EQ(Names(*again), List{"b"});
  EXPECT_FALSE(again->reset);
  Start();  // The server starts anew.
  EXPECT_EQ(Names(*Watch(cursor)->Next()), List{"b"});
}

TEST_F(RevocationHubTest, ACursorThatMeansNothingHereResets) {
  Start();
  RevokeAndTell("a");
  for (const char* cursor : {"another-log:1", "1", ":", "nonsense", "-5", "x:99999999999999999999"}) {
    const auto stream = Watch(cursor);
    const auto first = stream->Next();
    EXPECT_TRUE(first->reset) << cursor;
    EXPECT_EQ(Names(*first), List{"a"}) << cursor;
    EXPECT_FALSE(stream->Next().has_value());
  }
}

TEST_F(RevocationHubTest, ACursorOlderThanWhatIsKeptResets) {
  Start();
  const std::string cursor = Watch()->Next()->cursor;
  Revoke("short", 10s);
  Revoke("long", 3600s);
  clock_.Advance(60s);
  hub_->Poke();
  executor_.RunReady();
  const auto first = Watch(cursor)->Next();
  EXPECT_TRUE(first->reset);
  EXPECT_EQ(Names(*first), List{"long"});
}

TEST_F(RevocationHubTest, ALongRecordComesInPieces) {
  for (int i = 0; i < 1200; ++i) Revoke("session-" + std::to_string(i));
  Start();
  const auto stream = Watch();
  std::size_t told = 0;
  while (const auto message = stream->Next()) {
    EXPECT_LE(message->sessions.size(), 500U);
    told += message->sessions.size();
  }
  EXPECT_EQ(told, 1200U);
  EXPECT_EQ(hub_->head(), 1200);
}

TEST_F(RevocationHubTest, ADeletionIsToldInItsTurn) {
  Start();
  const auto stream = Watch();
  (void)stream->Next();
  Revoke("a");
  Delete("ann");
  RevokeAndTell("b");
  const auto message = stream->Next();
  EXPECT_EQ(Names(*message), (List{"a", "b"}));
  EXPECT_EQ(Users(*message), List{"ann"});
  EXPECT_FALSE(stream->Next().has_value());
  Delete("bob");
  hub_->Poke();
  executor_.RunReady();
  EXPECT_EQ(Users(*Watch(message->cursor)->Next()), List{"bob"});
}

TEST_F(RevocationHubTest, WhoWasAwayForWeeksHearsOfDeletionsAndOfWhatStillMatters) {
  Start();
  RevokeAndTell("a");
  const std::string cursor = Watch()->Next()->cursor;
  Delete("ann");
  RevokeAndTell("b");
  clock_.Advance(24h * 29);
  Delete("bob");
  RevokeAndTell("c");
  for (const bool restarted : {false, true}) {
    if (restarted) {
      ASSERT_TRUE(store_.PurgeExpired(clock_.WallNow(), 100).ok());
      Start();
    }
    const auto back = Watch(cursor)->Next();
    EXPECT_TRUE(back->reset);
    EXPECT_EQ(Users(*back), (List{"ann", "bob"})) << restarted;
    EXPECT_EQ(Names(*back), List{"c"}) << restarted;
    const auto fresh = Watch()->Next();
    EXPECT_FALSE(fresh->reset);
    EXPECT_EQ(Users(*fresh), (List{"ann", "bob"})) << restarted;
    EXPECT_EQ(Names(*fresh), List{"c"}) << restarted;
    const auto again = Watch(back->cursor)->Next();
    EXPECT_FALSE(again->reset) << restarted;
    EXPECT_TRUE(again->deleted_users.empty()) << restarted;
  }
  clock_.Advance(24h * 2);
  RevokeAndTell("d");
  EXPECT_EQ(Users(*Watch()->Next()), List{"bob"}) << "the other is 31 days ago";
}

TEST_F(RevocationHubTest, ManyDeletionsBehindTheFloorComeInPieces) {
  Start();
  for (int i = 0; i < 1200; ++i) Delete("user-" + std::to_string(i));
  Revoke("old", 10s);
  clock_.Advance(60s);
  RevokeAndTell("new");
  const auto stream = Watch();
  std::size_t users = 0;
  List names;
  while (const auto message = stream->Next()) {
    EXPECT_LE(message->deleted_users.size() + message->sessions.size(), 500U);
    users += message->deleted_users.size();
    for (const std::string& name : Names(*message)) names.push_back(name);
  }
  EXPECT_EQ(users, 1200U);
  EXPECT_EQ(names, List{"new"});
}

TEST_F(RevocationHubTest, WhoListensWhileTheHubReadsMissesNoDeletion) {
  ExchangedLog store;
  store.Hold("former", {"a"}, clock_.WallNow());
  const auto hub = RevocationHub::Start(store, executor_, clock_, {}).value();
  const auto stream = hub->Watch("", host_);
  std::set<std::string> heard;
  const auto listen = [&] {
    while (const auto message = stream->Next()) {
      for (const std::string& user : Users(*message)) heard.insert(user);
    }
  };
  listen();
  store.HoldDeletions("restored", 2500, clock_.WallNow());  // More than one page of them.
  store.before_reading = listen;
  hub->Poke();
  executor_.RunReady();
  listen();
  EXPECT_EQ(heard.size(), 2500U);
}

TEST_F(RevocationHubTest, AWatcherHearsABeatInSilence) {
  Start();
  const auto stream = Watch();
  (void)stream->Next();
  executor_.AdvanceBy(2s);
  const auto beat = stream->Next();
  ASSERT_TRUE(beat.has_value());
  EXPECT_TRUE(beat->sessions.empty());
  EXPECT_FALSE(stream->Next().has_value());
}

TEST_F(RevocationHubTest, WhatAnotherReplicaRevokedIsFoundByPolling) {
  Start({.poll = 250ms});
  const auto stream = Watch();
  (void)stream->Next();
  Revoke("a");  // Nobody pokes.
  executor_.AdvanceBy(250ms);
  EXPECT_EQ(Names(*stream->Next()), List{"a"});
}

TEST_F(RevocationHubTest, TheListenerHearsEachEntryOnce) {
  Revoke("a");
  List heard;
  Start({.on_revoked = [&](const Revocation& revocation) { heard.push_back(revocation.session_id); }});
  RevokeAndTell("b");
  hub_->Poke();
  executor_.RunReady();
  EXPECT_EQ(heard, (List{"a", "b"}));
}

TEST_F(RevocationHubTest, AnotherLogInPlaceOfTheFormerResetsThoseWhoWatch) {
  const struct {
    const char* log_id;
    List sessions;
    const char* what;
  } others[] = {{"other", {"x", "y", "z"}, "another log, of the same length"},
                {"other", {}, "another log, and empty"},
                {"log", {"a", "x"}, "the same log without its last entries"}};
  for (const auto& other : others) {
    ExchangedLog log;
    log.Hold("log", {"a", "b", "c"}, clock_.WallNow());
    List heard;
    const auto hub =
        RevocationHub::Start(
            log, executor_, clock_,
            {.on_revoked = [&](const Revocation& revocation) { heard.push_back(revocation.session_id); }})
            .value();
    const auto stream = hub->Watch("", host_);
    ASSERT_EQ(Names(*stream->Next()), (List{"a", "b", "c"}));
    heard.clear();
    log.Hold(other.log_id, other.sessions, clock_.WallNow());
    const int before = host_->wakes;
    hub->Poke();
    executor_.RunReady();
    EXPECT_GT(host_->wakes, before) << other.what;
    const auto message = stream->Next();
    ASSERT_TRUE(message.has_value()) << other.what;
    EXPECT_TRUE(message->reset) << other.what;
    EXPECT_EQ(Names(*message), other.sessions) << other.what;
    EXPECT_EQ(heard, other.sessions) << other.what;
    EXPECT_FALSE(stream->Next().has_value()) << other.what;
    const auto again = hub->Watch(message->cursor, host_)->Next();
    EXPECT_FALSE(again->reset) << other.what;
    EXPECT_TRUE(again->sessions.empty()) << other.what;
  }
}

TEST_F(RevocationHubTest, AClosedStreamIsWokenNoMoreAndMayOutliveTheHub) {
  Start();
  const auto stream = Watch();
  stream->OnClose();
  const int before = host_->wakes;
  RevokeAndTell("a");
  EXPECT_EQ(host_->wakes, before);
  const auto other = Watch();
  hub_.reset();
  executor_.AdvanceBy(10s);
  (void)other->Next();
}

}  // namespace
}  // namespace oofgg::auth
