#include "game/attendance_teller.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace oofgg::game {
namespace {

using Where = AttendanceBoard::Where;

/// A board that answers when the test says so.
class SlowBoard final : public AttendanceBoard {
 public:
  void Tell(std::vector<Word> words, OnTold on_told) override {
    said.push_back(std::move(words));
    answers.push_back(std::move(on_told));
  }
  StatusOr<bool> Beat() override { return true; }
  StatusOr<std::vector<Absence>> TakeDue() override { return std::vector<Absence>(); }
  StatusOr<std::vector<bool>> AreAttended(const std::vector<std::string>& ids) override {
    return std::vector<bool>(ids.size());
  }
  /// The oldest question that is open.
  void Answer(Status status) {
    OnTold answer = std::move(answers.front());
    answers.erase(answers.begin());
    answer(std::move(status));
  }

  std::vector<std::vector<Word>> said;
  std::vector<OnTold> answers;
};

class AttendanceTellerTest : public ::testing::Test {
 protected:
  ~AttendanceTellerTest() override { teller_->Stop(); }
  void Say(const std::string& player, Where where) {
    teller_->Say({.session_id = "s", .player_id = player, .where = where});
  }
  /// What the board was told last, as "player:where".
  std::string Last() const {
    std::string text;
    for (const auto& word : board_.said.back()) {
      text += word.player_id + ":" + std::to_string(static_cast<int>(word.where)) + " ";
    }
    return text;
  }
  static Status Away() { return MakeStatus(StatusCode::kUnavailable, "away"); }

  SlowBoard board_;
  std::shared_ptr<AttendanceTeller> teller_ = std::make_shared<AttendanceTeller>(board_);
};

TEST_F(AttendanceTellerTest, WhatComesWhileABatchIsOnItsWayGoesTogetherBehindIt) {
  Say("ann", Where::kHere);
  Say("bob", Where::kHere);
  Say("ann", Where::kAway);
  Say("ann", Where::kOut);
  ASSERT_EQ(board_.said.size(), 1U);
  EXPECT_EQ(Last(), "ann:0 ");
  board_.Answer({});
  ASSERT_EQ(board_.said.size(), 2U);
  EXPECT_EQ(Last(), "ann:2 bob:0 ") << "of each player the last word";
  board_.Answer({});
  EXPECT_EQ(board_.said.size(), 2U);
}

TEST_F(AttendanceTellerTest, WhatFailedIsToldAgainUnlessThereIsNewer) {
  Say("ann", Where::kHere);
  Say("ann", Where::kAway);
  board_.Answer(Away());
  Say("bob", Where::kHere);
  EXPECT_EQ(board_.said.size(), 1U) << "it is not asked again at once";
  teller_->Resume();
  ASSERT_EQ(board_.said.size(), 2U);
  EXPECT_EQ(Last(), "ann:1 bob:0 ");
  board_.Answer(Away());
  teller_->Resume();
  EXPECT_EQ(Last(), "ann:1 bob:0 ");
}

TEST_F(AttendanceTellerTest, ABatchIsBounded) {
  Say("first", Where::kHere);
  for (int i = 0; i < 1'200; ++i) Say(std::to_string(i), Where::kHere);
  std::vector<std::size_t> sizes;
  while (!board_.answers.empty()) {
    board_.Answer({});
    sizes.push_back(board_.said.back().size());
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{500, 500, 200, 200}));
}

TEST_F(AttendanceTellerTest, AfterItsEndTheBoardIsLeftAlone) {
  Say("ann", Where::kHere);
  Say("bob", Where::kHere);
  teller_->Stop();
  board_.Answer(Away());
  Say("cid", Where::kHere);
  teller_->Resume();
  EXPECT_EQ(board_.said.size(), 1U);
}

/// Answers from a thread of its own, as a network does.
class ThreadedBoard final : public AttendanceBoard {
 public:
  ~ThreadedBoard() override {
    for (std::thread& thread : threads_) thread.join();
  }
  void Tell(std::vector<Word> words, OnTold on_told) override {
    told += words.size();
    const std::lock_guard lock(
        mutex_);  // The answer may bring the next batch before this one's thread is in.
    threads_.emplace_back([on_told = std::move(on_told)]() mutable { on_told({}); });
  }
  StatusOr<bool> Beat() override { return true; }
  StatusOr<std::vector<Absence>> TakeDue() override { return std::vector<Absence>(); }
  StatusOr<std::vector<bool>> AreAttended(const std::vector<std::string>& ids) override {
    return std::vector<bool>(ids.size());
  }

  std::atomic<std::size_t> told = 0;

 private:
  std::mutex mutex_;
  std::vector<std::thread> threads_;  // Guarded by mutex_; after `Stop` nobody adds any.
};

TEST(AttendanceTellerThreadsTest, ManySpeakAtOnceAndItEndsInBetween) {
  ThreadedBoard board;
  const auto teller = std::make_shared<AttendanceTeller>(board);
  std::vector<std::thread> speakers;
  for (int i = 0; i < 4; ++i) {
    speakers.emplace_back([&teller, i] {
      for (int j = 0; j < 50; ++j) {
        teller->Say({.session_id = std::to_string(i), .player_id = std::to_string(j), .where = Where::kHere});
      }
    });
  }
  for (std::thread& speaker : speakers) speaker.join();
  teller->Stop();
  EXPECT_GT(board.told, 0U);
  EXPECT_LE(board.told, 200U);
}

}  // namespace
}  // namespace oofgg::game
