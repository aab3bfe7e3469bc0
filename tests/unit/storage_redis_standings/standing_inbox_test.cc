#include "storage/redis/game/standings/standing_inbox.h"

#include <gtest/gtest.h>

#include <string>

#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"

namespace oofgg::storage {
namespace {

class StandingInboxTest : public ::testing::Test, protected game::StandingChannel::Listener {
 protected:
  void OnNews(std::span<const game::StandingNews> news) override {
    if (news.size() > 100) {
      heard_ += std::to_string(news.size()) + " ";
      return;
    }
    for (const game::StandingNews& one : news) heard_ += one.erased_player + " ";
  }
  void OnGap() override { heard_ += "gap "; }

  void Put(const std::string& player) { inbox_->Put({{.erased_player = player}}); }
  std::string Heard() {
    executor_.RunReady();
    return std::exchange(heard_, "");
  }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  std::shared_ptr<StandingInbox> inbox_ = std::make_shared<StandingInbox>(executor_);
  std::string heard_;
};

TEST_F(StandingInboxTest, NewsComeInOrderOnTheExecutor) {
  inbox_->Listen(this);
  Put("ann");
  Put("bob");
  EXPECT_EQ(heard_, "");
  EXPECT_EQ(Heard(), "ann bob ");
  Put("cid");
  inbox_->PutGap();
  EXPECT_EQ(Heard(), "cid gap ");
}

TEST_F(StandingInboxTest, WhatNobodyListensToIsDropped) {
  Put("ann");
  EXPECT_EQ(Heard(), "");
  inbox_->Listen(this);
  Put("bob");
  inbox_->Listen(nullptr);
  EXPECT_EQ(Heard(), "");
}

TEST_F(StandingInboxTest, MoreThanIsKeptBecomesAGap) {
  inbox_->Listen(this);
  inbox_->Put(std::vector<game::StandingNews>(65'536));
  EXPECT_EQ(Heard(), "65536 ");
  inbox_->Put(std::vector<game::StandingNews>(65'536));
  Put("ann");
  Put("bob");
  EXPECT_EQ(Heard(), "bob gap ");
}

}  // namespace
}  // namespace oofgg::storage
