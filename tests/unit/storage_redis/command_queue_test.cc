#include "storage/redis/command_queue.h"

#include <gtest/gtest.h>

#include <map>

#include "oofgg/testing/fake_clock.h"

namespace oofgg::storage::redis {
namespace {

using namespace std::chrono_literals;

class CommandQueueTest : public ::testing::Test {
 protected:
  bool Push(const std::string& bytes, Duration timeout = 1h, bool idempotent = false) {
    PendingCommand command;
    command.bytes = bytes;
    command.deadline = clock_.Now() + timeout;
    command.idempotent = idempotent;
    command.on_reply = [this, bytes](StatusOr<RedisReply> reply) {
      outcomes_[bytes] =
          reply.ok() ? reply->text : std::string(absl::StatusCodeToString(reply.status().code()));
    };
    return queue_.Push(command).ok();
  }
  TimePoint Tick() { return queue_.Tick(clock_.Now()); }
  std::string Fill() {
    std::string out;
    queue_.Fill(out);
    return out;
  }
  Status Answer(const std::string& text) {
    return queue_.Answer({.kind = RedisReply::Kind::kString, .text = text});
  }
  static Status Gone() { return MakeStatus(StatusCode::kUnavailable, "gone"); }

  oofgg::testing::FakeClock clock_;
  std::map<std::string, std::string> outcomes_;
  CommandQueue queue_{/*max_commands=*/10, /*max_bytes=*/100, /*leave_replicas=*/true};
};

TEST_F(CommandQueueTest, AnswersInOrder) {
  queue_.Open();
  ASSERT_TRUE(Push("a") && Push("b"));
  Tick();
  EXPECT_EQ(Fill(), "ab");
  EXPECT_EQ(Fill(), "");
  EXPECT_TRUE(Answer("1").ok());
  EXPECT_TRUE(Answer("2").ok());
  EXPECT_EQ(outcomes_, (std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}}));
  EXPECT_FALSE(Answer("3").ok()) << "nobody has asked";
}

TEST_F(CommandQueueTest, ALateReplyIsNobodyElses) {
  queue_.Open();
  ASSERT_TRUE(Push("a", 1s) && Push("b", 2s));
  EXPECT_EQ(Tick(), clock_.Now() + 1s);
  Fill();
  clock_.Advance(1s);
  EXPECT_EQ(Tick(), clock_.Now() + 1s) << "the next deadline is that of b";
  EXPECT_EQ(outcomes_["a"], "DEADLINE_EXCEEDED");
  EXPECT_TRUE(Answer("of a").ok());
  EXPECT_TRUE(Answer("of b").ok());
  EXPECT_EQ(outcomes_["a"], "DEADLINE_EXCEEDED") << "told once";
  EXPECT_EQ(outcomes_["b"], "of b");
}

TEST_F(CommandQueueTest, WhatWaitsTooLongIsNeverWritten) {
  queue_.Open();
  ASSERT_TRUE(Push("a", 1s) && Push("b", 3s));
  clock_.Advance(2s);
  Tick();
  EXPECT_EQ(outcomes_["a"], "DEADLINE_EXCEEDED");
  EXPECT_EQ(Fill(), "b");
}

TEST_F(CommandQueueTest, ALostLinkSparesOnlyTheIdempotent) {
  queue_.Open();
  ASSERT_TRUE(Push("written") && Push("again", 1h, true));
  Tick();
  Fill();
  ASSERT_TRUE(Push("waiting") && Push("later", 1h, true));
  Tick();
  queue_.Close(Gone());
  EXPECT_EQ(outcomes_,
            (std::map<std::string, std::string>{{"written", "UNAVAILABLE"}, {"waiting", "UNAVAILABLE"}}));
  queue_.Open();
  Tick();
  EXPECT_EQ(Fill(), "againlater") << "in their order";
}

TEST_F(CommandQueueTest, WithoutALinkOnlyTheIdempotentWait) {
  ASSERT_TRUE(Push("a") && Push("b", 1s, true));
  EXPECT_EQ(Tick(), clock_.Now() + 1s);
  EXPECT_EQ(outcomes_["a"], "UNAVAILABLE");
  EXPECT_EQ(outcomes_.count("b"), 0U);
  clock_.Advance(1s);
  Tick();
  EXPECT_EQ(outcomes_["b"], "DEADLINE_EXCEEDED");
}

TEST_F(CommandQueueTest, WhatALateCommandOwesIsNotSentAgain) {
  queue_.Open();
  ASSERT_TRUE(Push("a", 1s, true));
  Tick();
  Fill();
  clock_.Advance(1s);
  Tick();
  queue_.Close(Gone());
  queue_.Open();
  Tick();
  EXPECT_EQ(Fill(), "");
}

