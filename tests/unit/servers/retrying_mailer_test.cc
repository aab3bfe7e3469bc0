#include "servers/auth/retrying_mailer.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace oofgg::servers {
namespace {

using namespace std::chrono_literals;

/// Answers as it was told, one after the other, and then well.
class MoodyMailer final : public Mailer {
 public:
  MoodyMailer(std::vector<StatusCode> moods, int& sent) : moods_(std::move(moods)), sent_(sent) {}
  Status Send(const Mail&) override {
    const auto at = static_cast<std::size_t>(sent_++);
    return at < moods_.size() && moods_[at] != StatusCode::kOk ? MakeStatus(moods_[at], "not now") : Status();
  }

 private:
  const std::vector<StatusCode> moods_;
  int& sent_;
};

class RetryingMailerTest : public ::testing::Test {
 protected:
  StatusCode SendThrough(std::vector<StatusCode> moods) {
    RetryingMailer mailer(
        std::make_unique<MoodyMailer>(std::move(moods), attempts_), RandomSource::System(),
        [this] { return stopping_; }, [this](auto time) { pauses_.push_back(time); });
    return mailer.Send({}).code();
  }

  bool stopping_ = false;
  int attempts_ = 0;
  std::vector<std::chrono::milliseconds> pauses_;
};

TEST_F(RetryingMailerTest, TriesAgainAndGivesUp) {
  const StatusCode away = StatusCode::kUnavailable;
  EXPECT_EQ(SendThrough({away, away, away, away}), away);
  EXPECT_EQ(attempts_, 3);
  ASSERT_EQ(pauses_.size(), 2U);
  EXPECT_LE(pauses_[0], 2s);
  EXPECT_LE(pauses_[1], 4s);
}

TEST_F(RetryingMailerTest, StopsAtTheFirstThatIsSent) {
  EXPECT_EQ(SendThrough({StatusCode::kUnavailable}), StatusCode::kOk);
  EXPECT_EQ(attempts_, 2);
}

TEST_F(RetryingMailerTest, AServerThatEndsIsNotHeldUp) {
  stopping_ = true;
  EXPECT_EQ(SendThrough({StatusCode::kUnavailable}), StatusCode::kUnavailable);
  EXPECT_EQ(attempts_, 1);
  EXPECT_TRUE(pauses_.empty());
}

TEST_F(RetryingMailerTest, DoesNotRepeatWhatIsRefused) {
  EXPECT_EQ(SendThrough({StatusCode::kInvalidArgument}), StatusCode::kInvalidArgument);
  EXPECT_EQ(attempts_, 1);
  EXPECT_TRUE(pauses_.empty());
}

}  // namespace
}  // namespace oofgg::servers
