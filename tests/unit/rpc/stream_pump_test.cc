#include "rpc/stream_pump.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "oofgg/testing/manual_executor.h"
#include "oofgg/thread_pool.h"

namespace oofgg::rpc {
namespace {

using std::chrono::seconds;

/// A pump whose hooks write down what they were asked, in place of gRPC and of a handler.
class ScriptedPump : public StreamPump {
 public:
  using StreamPump::OnCancelled;
  using StreamPump::OnRead;
  using StreamPump::OnWritten;
  using StreamPump::Start;
  explicit ScriptedPump(ServiceHost& host) : StreamPump(host) {}

  std::vector<std::string> log;
  int messages = 0;  ///< How many the handler has to say.
  Status open_result;
  Status deliver_result;
  Status end;
  bool at_hand = false;
  std::function<void()> on_deliver = [] {};

 protected:
  bool IsAtHand() const override { return at_hand; }
  Status OpenHandler() override { return Note("open"), open_result; }
  Status Deliver() override {
    Note("deliver");
    on_deliver();
    return deliver_result;
  }
  void StartReading() override { Note("read"); }
  bool StartWriting() override {
    if (messages == 0) return false;
    --messages;
    Note("write");
    return true;
  }
  void CloseHandler() override { Note("close"); }
  void FinishCall(const Status& status) override {
    end = status;
    Note("finish");
  }
  void CancelCall() override { Note("cancel"); }

