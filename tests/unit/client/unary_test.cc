#include <gtest/gtest.h>

#include <optional>

#include "client/core.h"
#include "client/unary_call.h"
#include "oofgg/dispatcher.h"
#include "tests/unit/client/fake_transport.h"

namespace oofgg {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::FakeTransport;
namespace methods = wire::methods;

class UnaryTest : public ::testing::Test {
 protected:
  FakeTransport& transport() { return *setting_.transport; }

  testing::FakeSetting setting_;
  std::unique_ptr<Client> client_ = setting_.NewPlayer();
  std::optional<StatusOr<Ticket>> result_;

  Call GetTicket(CallOptions options = {}) {
    return client_->matchmaking().GetTicket(
        {"t1"}, [this](StatusOr<Ticket> ticket) { result_ = std::move(ticket); }, options);
  }
  Call CreateTicket(CallOptions options = {}) {
    return client_->matchmaking().CreateTicket(
        {}, [this](StatusOr<Ticket> ticket) { result_ = std::move(ticket); }, options);
  }
};

TEST_F(UnaryTest, SendsTokenAndDeadlineAndDecodesTheAnswer) {
  const Call call = GetTicket({.timeout = seconds(3)});
  ASSERT_EQ(transport().unaries.size(), 1u);
  EXPECT_EQ(transport().last().call.method, "/oofgg.v1.MatchmakingService/GetTicket");
  EXPECT_EQ(transport().last().Header("authorization"), "Bearer access-1");
  EXPECT_EQ(transport().last().Header("idempotency-key"), "") << "reading creates nothing";
  EXPECT_EQ(transport().last().call.deadline, setting_.clock.Now() + seconds(3));
  const auto request = wire::DecodeRequest<methods::GetTicket>(transport().last().request);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->id, "t1");

  Ticket ticket;
  ticket.id = "t1";
  transport().last().Answer<methods::GetTicket>(ticket);
  EXPECT_FALSE(result_.has_value()) << "never inline: callbacks run where the user says";
  setting_.executor.RunReady();
  ASSERT_TRUE(result_.has_value());
  ASSERT_TRUE(result_->ok());
  EXPECT_EQ((**result_).id, "t1");
}

TEST_F(UnaryTest, AWayInSendsNoToken) {
  const Call call = client_->auth().Login({"ann", "secret"}, [](const StatusOr<AuthTokens>&) {});
  EXPECT_EQ(transport().last().Header("authorization"), "");
}

TEST_F(UnaryTest, WithoutASessionTheCallFailsButNotInline) {
  client_->SetTokens({});
  const Call call = GetTicket();
  EXPECT_FALSE(result_.has_value());
  setting_.executor.RunReady();
  ASSERT_TRUE(result_.has_value());
  EXPECT_EQ(result_->status().code(), StatusCode::kUnauthenticated);
  EXPECT_TRUE(transport().unaries.empty());
}

TEST_F(UnaryTest, RetriesUnavailableWithTheSameKey) {
  const Call call = CreateTicket();
  const std::string key = transport().last().Header("idempotency-key");
  EXPECT_EQ(key.size(), 36u);
  transport().last().Reply(MakeStatus(StatusCode::kUnavailable, "gone"));
  setting_.executor.AdvanceBy(milliseconds(100));
  ASSERT_EQ(transport().unaries.size(), 2u);
  EXPECT_EQ(transport().last().Header("idempotency-key"), key);
  EXPECT_EQ(transport().last().call.deadline, transport().unaries[0]->call.deadline)
      << "one deadline covers all attempts";
  transport().last().Answer<methods::CreateTicket>({});
  setting_.executor.RunReady();
  EXPECT_TRUE(result_.has_value() && result_->ok());
}

TEST_F(UnaryTest, DifferentCallsHaveDifferentKeysUnlessGiven) {
  const Call first = CreateTicket();
  const Call second = CreateTicket();
  const Call third = CreateTicket({.idempotency_key = "mine"});
  EXPECT_NE(transport().unaries[0]->Header("idempotency-key"),
            transport().unaries[1]->Header("idempotency-key"));
  EXPECT_EQ(transport().unaries[2]->Header("idempotency-key"), "mine");
}

