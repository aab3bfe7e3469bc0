#include "tests/conformance/transport/transport_setting.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace oofgg::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Waits for one answer.
class Reply {
 public:
  explicit Reply(TransportSetting& setting) : setting_(setting) {}
  Transport::OnReply Callback() {
    return [this](StatusOr<std::string> reply) {
      {
        std::lock_guard lock(mutex_);
        ++count_;
        reply_ = std::move(reply);
      }
      setting_.Notify();
    };
  }
  bool IsThere() {
    std::lock_guard lock(mutex_);
    return reply_.has_value();
  }
  StatusOr<std::string> Get() {
    std::lock_guard lock(mutex_);
    return reply_.value_or(MakeStatus(StatusCode::kInternal, "no reply came"));
  }
  int count() {
    std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  TransportSetting& setting_;
  std::mutex mutex_;
  int count_ = 0;
  std::optional<StatusOr<std::string>> reply_;
};

/// Records what a stream says.
class StreamLog {
 public:
  explicit StreamLog(TransportSetting& setting) : setting_(setting) {}

  TransportStreamCallbacks Callbacks() {
    return {.on_accepted = [this] { OnAccepted(); },
            .on_message = [this](std::string message) { OnMessage(std::move(message)); },
            .on_closed = [this](Status status) { OnClosed(std::move(status)); }};
  }
  std::vector<std::string> messages() {
    std::lock_guard lock(mutex_);
    return messages_;
  }
  std::optional<Status> closed() {
    std::lock_guard lock(mutex_);
    return closed_;
  }

  int accepted() {
    std::lock_guard lock(mutex_);
    return accepted_;
  }

 private:
  void OnAccepted() {
    {
      std::lock_guard lock(mutex_);
      EXPECT_TRUE(messages_.empty() && !closed_.has_value()) << "accepted after a message or the close";
      ++accepted_;
    }
    setting_.Notify();
  }
  void OnMessage(std::string message) {
    {
      std::lock_guard lock(mutex_);
      EXPECT_FALSE(closed_.has_value()) << "a message after the close";
      messages_.push_back(std::move(message));
    }
    setting_.Notify();
  }
  void OnClosed(Status status) {
    {
      std::lock_guard lock(mutex_);
      EXPECT_FALSE(closed_.has_value()) << "closed twice";
      closed_ = std::move(status);
    }
    setting_.Notify();
  }

  TransportSetting& setting_;
  std::mutex mutex_;
  int accepted_ = 0;
  std::vector<std::string> messages_;
  std::optional<Status> closed_;
};

struct Factory {
  std::string name;
  std::unique_ptr<TransportSetting> (*make)();
};

/// What every transport promises; see oofgg/transport.h.
class Suite : public ::testing::TestWithParam<Factory> {
 protected:
  std::unique_ptr<TransportHandle> Start(Reply& reply, std::string request, Metadata metadata = {},
                                         Duration timeout = seconds(50), std::string method = "Unary") {
    return setting_->transport().StartUnary({.method = "/suite.Echo/" + method,
                                             .metadata = std::move(metadata),
                                             .deadline = setting_->clock().Now() + timeout},
                                            std::move(request), reply.Callback());
  }
  StatusOr<std::string> Unary(std::string request, Metadata metadata = {}, Duration timeout = seconds(50),
                              std::string method = "Unary") {
    Reply reply(*setting_);
    const auto handle = Start(reply, std::move(request), std::move(metadata), timeout, std::move(method));
    EXPECT_TRUE(setting_->RunUntil([&] { return reply.IsThere(); }));
    return reply.Get();
  }
  std::unique_ptr<TransportStream> Open(StreamLog& log) {
    return setting_->transport().StartStream(
        {.method = "/suite.Echo/Stream", .metadata = {}, .deadline = kNever}, log.Callbacks());
  }

  const std::unique_ptr<TransportSetting> setting_ = GetParam().make();
};

// ThreadSanitizer makes gRPC so slow with a million that the link may be taken for dead.
#if defined(__SANITIZE_THREAD__)
constexpr std::size_t kManyBytes = 100'000;
#else
constexpr std::size_t kManyBytes = 1'000'000;
#endif

TEST_P(Suite, CarriesAnyBytes) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& bytes : {std::string(), std::string("x"), all, std::string(kManyBytes, '\x7f')}) {
    const auto reply = Unary(bytes);
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_TRUE(*reply == bytes) << "of " << bytes.size() << " bytes";
  }
}