TEST_F(CommandQueueTest, LeavesAReplica) {
  queue_.Open();
  ASSERT_TRUE(Push("once") && Push("again", 1h, true));
  Tick();
  Fill();
  const RedisReply read_only = {.kind = RedisReply::Kind::kError, .text = "READONLY no writes here"};
  EXPECT_FALSE(queue_.Answer(read_only).ok());
  EXPECT_EQ(outcomes_["once"], "UNAVAILABLE");
  EXPECT_FALSE(queue_.Answer(read_only).ok());
  queue_.Close(Gone());
  queue_.Open();
  EXPECT_EQ(Fill(), "again");
}

TEST_F(CommandQueueTest, IsBoundedUntilItIsAnswered) {
  queue_.Open();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Push(std::to_string(i), 1s));
  EXPECT_FALSE(Push("more"));
  Tick();
  Fill();
  clock_.Advance(1s);
  Tick();
  EXPECT_FALSE(Push("more")) << "their answers are still owed";
  EXPECT_TRUE(Answer("").ok());
  EXPECT_TRUE(Push("more"));
}

TEST_F(CommandQueueTest, IsBoundedInBytes) {
  EXPECT_FALSE(Push(std::string(101, 'x')));
  EXPECT_TRUE(Push(std::string(100, 'x')));
  EXPECT_FALSE(Push("x"));
}

TEST_F(CommandQueueTest, CancelsAllThatIsLeft) {
  queue_.Open();
  ASSERT_TRUE(Push("a"));
  Tick();
  Fill();
  ASSERT_TRUE(Push("b"));
  Tick();
  ASSERT_TRUE(Push("c"));
  queue_.Cancel();
  for (const std::string name : {"a", "b", "c"}) EXPECT_EQ(outcomes_[name], "CANCELLED") << name;
  EXPECT_FALSE(Push("d"));
}

TEST_F(CommandQueueTest, WhatNothingCameOfWaitsOnce) {
  queue_.Open();
  PendingCommand command;
  command.bytes = "a";
  command.deadline = clock_.Now() + 1h;
  command.patient = true;
  command.on_reply = [this](const StatusOr<RedisReply>& reply) { outcomes_["a"] = reply.ok() ? "" : "lost"; };
  ASSERT_TRUE(queue_.Push(command).ok());
  Tick();
  queue_.Close(Gone());
  EXPECT_EQ(outcomes_.count("a"), 0U) << "it had not been written";
  queue_.Open();
  EXPECT_EQ(Fill(), "a");
  queue_.Close(Gone());
  EXPECT_EQ(outcomes_["a"], "lost") << "now nobody knows";
}

TEST_F(CommandQueueTest, HandsBackWhatWaits) {
  queue_.Open();
  ASSERT_TRUE(Push("once") && Push("again", 1h, true));
  Tick();
  Fill();
  queue_.Close(Gone());
  const std::vector<PendingCommand> waiting = queue_.TakeWaiting();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].bytes, "again");
  EXPECT_TRUE(queue_.IsIdle()) << "it counts elsewhere now";
  queue_.Open();
  EXPECT_EQ(Fill(), "");
}

TEST_F(CommandQueueTest, RetiringEndsOnlyWhatMayHaveBeenCarriedOut) {
  queue_.Open();
  ASSERT_TRUE(Push("written"));
  Tick();
  Fill();
  ASSERT_TRUE(Push("waiting"));
  Tick();
  ASSERT_TRUE(Push("pushed"));
  std::vector<std::string> back;
  for (const PendingCommand& command : queue_.Retire(Gone())) back.push_back(command.bytes);
  EXPECT_EQ(back, (std::vector<std::string>{"waiting", "pushed"}));
  EXPECT_EQ(outcomes_, (std::map<std::string, std::string>{{"written", "UNAVAILABLE"}}));
  EXPECT_FALSE(Push("late"));
}

/// Takes outcomes instead of the callbacks.
class Collector final : public OutcomeSink {
 public:
  void OnOutcome(PendingCommand command, StatusOr<RedisReply> outcome) override {
    seen.push_back(command.bytes + ": " + (outcome.ok() ? outcome->text : outcome.status().ToString()));
  }
  std::vector<std::string> seen;
};

TEST_F(CommandQueueTest, ASinkTakesErrorsAsTheyAreAndTheCommandWithThem) {
  Collector collector;
  CommandQueue queue(10, 100, /*leave_replicas=*/false, &collector);
  queue.Open();
  PendingCommand command;
  command.bytes = "a";
  command.on_reply = [](const StatusOr<RedisReply>&) { FAIL() << "the sink calls it, if anybody"; };
  ASSERT_TRUE(queue.Push(command).ok());
  (void)queue.Tick(clock_.Now());
  std::string out;
  queue.Fill(out);
  queue.AddPing(out);
  EXPECT_TRUE(queue.Answer({.kind = RedisReply::Kind::kError, .text = "MOVED 1 a:1"}).ok());
  EXPECT_TRUE(queue.Answer({.kind = RedisReply::Kind::kString, .text = "PONG"}).ok());
  EXPECT_EQ(collector.seen, std::vector<std::string>{"a: MOVED 1 a:1"}) << "and none of the PING";
}

}  // namespace
}  // namespace oofgg::storage::redis
