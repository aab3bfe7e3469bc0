#include "rpc/gathered_calls.h"

#include <algorithm>
#include <future>
#include <mutex>

#include "rpc/score_service_impl.h"
#include "tests/support/eventually.h"
#include "tests/unit/rpc/rpc_fixture.h"

namespace oofgg::rpc {
namespace {

namespace score_pb = ::v1::api::score;
using oofgg::testing::Eventually;

/// Keeps what is posted until it is told to run it.
class HeldExecutor final : public Executor {
 public:
  void Post(Task task) override {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  TimerId PostAt(TimePoint, Task) override { return 0; }
  bool Cancel(TimerId) override { return false; }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return tasks_.size();
  }
  void RunAll() {
    std::vector<Task> tasks;
    {
      const std::lock_guard lock(mutex_);
      tasks.swap(tasks_);
    }
    for (Task& task : tasks) task();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Task> tasks_;
};

class GatheredCallsTest : public RpcTest {
 protected:
  void ServeOn(Executor& executor) {
    scores_.together = true;
    gathering_ = std::make_unique<ServiceHost>(&authorizer_, executor, Clock::System());
    more_services_ = {{::v1::api::common::ScoreService::service_full_name(),
                       std::make_shared<ScoreServiceOf<FakeScores>>(*gathering_, scores_)}};
    Serve();
  }

  StatusOr<std::int64_t> Submit(std::int64_t value) {
    grpc::ClientContext context;
    Prepare(context);
    score_pb::ScoreSubmission request;
    request.set_value(value);
    score_pb::StandardResponse response;
    const Status status = FromGrpc(
        ::v1::api::common::ScoreService::NewStub(channel_)->SubmitScore(&context, request, &response));
    if (!status.ok()) return status;
    return response.leaderboard_entry().score().value();
  }

  std::unique_ptr<ServiceHost> gathering_;
  FakeScores scores_;
};

/// Refuses odd values.
std::vector<StatusOr<LeaderboardEntry>> TakeEven(std::span<const FakeScores::SubmitCall> calls) {
  std::vector<StatusOr<LeaderboardEntry>> answers;
  for (const auto& [context, submission] : calls) {
    LeaderboardEntry entry;
    entry.score.value = submission.value;
    if (submission.value % 2 == 0) {
      answers.emplace_back(entry);
    } else {
      answers.emplace_back(InvalidField("value", "is odd"));
    }
  }
  return answers;
}

TEST_F(GatheredCallsTest, WhoWaitsIsServedTogetherAndHearsTheirOwnAnswer) {
  constexpr std::size_t kCallers = 16;  // Enough of them call for a second thread: so we know that all wait.
  Shared<std::vector<std::size_t>> together;
  scores_.on_submit = [&](std::span<const FakeScores::SubmitCall> calls) {
    auto sizes = together.Get();
    sizes.push_back(calls.size());
    together.Set(sizes);
    return TakeEven(calls);
  };
  HeldExecutor executor;
  ServeOn(executor);
  std::vector<std::future<StatusOr<std::int64_t>>> answers;
  for (std::size_t i = 0; i < kCallers; ++i) {
    answers.push_back(
        std::async(std::launch::async, [this, i] { return Submit(static_cast<std::int64_t>(i)); }));
  }
  ASSERT_TRUE(Eventually([&] { return executor.size() == 2; }));
  executor.RunAll();
  for (std::size_t i = 0; i < kCallers; ++i) {
    const auto answer = answers[i].get();
    if (i % 2 == 0) {
      EXPECT_EQ(answer.value_or(-1), static_cast<std::int64_t>(i));
    } else {
      EXPECT_EQ(answer.status().code(), StatusCode::kInvalidArgument);
    }
  }
  EXPECT_EQ(together.Get(), std::vector<std::size_t>(1, kCallers));
}

TEST_F(GatheredCallsTest, ALoneCallWaitsForNobody) {
  scores_.on_submit = TakeEven;
  ServeOn(pool_);
  for (const std::int64_t value : {2, 4, 6}) EXPECT_EQ(Submit(value).value_or(-1), value);
}

TEST_F(GatheredCallsTest, WhatDoesNotFitIsServedAlone) {
  Shared<std::size_t> most;
  scores_.on_submit = [&](std::span<const FakeScores::SubmitCall> calls) {
    most.Set((std::max)(most.Get(), calls.size()));
    return TakeEven(calls);
  };
  ServeOn(pool_);
  scores_.together = false;
  EXPECT_EQ(Submit(2).value_or(-1), 2);
  EXPECT_EQ(most.Get(), 1U);
}

/// An executor that shuts down under its users.
class ClosedExecutor final : public Executor {
 public:
  void Post(Task) override {}
  TimerId PostAt(TimePoint, Task) override { return 0; }
  bool Cancel(TimerId) override { return false; }
};

TEST_F(GatheredCallsTest, CallsThatAreDroppedAreAnsweredAndSoAreTheNext) {
  ClosedExecutor closed;
  ServeOn(closed);
  for (int i = 0; i < 2; ++i) {
    const Status status = Submit(2).status();
    EXPECT_EQ(status.code(), StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(status), "SERVER_DRAINING");
  }
}

}  // namespace
}  // namespace oofgg::rpc