TEST_P(Suite, CarriesMetadata) {
  const auto reply =
      Unary("", {{"x-one", "1"}, {"authorization", "Bearer t"}, {"x-two", "2 2"}}, seconds(20), "Headers");
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(*reply, "authorization=Bearer t\nx-one=1\nx-two=2 2\n");
}

TEST_P(Suite, ErrorsKeepCodeMessageAndDetails) {
  for (const StatusCode code : {StatusCode::kInvalidArgument, StatusCode::kUnauthenticated,
                                StatusCode::kUnavailable, StatusCode::kAborted, StatusCode::kDataLoss}) {
    const Status status = Unary("", {{"x-fail", std::to_string(static_cast<int>(code))}}).status();
    EXPECT_EQ(status.code(), code);
    EXPECT_NE(std::string(status.message()).find("wrong"), std::string::npos) << status;
    EXPECT_EQ(ReasonOf(status), "SUITE");
    ASSERT_EQ(FieldViolationsOf(status).size(), 1u);
    EXPECT_EQ(FieldViolationsOf(status)[0].field, "field");
  }
}

TEST_P(Suite, MetadataThatIsNoHeaderIsAnErrorAndNothingWorse) {
  for (const std::string& value : {std::string("two\nlines"), std::string("nul\0", 4),
                                   std::string("\xc3\xa9"), std::string("tab\t"), std::string("\x7f")}) {
    const Status status = Unary("", {{"x-one", value}}).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
    ASSERT_EQ(FieldViolationsOf(status).size(), 1u);
    EXPECT_EQ(FieldViolationsOf(status)[0].field, "x-one");
  }
  for (const char* name : {"", "X-One", "x one", ":path", "x\n"}) {
    EXPECT_EQ(Unary("", {{name, "1"}}).status().code(), StatusCode::kInvalidArgument) << name;
  }
  StreamLog log(*setting_);
  const auto stream = setting_->transport().StartStream(
      {.method = "/suite.Echo/Stream", .metadata = {{"x-one", "two\nlines"}}, .deadline = kNever},
      log.Callbacks());
  stream->Write("x");
  ASSERT_TRUE(setting_->RunUntil([&] { return log.closed().has_value(); }));
  EXPECT_EQ(log.closed()->code(), StatusCode::kInvalidArgument) << *log.closed();
  EXPECT_TRUE(log.messages().empty());
  EXPECT_TRUE(Unary("after").ok());
}

TEST_P(Suite, AnUnknownMethodIsUnimplemented) {
  EXPECT_EQ(Unary("", {}, seconds(20), "Nothing").status().code(), StatusCode::kUnimplemented);
}

TEST_P(Suite, ADeadlineEndsACall) {
  EXPECT_EQ(Unary("", {{"x-hang", "1"}}, setting_->too_short()).status().code(),
            StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Unary("", {}, milliseconds(-1)).status().code(), StatusCode::kDeadlineExceeded) << "already over";
}

TEST_P(Suite, ADroppedCallNeverCallsBack) {
  Reply dropped(*setting_);
  { const auto handle = Start(dropped, "", {{"x-hang", "1"}}); }
  EXPECT_EQ(dropped.count(), 0);
  // These may be answered before they are dropped, but not after.
  for (int n = 0; n < 50; ++n) {
    const auto handle = Start(dropped, "x");
  }
  const int answered = dropped.count();
  EXPECT_TRUE(Unary("after").ok());
  EXPECT_EQ(dropped.count(), answered);
}

TEST_P(Suite, ACallbackMayDropItsOwnCall) {
  std::unique_ptr<TransportHandle> handle;
  std::mutex mutex;
  std::atomic<bool> dropped = false;
  {
    std::lock_guard lock(mutex);
    handle =
        setting_->transport().StartUnary({.method = "/suite.Echo/Unary", .metadata = {}, .deadline = kNever},
                                         "x", [&](const StatusOr<std::string>&) {
                                           std::lock_guard inner(mutex);
                                           handle.reset();
                                           dropped = true;
                                           setting_->Notify();
                                         });
  }
  EXPECT_TRUE(setting_->RunUntil([&] { return dropped.load(); }));
  const std::lock_guard lock(mutex);  // The callback is out of it before it goes.
}