 private:
  void Note(const char* what) { log.emplace_back(what); }
};

using Log = std::vector<std::string>;

class StreamPumpTest : public ::testing::Test {
 protected:
  void Open() {
    pump_->Start(Status());
    executor_.RunReady();
    pump_->log.clear();
  }
  Log Run() {
    executor_.RunReady();
    return std::exchange(pump_->log, {});
  }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  ServiceHost host_{nullptr, executor_, clock_};
  std::shared_ptr<ScriptedPump> pump_ = std::make_shared<ScriptedPump>(host_);
};

TEST_F(StreamPumpTest, OpensThenReadsThenSpeaks) {
  pump_->messages = 1;
  pump_->Start(Status());
  EXPECT_TRUE(pump_->log.empty()) << "hooks run on the executor only";
  EXPECT_EQ(Run(), (Log{"open", "read", "write"}));
}

TEST_F(StreamPumpTest, SlowReaderIsNotWrittenTo) {
  Open();
  pump_->messages = 3;
  pump_->Wake();
  EXPECT_EQ(Run(), Log{"write"});
  for (int i = 0; i < 100; ++i) pump_->Wake();
  EXPECT_EQ(Run(), Log{}) << "one message is under way";
  pump_->OnWritten(true);
  EXPECT_EQ(Run(), Log{"write"});
  pump_->OnWritten(true);
  EXPECT_EQ(Run(), Log{"write"});
  pump_->OnWritten(true);
  EXPECT_EQ(Run(), Log{});
}

TEST_F(StreamPumpTest, SlowReaderStillIsHeard) {
  Open();
  pump_->messages = 1;
  pump_->Wake();
  EXPECT_EQ(Run(), Log{"write"});
  pump_->OnRead(true);
  EXPECT_EQ(Run(), Log{"deliver"});
}

TEST_F(StreamPumpTest, WhatIsAtHandIsDoneAtOnce) {
  Open();
  pump_->at_hand = true;
  pump_->messages = 1;
  pump_->Wake();
  EXPECT_EQ(std::exchange(pump_->log, {}), Log{"write"});
  pump_->OnRead(true);
  EXPECT_EQ(std::exchange(pump_->log, {}), Log{"deliver"});
  pump_->OnWritten(true);
  pump_->OnRead(false);
  EXPECT_EQ(pump_->log, Log{}) << "an end may block";
  EXPECT_EQ(Run(), (Log{"close", "finish"}));
}

TEST_F(StreamPumpTest, WhoIsWokenByADeliveryIsWrittenToWithinIt) {
  Open();
  const auto other = std::make_shared<ScriptedPump>(host_);
  other->Start(Status());
  executor_.RunReady();
  other->log.clear();
  other->messages = 1;
  other->at_hand = pump_->at_hand = true;
  pump_->on_deliver = [&] {
    other->Wake();
    EXPECT_EQ(std::exchange(other->log, {}), Log{"write"});
    other->OnRead(true);
    EXPECT_EQ(other->log, Log{}) << "or deliveries would nest without end";
  };
  pump_->OnRead(true);
  executor_.RunReady();
  EXPECT_EQ(other->log, Log{"deliver"});
}

TEST_F(StreamPumpTest, WhoGoesOnAndOnLeavesTheThreadToOthers) {
  Open();
  pump_->at_hand = true;
  constexpr std::size_t kMany = 1'000;
  pump_->on_deliver = [&] {
    if (pump_->log.size() < kMany) pump_->OnRead(true);
  };
  pump_->OnRead(true);
  EXPECT_LT(pump_->log.size(), kMany);
  EXPECT_EQ(Run().size(), kMany);
}

TEST_F(StreamPumpTest, HalfCloseClosesAndEndsWithOk) {
  Open();
  pump_->OnRead(false);
  EXPECT_EQ(Run(), (Log{"close", "finish"}));
  EXPECT_TRUE(pump_->end.ok());
}

TEST_F(StreamPumpTest, CancelClosesAtOnceAndEndsAfterTheWrite) {
  Open();
  pump_->messages = 5;
  pump_->Wake();
  Run();
  pump_->OnRead(true);
  pump_->OnCancelled();
  EXPECT_EQ(Run(), Log{"close"}) << "what was read is not delivered to nobody's handler";
  pump_->OnWritten(false);
  EXPECT_EQ(Run(), Log{"finish"});
  EXPECT_EQ(pump_->end.code(), StatusCode::kCancelled);
}

TEST_F(StreamPumpTest, FinishWritesWhatIsLeft) {
  Open();
  pump_->messages = 2;
  pump_->Finish(MakeStatus(StatusCode::kAborted, "fell behind"));
  EXPECT_EQ(Run(), Log{"write"});
  pump_->OnRead(true);
  EXPECT_EQ(Run(), Log{}) << "nothing is delivered any more";
  pump_->OnWritten(true);
  EXPECT_EQ(Run(), Log{"write"});
  pump_->OnWritten(true);
  EXPECT_EQ(Run(), (Log{"close", "finish"}));
  EXPECT_EQ(pump_->end.code(), StatusCode::kAborted);
  EXPECT_EQ(executor_.NextTimer(), std::nullopt) << "its timer went with it";
}

TEST_F(StreamPumpTest, FirstFinishWins) {
  Open();
  pump_->Finish(MakeStatus(StatusCode::kAborted, "first"));
  pump_->Finish(Status());
  EXPECT_EQ(Run(), (Log{"close", "finish"}));
  EXPECT_EQ(pump_->end.message(), "first");
}

TEST_F(StreamPumpTest, ReaderThatTakesNothingIsCut) {
  Open();
  pump_->messages = 1;
  pump_->Wake();
  Run();
  pump_->Finish(MakeStatus(StatusCode::kAborted, "fell behind"));
  EXPECT_EQ(Run(), Log{});
  executor_.AdvanceBy(StreamPump::kLastWriteTimeout - seconds(1));
  EXPECT_EQ(Run(), Log{});
  executor_.AdvanceBy(seconds(1));
  EXPECT_EQ(Run(), Log{"cancel"});
  pump_->OnWritten(false);
  EXPECT_EQ(Run(), (Log{"close", "finish"}));
}

TEST_F(StreamPumpTest, RefusedOpenEndsIt) {
  pump_->open_result = MakeStatus(StatusCode::kPermissionDenied, "not a member");
  pump_->Start(Status());
  EXPECT_EQ(Run(), (Log{"open", "close", "finish"}));
  EXPECT_EQ(pump_->end.message(), "not a member");
}

TEST_F(StreamPumpTest, RefusedCallIsNotOpened) {
  pump_->Start(MakeStatus(StatusCode::kUnauthenticated, "who are you"));
  EXPECT_EQ(Run(), (Log{"close", "finish"}));
  EXPECT_EQ(pump_->end.message(), "who are you");
}

TEST_F(StreamPumpTest, CancelledBeforeItOpenedIsNotOpened) {
  pump_->Start(Status());
  pump_->OnCancelled();
  EXPECT_EQ(Run(), (Log{"close", "finish"}));
}

TEST_F(StreamPumpTest, BadMessageEndsIt) {
  Open();
  pump_->deliver_result = InvalidField("type", "is odd");
  pump_->OnRead(true);
  EXPECT_EQ(Run(), (Log{"deliver", "close", "finish"}));
  EXPECT_EQ(pump_->end.code(), StatusCode::kInvalidArgument);
}

TEST_F(StreamPumpTest, NothingHappensAfterTheEnd) {
  Open();
  pump_->OnCancelled();
  Run();
  pump_->Wake();
  pump_->OnRead(true);
  pump_->OnRead(false);
  pump_->OnWritten(true);
  pump_->OnCancelled();
  pump_->Finish(Status());
  EXPECT_EQ(Run(), Log{});
  EXPECT_EQ(executor_.NextTimer(), std::nullopt);
}

TEST_F(StreamPumpTest, DrainEndsOpenAndLaterStreams) {
  Open();
  host_.streams().EndAll();
  EXPECT_EQ(Run(), (Log{"close", "finish"}));
  EXPECT_EQ(ReasonOf(pump_->end), "SERVER_DRAINING");
  const auto later = std::make_shared<ScriptedPump>(host_);
  later->Start(Status());
  executor_.RunReady();
  EXPECT_EQ(later->log, (Log{"close", "finish"}));
  EXPECT_EQ(ReasonOf(later->end), "SERVER_DRAINING");
}

TEST_F(StreamPumpTest, ForgottenByItsExecutorItStillEnds) {
  const auto pump = [&] {
    testing::ManualExecutor short_lived(clock_);
    ServiceHost host(nullptr, short_lived, clock_);
    auto made = std::make_shared<ScriptedPump>(host);
    made->Start(Status());
    return made;
  }();
  EXPECT_EQ(pump->log, Log{"finish"}) << "the handler's world may be gone, so it is not called";
  EXPECT_EQ(pump->end.code(), StatusCode::kUnavailable);
}

/// A pump whose peer answers at once, on whatever thread; counts its hooks, which must never overlap.
class BusyPump : public StreamPump {
 public:
  using StreamPump::OnCancelled;
  using StreamPump::OnRead;
  using StreamPump::Start;
  BusyPump(ServiceHost& host, bool at_hand) : StreamPump(host), at_hand_(at_hand) {}