TEST_F(UnaryTest, GivesUpAfterTheLastAttempt) {
  const Call call = GetTicket({.timeout = minutes(10)});
  for (int attempt = 1; attempt <= 6; ++attempt) {
    ASSERT_EQ(transport().unaries.size(), static_cast<std::size_t>(attempt));
    transport().last().Reply(MakeStatus(StatusCode::kUnavailable, "gone"));
    setting_.executor.AdvanceBy(seconds(5));
  }
  EXPECT_EQ(transport().unaries.size(), 6u);
  ASSERT_TRUE(result_.has_value());
  EXPECT_EQ(result_->status().code(), StatusCode::kUnavailable);
}

TEST_F(UnaryTest, DoesNotWaitPastItsDeadline) {
  const Call call = GetTicket({.timeout = milliseconds(500)});
  transport().last().Reply(RetryLater(StatusCode::kUnavailable, "restarting", seconds(1)));
  setting_.executor.RunReady();
  ASSERT_TRUE(result_.has_value()) << "the answer is known: waiting on would help nobody";
  EXPECT_EQ(result_->status().code(), StatusCode::kUnavailable);
}

TEST_F(UnaryTest, HonoursTheServersRetryDelay) {
  const Call call = GetTicket();
  transport().last().Reply(RetryLater(StatusCode::kResourceExhausted, "too many", seconds(2)));
  setting_.executor.AdvanceBy(milliseconds(1'999));
  EXPECT_EQ(transport().unaries.size(), 1u);
  setting_.executor.AdvanceBy(milliseconds(101));
  EXPECT_EQ(transport().unaries.size(), 2u);
}

TEST_F(UnaryTest, ATimeoutBelowZeroHasRunOut) {
  const Call call = GetTicket({.timeout = milliseconds(-1)});
  EXPECT_LT(transport().last().call.deadline, setting_.clock.Now());
}

TEST_F(UnaryTest, ALoginWhoseAnswerWasLostIsRepeated) {
  std::optional<StatusOr<AuthTokens>> tokens;
  const Call call =
      client_->auth().Login({"ann", "secret"}, [&](auto answer) { tokens = std::move(answer); });
  transport().last().Reply(MakeStatus(StatusCode::kUnavailable, "the answer was lost"));
  setting_.executor.AdvanceBy(milliseconds(100));
  ASSERT_EQ(transport().unaries.size(), 2u);
  transport().last().Answer<methods::Login>(testing::TokensNumber(2));
  setting_.executor.RunReady();
  EXPECT_TRUE(tokens.has_value() && tokens->ok());
}

TEST_F(UnaryTest, AMethodThatMustNotBeRepeatedIsNot) {
  auto core = std::make_shared<internal::ClientCore>(setting_.transport, setting_.Options());
  std::optional<Status> status;
  auto call = std::make_shared<internal::UnaryCall>(
      core,
      wire::MethodInfo{.path = "/a.B/C", .idempotency = wire::Idempotency::kNever, .needs_token = false}, "",
      CallOptions(), [&](const StatusOr<std::string>& reply) {
        status = reply.status();
        return Task();
      });
  call->Start();
  transport().last().Reply(RetryLater(StatusCode::kUnavailable, "gone", milliseconds(1)));
  setting_.executor.AdvanceBy(seconds(20));
  EXPECT_EQ(transport().unaries.size(), 1u);
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->code(), StatusCode::kUnavailable);
  core->Shutdown();
}

TEST_F(UnaryTest, OtherErrorsAreNotRetried) {
  for (const StatusCode code :
       {StatusCode::kInvalidArgument, StatusCode::kDeadlineExceeded, StatusCode::kInternal,
        StatusCode::kResourceExhausted, StatusCode::kAborted, StatusCode::kUnknown}) {
    const std::size_t before = transport().unaries.size();
    result_.reset();
    const Call call = GetTicket();
    transport().last().Reply(MakeStatus(code, "no"));
    setting_.executor.AdvanceBy(seconds(20));
    ASSERT_TRUE(result_.has_value());
    EXPECT_EQ(result_->status().code(), code);
    EXPECT_EQ(transport().unaries.size(), before + 1) << absl::StatusCodeToString(code);
  }
}

TEST_F(UnaryTest, KeepsTheDetailsOfAnError) {
  const Call call = GetTicket();
  transport().last().Reply(InvalidField("id", "is empty; name a ticket"));
  setting_.executor.RunReady();
  ASSERT_TRUE(result_.has_value());
  EXPECT_EQ(FieldViolationsOf(result_->status()),
            (std::vector<FieldViolation>{{"id", "is empty; name a ticket"}}));
}

TEST_F(UnaryTest, AnAnswerThatCannotBeReadIsAnError) {
  const Call call = GetTicket();
  transport().last().Reply(std::string("\xff\xff\xff"));
  setting_.executor.RunReady();
  ASSERT_TRUE(result_.has_value());
  EXPECT_EQ(result_->status().code(), StatusCode::kInternal);
}

TEST_F(UnaryTest, DroppingCancelsAtOnce) {
  { const Call call = GetTicket(); }
  EXPECT_TRUE(transport().last().is_dropped);
  transport().last().Answer<methods::GetTicket>({});
  setting_.executor.RunReady();
  EXPECT_FALSE(result_.has_value());
}

TEST_F(UnaryTest, DroppingStopsACallbackThatIsAlreadyQueued) {
  {
    const Call call = GetTicket();
    transport().last().Answer<methods::GetTicket>({});
  }
  setting_.executor.RunReady();
  EXPECT_FALSE(result_.has_value());
}

TEST_F(UnaryTest, DroppingStopsTheNextAttempt) {
  {
    const Call call = GetTicket();
    transport().last().Reply(MakeStatus(StatusCode::kUnavailable, "gone"));
  }
  setting_.executor.AdvanceBy(seconds(20));
  EXPECT_EQ(transport().unaries.size(), 1u);
}

TEST_F(UnaryTest, ADetachedCallRunsOn) {
  GetTicket().Detach();
  EXPECT_FALSE(transport().last().is_dropped);
  transport().last().Answer<methods::GetTicket>({});
  setting_.executor.RunReady();
  EXPECT_TRUE(result_.has_value());
}

TEST_F(UnaryTest, ACallbackMayDropItsOwnCall) {
  Call call;
  bool ran = false;
  call = client_->matchmaking().GetTicket({"t1"}, [&](const StatusOr<Ticket>&) {
    call = Call();
    ran = true;
  });
  transport().last().Answer<methods::GetTicket>({});
  setting_.executor.RunReady();
  EXPECT_TRUE(ran);
}

TEST_F(UnaryTest, AFinishedCallHoldsNothingThoughItsHandleIsKept) {
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> weak = captured;
  const Call kept = client_->matchmaking().GetTicket(
      {"t1"}, [captured = std::move(captured)](const StatusOr<Ticket>&) { (void)captured; });
  transport().last().Answer<methods::GetTicket>({});
  setting_.executor.RunReady();
  EXPECT_TRUE(weak.expired());
  EXPECT_TRUE(transport().last().is_dropped) << "a transport waits for its handles when it ends";
}

TEST_F(UnaryTest, ACallbackMayStartTheNextCall) {
  Call next;
  const Call call =
      client_->matchmaking().GetTicket({"t1"}, [&](const StatusOr<Ticket>&) { next = GetTicket(); });
  transport().last().Answer<methods::GetTicket>({});
  setting_.executor.RunReady();
  ASSERT_EQ(transport().unaries.size(), 2u);
  transport().last().Answer<methods::GetTicket>({});
  setting_.executor.RunReady();
  EXPECT_TRUE(result_.has_value());
}

TEST_F(UnaryTest, DestroyingTheClientSilencesEveryCall) {
  Call kept = GetTicket();
  GetTicket().Detach();
  transport().unaries[1]->Answer<methods::GetTicket>({});  // Queued, not yet delivered.
  client_.reset();
  EXPECT_TRUE(transport().unaries[0]->is_dropped);
  setting_.executor.AdvanceBy(minutes(1));
  EXPECT_FALSE(result_.has_value());
}

TEST_F(UnaryTest, ACallbackMayDestroyTheClient) {
  bool ran = false;
  client_->matchmaking()
      .GetTicket({"t1"},
                 [&](const StatusOr<Ticket>&) {
                   client_.reset();
                   ran = true;
                 })
      .Detach();
  transport().last().Answer<methods::GetTicket>({});
  setting_.executor.RunReady();
  EXPECT_TRUE(ran);
  EXPECT_EQ(client_, nullptr);
}

TEST_F(UnaryTest, CallbacksWaitForTheGamesTick) {
  Dispatcher dispatcher(setting_.clock);
  ClientOptions options = setting_.Options();
  options.callbacks = &dispatcher;
  client_ = setting_.NewPlayer(options);
  const Call call = GetTicket();
  transport().last().Answer<methods::GetTicket>({});
  setting_.executor.RunReady();
  EXPECT_FALSE(result_.has_value());
  EXPECT_EQ(dispatcher.Tick(), 1u);
  EXPECT_TRUE(result_.has_value());
  client_.reset();
}

TEST_F(UnaryTest, ABlockingCallThatWouldWaitForItsOwnTickSaysSo) {
  Dispatcher dispatcher(setting_.clock);
  ClientOptions options = setting_.Options();
  options.callbacks = &dispatcher;
  options.executor = &dispatcher;
  client_ = setting_.NewPlayer(options);
  Status call;
  Status refresh;
  Status await;
  dispatcher.Post([&] {
    call = client_->matchmaking().GetTicket({"t1"}).status();
    refresh = client_->auth().Refresh().status();
    await = client_->matchmaking().AwaitTicket({"t1"}, {}).status();
  });
  dispatcher.Tick();
  EXPECT_EQ(call.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(refresh.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(await.code(), StatusCode::kFailedPrecondition);
  EXPECT_TRUE(transport().unaries.empty() && transport().streams.empty());
  client_.reset();
}

TEST_F(UnaryTest, ASmallClientThatOutlivesTheClientAnswersCancelled) {
  MatchmakingClient matchmaking = client_->matchmaking();
  AuthClient auth = client_->auth();
  client_.reset();
  EXPECT_EQ(matchmaking.GetTicket({"t1"}).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(matchmaking.AwaitTicket({"t1"}, {}).status().code(), StatusCode::kCancelled);
  EXPECT_EQ(auth.Refresh().status().code(), StatusCode::kCancelled);
  const Call call = matchmaking.GetTicket({"t1"}, [](const StatusOr<Ticket>&) { FAIL(); });
  setting_.executor.AdvanceBy(seconds(20));
  EXPECT_TRUE(transport().unaries.empty());
}

TEST_F(UnaryTest, ABlockingCallPumps) {
  ClientOptions options = setting_.Options();
  int pumped = 0;
  options.pump = [&] {
    if (++pumped == 3) transport().last().Answer<methods::GetTicket>({});
    return true;
  };
  client_ = setting_.NewPlayer(options);
  EXPECT_TRUE(client_->matchmaking().GetTicket({"t1"}).ok());
  EXPECT_EQ(pumped, 3);
}

TEST_F(UnaryTest, ABlockingCallThatNothingCanEndSaysSo) {
  ClientOptions options = setting_.Options();
  options.pump = [] { return false; };
  client_ = setting_.NewPlayer(options);
  EXPECT_EQ(client_->matchmaking().GetTicket({"t1"}).status().code(), StatusCode::kInternal);
  EXPECT_TRUE(transport().last().is_dropped);
}

}  // namespace
}  // namespace oofgg
