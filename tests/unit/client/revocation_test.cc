#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/client/fake_transport.h"

namespace oofgg {
namespace {

using std::chrono::seconds;
using testing::FakeTransport;
namespace methods = wire::methods;

class RevocationTest : public ::testing::Test {
 protected:
  FakeTransport::Stream& stream() { return setting_.transport->last_stream(); }
  [[nodiscard]] std::size_t links() const { return setting_.transport->streams.size(); }
  void Run() { setting_.executor.RunReady(); }
  void Advance(Duration duration) { setting_.executor.AdvanceBy(duration); }

  [[nodiscard]] Call Watch(const std::string& cursor = "") {
    return client_->revocations().Watch(
        [this](StatusOr<Revocations> news) { news_.push_back(std::move(news)); }, cursor);
  }
  /// The server says that `ids` were revoked, and where to go on.
  void Say(const std::vector<std::string>& ids, const std::string& cursor, bool reset = false) {
    Revocations news{.sessions = {}, .cursor = cursor, .reset = reset};
    for (const std::string& id : ids) news.sessions.push_back({.session_id = id});
    stream().Say(wire::EncodeResponse<methods::WatchRevocations>(news));
  }
  std::string CursorAskedFor() {
    return wire::DecodeRequest<methods::WatchRevocations>(stream().written.at(0))->cursor;
  }

  testing::FakeSetting setting_;
  std::unique_ptr<Client> client_ = setting_.NewPlayer();
  std::vector<StatusOr<Revocations>> news_;
};

TEST_F(RevocationTest, ReportsEveryMessageAlsoAnEmptyOne) {
  const Call watch = Watch("from-disk");
  EXPECT_EQ(stream().call.method, methods::WatchRevocations::kPath);
  EXPECT_EQ(stream().Header("authorization"), "Bearer access-1");
  EXPECT_EQ(CursorAskedFor(), "from-disk");
  EXPECT_TRUE(stream().is_half_closed);
  Say({"s1"}, "1");
  Run();
  Say({}, "1");
  Run();
  ASSERT_EQ(news_.size(), 2u);
  EXPECT_EQ(news_[0]->sessions.at(0).session_id, "s1");
  EXPECT_TRUE(news_[1]->sessions.empty());
}

TEST_F(RevocationTest, GoesOnWhereTheLastLinkEnded) {
  const Call watch = Watch();
  EXPECT_EQ(CursorAskedFor(), "");
  Say({"s1"}, "1");
  stream().Close(MakeStatus(StatusCode::kUnavailable, "the link broke"));
  Advance(seconds(1));
  ASSERT_EQ(links(), 2u);
  EXPECT_EQ(CursorAskedFor(), "1");
  Say({"s2"}, "2");
  Run();
  ASSERT_EQ(news_.size(), 2u);
  EXPECT_EQ(news_[1]->sessions.at(0).session_id, "s2");
}

TEST_F(RevocationTest, DeletionsThatArriveBetweenTicksAreOneReportToo) {
  const Call watch = Watch();
  for (const char* user : {"u1", "u2"}) {
    const Revocations news{.sessions = {}, .cursor = user, .deleted_users = {{.user_id = user}}};
    stream().Say(wire::EncodeResponse<methods::WatchRevocations>(news));
  }
  Run();
  ASSERT_EQ(news_.size(), 1u);
  ASSERT_EQ(news_[0]->deleted_users.size(), 2u);
  EXPECT_EQ(news_[0]->deleted_users[1].user_id, "u2");
}

TEST_F(RevocationTest, WhatArrivesBetweenTicksIsOneReport) {
  const Call watch = Watch();
  Say({"s1"}, "1", true);
  Say({"s2", "s3"}, "2");
  Say({}, "3");
  Run();
  ASSERT_EQ(news_.size(), 1u);
  ASSERT_EQ(news_[0]->sessions.size(), 3u);
  EXPECT_EQ(news_[0]->sessions[2].session_id, "s3");
  EXPECT_EQ(news_[0]->cursor, "3");
  EXPECT_TRUE(news_[0]->reset) << "one that is missed cannot be made up for";
}

TEST_F(RevocationTest, ASilentServerIsLeftForANewLink) {
  const Call watch = Watch();
  Say({}, "1");
  Advance(seconds(14));
  Say({}, "2");
  Advance(seconds(14));
  EXPECT_EQ(links(), 1u);
  Advance(seconds(2));
  ASSERT_EQ(links(), 2u);
  EXPECT_TRUE(setting_.transport->streams.front()->is_dropped);
  EXPECT_EQ(CursorAskedFor(), "2");
  Advance(seconds(16));
  EXPECT_EQ(links(), 3u) << "a server that never speaks is no better";
}

TEST_F(RevocationTest, ALinkThatIsBeingMadeIsNotHurriedByTheLastOnesSilence) {
  const Call watch = Watch();
  Say({}, "1");
  Advance(seconds(10));
  stream().Close(MakeStatus(StatusCode::kUnavailable, "the link broke"));
  Advance(seconds(1));
  ASSERT_EQ(links(), 2u);
  Advance(seconds(13));
  EXPECT_EQ(links(), 2u);
}

TEST_F(RevocationTest, WhoMayNotWatchIsTold) {
  const Call watch = Watch();
  stream().Close(MakeStatus(StatusCode::kPermissionDenied, "needs the role service"));
  Run();
  ASSERT_EQ(news_.size(), 1u);
  EXPECT_EQ(news_[0].status().code(), StatusCode::kPermissionDenied);
  Advance(seconds(60));
  EXPECT_EQ(links(), 1u);
}

TEST_F(RevocationTest, ADroppedWatchIsSilent) {
  {
    const Call watch = Watch();
    Say({"s1"}, "1");
  }
  Run();
  Advance(seconds(60));
  EXPECT_TRUE(news_.empty());
  EXPECT_EQ(links(), 1u);
}

}  // namespace
}  // namespace oofgg