  void WaitForEnd() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return is_over_; });
  }

  int delivered = 0;  // Not guarded: the pump's promise is that it need not be.
  int written = 0;
  int closed = 0;

 protected:
  Status OpenHandler() override { return {}; }
  bool IsAtHand() const override { return at_hand_; }
  Status Deliver() override {
    ++delivered;
    OnRead(true);
    return {};
  }
  void StartReading() override { OnRead(true); }
  bool StartWriting() override {
    ++written;
    OnWritten(true);
    return true;
  }
  void CloseHandler() override { ++closed; }
  void FinishCall(const Status&) override {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    ended_.notify_all();
  }
  void CancelCall() override {}

 private:
  const bool at_hand_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
};

TEST(StreamPumpThreads, HooksNeverOverlap) {
  ThreadPool pool(4);
  ServiceHost host(nullptr, pool, Clock::System());
  for (int round = 0; round < 100; ++round) {
    const auto pump = std::make_shared<BusyPump>(host, round % 3 == 0);
    pump->Start(Status());
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 50; ++n) pump->Wake();
      });
    }
    threads.emplace_back([&] { round % 2 == 0 ? pump->OnCancelled() : pump->Finish(Status()); });
    if (round % 2 != 0) pump->OnCancelled();  // A finish alone would wait for a handler that has no end.
    for (std::thread& thread : threads) thread.join();
    pump->WaitForEnd();
    EXPECT_EQ(pump->closed, 1);
    host.streams().Remove(pump.get());
  }
}

}  // namespace
}  // namespace oofgg::rpc
