#include "servers/common/revocation_keeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "oofgg/log.h"
#include "tests/unit/client/fake_transport.h"

namespace oofgg::servers {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace methods = wire::methods;

class RevocationKeeperTest : public ::testing::Test {
 protected:
  RevocationKeeperTest() {
    SetLogSink([this](LogLevel level, std::string_view, std::string_view message) {
      if (level == LogLevel::kWarning) warnings_.emplace_back(message);
    });
    keeper_ = RevocationKeeper::Over(
        setting_.transport, "credential", revoked_,
        {.end_session = [this](std::string_view id) { ended_.emplace_back(id); },
         .end_all = [this] { ++ended_all_; },
         .forget_user = [this](const DeletedUser& user) { forgotten_.push_back(user); }},
        setting_.executor, setting_.clock);
    setting_.executor.RunReady();
    setting_.transport->last().Answer<methods::ServiceLogin>(
        {.user_id = "s", .access_token = "a", .refresh_token = {}, .expires_in = std::chrono::minutes(15)});
    setting_.executor.RunReady();
  }
  ~RevocationKeeperTest() override { SetLogSink(nullptr); }

  void Say(const Revocations& news) {
    setting_.transport->last_stream().Say(wire::EncodeResponse<methods::WatchRevocations>(news));
    setting_.executor.RunReady();
  }

  testing::FakeSetting setting_;
  std::shared_ptr<auth::RevocationList> revoked_ = std::make_shared<auth::RevocationList>(setting_.clock);
  std::vector<std::string> ended_;
  int ended_all_ = 0;
  std::vector<DeletedUser> forgotten_;
  std::vector<std::string> warnings_;
  std::unique_ptr<RevocationKeeper> keeper_;
};

TEST_F(RevocationKeeperTest, DoesWhatItHears) {
  const WallTime now = setting_.clock.WallNow();
  Say({.sessions = {{.session_id = "s1", .revoked_at = now, .until = now + seconds(60)}}, .cursor = "1"});
  EXPECT_THAT(ended_, ElementsAre("s1"));
  EXPECT_EQ(ended_all_, 0);
  Say({.sessions = {}, .cursor = "2", .reset = true});
  EXPECT_EQ(ended_all_, 1);
}

TEST_F(RevocationKeeperTest, TellsWhoseAccountWasDeleted) {
  const WallTime now = setting_.clock.WallNow();
  const DeletedUser ann{.user_id = "u1", .deleted_at = now, .until = now + std::chrono::hours(720)};
  Say({.sessions = {}, .cursor = "1", .deleted_users = {ann}});
  EXPECT_THAT(forgotten_, ElementsAre(ann));
  EXPECT_EQ(ended_all_, 0);
}

TEST_F(RevocationKeeperTest, WarnsOnceOfASilenceAndOnceOfItsEnd) {
  Say({.sessions = {}, .cursor = "1"});
  EXPECT_EQ(keeper_->silence(), Duration(0));
  setting_.executor.AdvanceBy(seconds(9));
  Say({.sessions = {}, .cursor = "1"});
  setting_.executor.AdvanceBy(seconds(9));
  EXPECT_EQ(keeper_->silence(), seconds(9));
  EXPECT_THAT(warnings_, ElementsAre());
  setting_.executor.AdvanceBy(seconds(1));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("nothing heard from the auth server for 10 s")));
  setting_.executor.AdvanceBy(seconds(4));
  EXPECT_EQ(keeper_->silence(), seconds(14));
  Say({.sessions = {}, .cursor = "1"});
  Say({.sessions = {}, .cursor = "1"});
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("nothing heard"), HasSubstr("speaks again, after 14 s")));
  setting_.executor.AdvanceBy(seconds(10));
  EXPECT_EQ(warnings_.size(), 3U) << "another silence";
}

TEST_F(RevocationKeeperTest, IsSilentFromTheBeginningWhereNobodySpeaks) {
  setting_.executor.AdvanceBy(seconds(60));
  EXPECT_GE(keeper_->silence(), seconds(60));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("nothing heard")));
}

}  // namespace
}  // namespace oofgg::servers