TEST_P(Suite, StreamsKeepTheOrderBothWays) {
  StreamLog log(*setting_);
  const auto stream = Open(log);
  std::vector<std::string> sent;
  for (int n = 0; n < 512; ++n) {
    sent.push_back(std::to_string(n));
    ASSERT_TRUE(stream->Write(sent.back())) << "a transport's queue takes 512";
  }
  ASSERT_TRUE(setting_->RunUntil([&] { return log.messages().size() == sent.size(); }));
  EXPECT_EQ(log.messages(), sent);
  stream->HalfClose();
  EXPECT_FALSE(stream->Write("late"));
  ASSERT_TRUE(setting_->RunUntil([&] { return log.closed().has_value(); }));
  EXPECT_TRUE(log.closed()->ok()) << *log.closed();
  EXPECT_FALSE(stream->Write("later"));
}

TEST_P(Suite, AStreamIsAcceptedOnceBeforeItsFirstMessage) {
  StreamLog log(*setting_);
  const auto stream = Open(log);
  ASSERT_TRUE(setting_->RunUntil([&] { return log.accepted() > 0; })) << "though nothing was said";
  ASSERT_TRUE(stream->Write("x"));
  ASSERT_TRUE(setting_->RunUntil([&] { return !log.messages().empty(); }));
  EXPECT_EQ(log.accepted(), 1);
}

TEST_P(Suite, ARefusedStreamIsNotAccepted) {
  StreamLog log(*setting_);
  const auto stream = setting_->transport().StartStream(
      {.method = "/suite.Echo/Nothing", .metadata = {}, .deadline = kNever}, log.Callbacks());
  ASSERT_TRUE(setting_->RunUntil([&] { return log.closed().has_value(); }));
  EXPECT_EQ(log.closed()->code(), StatusCode::kUnimplemented) << *log.closed();
  EXPECT_EQ(log.accepted(), 0);
}

TEST_P(Suite, AHalfCloseComesAfterWhatWasWritten) {
  StreamLog log(*setting_);
  const auto stream = Open(log);
  for (int n = 0; n < 20; ++n) ASSERT_TRUE(stream->Write("x"));
  stream->HalfClose();
  ASSERT_TRUE(setting_->RunUntil([&] { return log.closed().has_value(); }));
  EXPECT_EQ(log.messages().size(), 20u);
}

TEST_P(Suite, AStreamsErrorComesAfterItsMessagesWithDetails) {
  StreamLog log(*setting_);
  const auto stream = Open(log);
  ASSERT_TRUE(stream->Write("one"));
  ASSERT_TRUE(stream->Write("fail"));
  ASSERT_TRUE(setting_->RunUntil([&] { return log.closed().has_value(); }));
  EXPECT_EQ(log.messages(), std::vector<std::string>{"one"});
  EXPECT_EQ(log.closed()->code(), StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(*log.closed()), "SUITE");
}

TEST_P(Suite, ADroppedStreamNeverCallsBack) {
  for (int n = 0; n < 20; ++n) {
    auto log = std::make_unique<StreamLog>(*setting_);
    auto stream = Open(*log);
    EXPECT_TRUE(stream->Write("flood"));
    const bool waits = n % 2 == 0;
    EXPECT_TRUE(setting_->RunUntil([&] { return !waits || !log->messages().empty(); }));
    stream.reset();
    log.reset();  // A late callback would be seen by the sanitizers.
  }
  EXPECT_TRUE(Unary("after").ok());
}

TEST_P(Suite, TheWriteQueueIsBounded) {
  StreamLog log(*setting_);
  const auto stream = setting_->transport().StartStream(
      {.method = "/suite.Echo/Unread", .metadata = {}, .deadline = kNever}, log.Callbacks());
  const std::string large(100'000, 'x');
  int taken = 0;
  while (taken < 100'000 && stream->Write(large)) ++taken;
  EXPECT_LT(taken, 100'000);
}

TEST_P(Suite, ADeadFarEndIsUnavailable) {
  StreamLog log(*setting_);
  const auto stream = Open(log);
  ASSERT_TRUE(stream->Write("x"));
  ASSERT_TRUE(setting_->RunUntil([&] { return !log.messages().empty(); }));
  setting_->KillFarEnd();
  ASSERT_TRUE(setting_->RunUntil([&] { return log.closed().has_value(); }));
  EXPECT_EQ(log.closed()->code(), StatusCode::kUnavailable) << *log.closed();
  EXPECT_EQ(Unary("x").status().code(), StatusCode::kUnavailable);
}

INSTANTIATE_TEST_SUITE_P(Transports, Suite,
                         ::testing::Values(Factory{"grpc", MakeGrpcSetting},
                                           Factory{"memory", MakeMemorySetting}),
                         [](const auto& factory) { return factory.param.name; });

}  // namespace
}  // namespace oofgg::testing
