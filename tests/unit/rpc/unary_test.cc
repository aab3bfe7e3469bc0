#include "rpc/unary.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <future>
#include <string>

#include "oofgg/bounded_executor.h"
#include "rpc/player_service_impl.h"
#include "tests/unit/rpc/rpc_fixture.h"
#include "v1/api/auth/auth_service.grpc.pb.h"
#include "v1/api/common/player_service.grpc.pb.h"

namespace oofgg::rpc {
namespace {

using std::chrono::milliseconds;
namespace auth_pb = ::v1::api::auth;
namespace player = ::v1::api::player;

class UnaryTest : public RpcTest {
 protected:
  Status GetPlayer() {
    grpc::ClientContext context;
    Prepare(context);
    player::StandardResponse response;
    return FromGrpc(::v1::api::common::PlayerService::NewStub(channel_)->GetPlayer(
        &context, player::PlayerGet(), &response));
  }

  Status Login(const std::string& name, milliseconds timeout = milliseconds(60'000)) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + timeout);
    auth_pb::LoginRequest request;
    request.set_username(name);
    auth_pb::LoginResponse response;
    return FromGrpc(auth_pb::AuthService::NewStub(channel_)->Login(&context, request, &response));
  }
};

TEST_F(UnaryTest, AnswersWhatTheFacadeSaid) {
  Serve();
  grpc::ClientContext context;
  Prepare(context);
  player::StandardResponse response;
  ASSERT_TRUE(::v1::api::common::PlayerService::NewStub(channel_)
                  ->GetPlayer(&context, player::PlayerGet(), &response)
                  .ok());
  EXPECT_EQ(response.code(), 0);
  EXPECT_EQ(response.single_player().id(), "ada");
}

TEST_F(UnaryTest, WhatIsAtHandNeedsNoOtherThread) {
  players_.on_call = [](const CallContext&) -> StatusOr<Player> {
    ADD_FAILURE() << "asked";
    return Player{};
  };
  players_.at_hand = [](const CallContext& context) {
    Player player;
    player.id = "here is " + context.caller->user_id;
    return StatusOr<Player>(player);
  };
  Serve();
  grpc::ClientContext context;
  Prepare(context);
  player::StandardResponse response;
  ASSERT_TRUE(::v1::api::common::PlayerService::NewStub(channel_)
                  ->GetPlayer(&context, player::PlayerGet(), &response)
                  .ok());
  EXPECT_EQ(response.single_player().id(), "here is ada");
}

TEST_F(UnaryTest, ARefusalMayBeAtHandToo) {
  players_.at_hand = [](const CallContext&) -> StatusOr<Player> {
    return MakeStatus(StatusCode::kPermissionDenied, "you may not");
  };
  Serve();
  EXPECT_EQ(GetPlayer().code(), StatusCode::kPermissionDenied);
}

TEST_F(UnaryTest, WithoutATokenNothingIsAtHand) {
  players_.at_hand = [](const CallContext&) {
    ADD_FAILURE() << "asked";
    return StatusOr<Player>(Player{});
  };
  Serve();
  grpc::ClientContext context;
  Prepare(context, "bad");
  player::StandardResponse response;
  EXPECT_EQ(::v1::api::common::PlayerService::NewStub(channel_)
                ->GetPlayer(&context, player::PlayerGet(), &response)
                .error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(UnaryTest, FailuresArriveWithTheirDetails) {
  const Status refusal = WithReason(
      WithRetryAfter(InvalidField("username", "is taken; take another"), milliseconds(1'500)), "TAKEN");
  // By value: gRPC's own threads, of which the sanitizer sees nothing, carry the answer here.
  players_.on_call = [refusal](const CallContext&) -> StatusOr<Player> { return refusal; };
  Serve();
  const Status status = GetPlayer();
  EXPECT_EQ(status.code(), refusal.code());
  EXPECT_EQ(status.message(), refusal.message());
  EXPECT_EQ(FieldViolationsOf(status), FieldViolationsOf(refusal));
  EXPECT_EQ(RetryAfterOf(status), milliseconds(1'500));
  EXPECT_EQ(ReasonOf(status), "TAKEN");
}

TEST_F(UnaryTest, EveryCodeArrives) {
  Shared<Status> told;
  players_.on_call = [&](const CallContext&) -> StatusOr<Player> { return told.Get(); };
  Serve();
  for (int code = 1; code <= 16; ++code) {
    told.Set(MakeStatus(static_cast<StatusCode>(code), "m"));
    EXPECT_EQ(static_cast<int>(GetPlayer().code()), code);
  }
}

TEST_F(UnaryTest, BadFieldsAreNamedBeforeTheFacadeIsAsked) {
  players_.on_call = [](const CallContext&) -> StatusOr<Player> {
    ADD_FAILURE() << "asked";
    return Player{};
  };
  Serve();
  grpc::ClientContext context;
  Prepare(context);
  player::Player request;
  request.set_type(static_cast<player::PlayerType>(99));
  player::StandardResponse response;
  const Status status = FromGrpc(
      ::v1::api::common::PlayerService::NewStub(channel_)->CreatePlayer(&context, request, &response));
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  ASSERT_EQ(FieldViolationsOf(status).size(), 1u);
  EXPECT_EQ(FieldViolationsOf(status)[0].field, "type");
}

TEST_F(UnaryTest, CallersDoNotWaitPastTheirDeadline) {
  auth_.on_login = [&](const CallContext&, const LoginRequest&) -> StatusOr<AuthTokens> {
    gate_.Wait();
    return AuthTokens{};
  };
  Serve();
  EXPECT_EQ(Login("ada", milliseconds(20)).code(), StatusCode::kDeadlineExceeded);
  gate_.Open();
}

TEST_F(UnaryTest, CallsWhoseCallerGaveUpHoldNobodyUp) {
  Shared<std::string> last_begun;
  BoundedExecutor one_thread(1, 8);
  hashing_ = Lane(one_thread, milliseconds(100));
  auth_.on_login = [&](const CallContext&, const LoginRequest& request) -> StatusOr<AuthTokens> {
    last_begun.Set(request.username);
    entered_.Open();
    gate_.Wait();
    return AuthTokens{};
  };
  Serve();
  auto first = std::async(std::launch::async, [&] { return Login("first"); });
  entered_.Wait();
  EXPECT_EQ(Login("late", milliseconds(20)).code(), StatusCode::kDeadlineExceeded);
  auto last = std::async(std::launch::async, [&] { return Login("last"); });
  gate_.Open();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(last.get().ok());
  EXPECT_EQ(last_begun.Get(), "last");
}

TEST_F(UnaryTest, FloodsAreShedWithADelay) {
  BoundedExecutor one_thread(1, 0);
  hashing_ = Lane(one_thread, milliseconds(250));
  auth_.on_login = [&](const CallContext&, const LoginRequest&) -> StatusOr<AuthTokens> {
    entered_.Open();
    gate_.Wait();
    return AuthTokens{};
  };
  Serve();
  auto first = std::async(std::launch::async, [&] { return Login("first"); });
  entered_.Wait();
  const Status shed = Login("second");
  EXPECT_EQ(shed.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryAfterOf(shed), milliseconds(250));
  EXPECT_EQ(ReasonOf(shed), "OVERLOADED");
  EXPECT_TRUE(GetPlayer().ok()) << "other methods are not slowed down";
  gate_.Open();
  EXPECT_TRUE(first.get().ok());
}

/// An executor that shuts down under its users.
class GoneExecutor : public Executor {
 public:
  void Post(Task) override {}
  TimerId PostAt(TimePoint, Task) override { return 0; }
  bool Cancel(TimerId) override { return false; }
};

TEST_F(UnaryTest, CallsThatAreDroppedAreAnswered) {
  GoneExecutor gone;
  hashing_ = Lane(gone);
  Serve();
  const Status status = Login("ada");
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), "SERVER_DRAINING");
}

}  // namespace
}  // namespace oofgg::rpc
