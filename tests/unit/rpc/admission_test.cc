#include "rpc/admission.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "rpc/caller_address.h"
#include "tests/support/inbox.h"
#include "tests/unit/rpc/rpc_fixture.h"
#include "v1/api/auth/auth_service.grpc.pb.h"
#include "v1/api/common/player_service.grpc.pb.h"

namespace oofgg::rpc {
namespace {

using std::chrono::seconds;
namespace player = ::v1::api::player;

class AdmissionTest : public RpcTest {
 protected:
  using Metadata = std::vector<std::pair<std::string, std::string>>;

  Status GetPlayer(const Metadata& metadata) {
    grpc::ClientContext context;
    for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
    player::StandardResponse response;
    return FromGrpc(::v1::api::common::PlayerService::NewStub(channel_)->GetPlayer(
        &context, player::PlayerGet(), &response));
  }
};

TEST_F(AdmissionTest, RefusesWhoHasNoGoodToken) {
  Serve();
  struct Case {
    Metadata metadata;
    StatusCode code;
    std::string reason;
  };
  const auto kNo = StatusCode::kUnauthenticated;
  for (const Case& c : {
           Case{{}, kNo, "TOKEN_MISSING"},
           Case{{{"authorization", "Bearer stolen"}}, kNo, "TOKEN_INVALID"},
           Case{{{"authorization", ""}}, kNo, "*"},
           Case{{{"authorization", "Bearer"}}, kNo, "*"},
           Case{{{"authorization", "Bearer "}}, kNo, "*"},
           Case{{{"authorization", "Basic good-ada"}}, kNo, "*"},
           Case{{{"authorization", "good-ada"}}, kNo, "*"},
           Case{{{"authorization", "Bearer good-ada"}, {"authorization", "Bearer good-bob"}},
                StatusCode::kInvalidArgument,
                "*"},
       }) {
    const Status status = GetPlayer(c.metadata);
    const std::string shown = c.metadata.empty() ? "nothing" : c.metadata[0].second;
    EXPECT_EQ(status.code(), c.code) << shown;
    if (c.reason != "*") {
      EXPECT_EQ(ReasonOf(status), c.reason) << shown;
    }
    EXPECT_EQ(status.message().find("good-ada"), absl::string_view::npos) << "a credential in a message";
  }
  EXPECT_TRUE(GetPlayer({{"authorization", "Bearer good-ada"}}).ok());
  EXPECT_TRUE(GetPlayer({{"authorization", "bearer good-ada"}}).ok());  // RFC 6750: in any case.
}

TEST_F(AdmissionTest, TellsTheFacadeWhoCallsAndHow) {
  Shared<CallContext> shared;
  players_.on_call = [&](const CallContext& context) {
    shared.Set(context);
    return StatusOr<Player>(Player{});
  };
  Serve();
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer good-ada");
  context.AddMetadata("idempotency-key", std::string(128, 'k'));
  context.set_deadline(std::chrono::system_clock::now() + seconds(60));
  player::StandardResponse response;
  const TimePoint before = Clock::System().Now();
  const auto status = ::v1::api::common::PlayerService::NewStub(channel_)->GetPlayer(
      &context, player::PlayerGet(), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const CallContext seen = shared.Get();
  ASSERT_TRUE(seen.caller.has_value());
  EXPECT_EQ(seen.caller->user_id, "ada");
  EXPECT_EQ(seen.bearer_token, "good-ada");
  EXPECT_EQ(seen.idempotency_key, std::string(128, 'k'));
  EXPECT_EQ(seen.peer_address, "127.0.0.1");
  EXPECT_GT(seen.deadline, before);
  EXPECT_LE(seen.deadline, Clock::System().Now() + seconds(62));  // On the wire it is rounded up.
}

TEST_F(AdmissionTest, CallsWithoutDeadlineOrTokenHaveNone) {
  Shared<CallContext> shared;
  auth_.on_login = [&](const CallContext& context, const LoginRequest&) {
    shared.Set(context);
    return StatusOr<AuthTokens>(AuthTokens{});
  };
  Serve();
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer nonsense");  // Not looked at: a way in.
  ::v1::api::auth::LoginResponse response;
  const auto status = ::v1::api::auth::AuthService::NewStub(channel_)->Login(
      &context, ::v1::api::auth::LoginRequest(), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const CallContext seen = shared.Get();
  EXPECT_FALSE(seen.caller.has_value());
  EXPECT_EQ(seen.bearer_token, "");
  EXPECT_EQ(seen.deadline, kNever);
}

TEST_F(AdmissionTest, RefusesIdempotencyKeysThatAreNoKeys) {
  Serve();
  const std::pair<std::string, std::string> ada{"authorization", "Bearer good-ada"};
  for (const Metadata& metadata : {Metadata{ada, {"idempotency-key", std::string(129, 'k')}},
                                   Metadata{ada, {"idempotency-key", "a"}, {"idempotency-key", "b"}}}) {
    const Status status = GetPlayer(metadata);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    ASSERT_EQ(FieldViolationsOf(status).size(), 1u);
    EXPECT_EQ(FieldViolationsOf(status)[0].field, "idempotency-key");
  }
}

TEST_F(AdmissionTest, TellsTheFacadeWhatTheClientCallsItself) {
  Shared<CallContext> shared;
  players_.on_call = [&](const CallContext& context) {
    shared.Set(context);
    return StatusOr<Player>(Player{});
  };
  Serve();
  const std::pair<std::string, std::string> ada{"authorization", "Bearer good-ada"};
  const auto name_seen = [&](const std::string& sent) {
    EXPECT_TRUE(GetPlayer({ada, {"x-user-agent", sent}}).ok());
    return shared.Get().client_name;
  };
  EXPECT_EQ(name_seen("Space Race 1.2 on Linux"), "Space Race 1.2 on Linux");
  EXPECT_EQ(name_seen(std::string(200, 'x')), std::string(64, 'x'));
  EXPECT_EQ(name_seen(std::string(60, 'x') + "12345"), std::string(60, 'x') + "1234");
  EXPECT_EQ(name_seen(""), "") << "who says nothing says nothing";
  EXPECT_TRUE(GetPlayer({ada}).ok());
  EXPECT_EQ(shared.Get().client_name.rfind("grpc-c++", 0), 0u) << "its library's, as that is all there is";
}

TEST(PeerAddress, LosesPortAndBrackets) {
  EXPECT_EQ(PeerAddress("ipv4:127.0.0.1:50000"), "127.0.0.1");
  EXPECT_EQ(PeerAddress("ipv6:%5B::1%5D:50000"), "::1");
  EXPECT_EQ(PeerAddress("ipv6:[2001:db8::1]:50000"), "2001:db8::1");
  EXPECT_EQ(PeerAddress("ipv6:%5Bfe80::1%25eth0%5D:50000"), "fe80::1");
  EXPECT_EQ(PeerAddress("unix:/run/oofgg"), "unix:/run/oofgg");
  EXPECT_EQ(PeerAddress(""), "");
}

/// Logins that say they come through a proxy.
class ForwardedLoginTest : public RpcTest {
 protected:
  ForwardedLoginTest() {
    auth_.on_login = [this](const CallContext& context, const LoginRequest&) -> StatusOr<AuthTokens> {
      seen_.Put(context.peer_address);
      return AuthTokens{.user_id = "ada", .access_token = "a", .refresh_token = "r"};
    };
  }
  ~ForwardedLoginTest() override { server_.reset(); }

  Status LoginFrom(const std::string& address) {
    grpc::ClientContext context;
    Prepare(context, "");
    context.AddMetadata("x-forwarded-for", address);
    ::v1::api::auth::LoginRequest request;
    request.set_username("ada");
    request.set_password("password");
    ::v1::api::auth::LoginResponse response;
    return FromGrpc(::v1::api::auth::AuthService::NewStub(channel_)->Login(&context, request, &response));
  }

  testing::Inbox<std::string> seen_;  // Addresses, by the facade.
};

TEST_F(ForwardedLoginTest, AnAddressHasSoManyCallsWithoutAToken) {
  host_.TrustProxies(AddressList::Parse("127.0.0.1").value());
  host_.LimitAnonymousCalls({.per_second = 0.001, .burst = 2});
  Serve();
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(LoginFrom("203.0.113.7").ok());
  const Status refused = LoginFrom("203.0.113.7");
  EXPECT_EQ(refused.code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(RetryAfterOf(refused).has_value());
  EXPECT_TRUE(LoginFrom("203.0.113.8").ok()) << "another address";
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(LoginFrom("127.0.0.1").ok()) << "this machine";
}

TEST_F(ForwardedLoginTest, AFacadeIsToldWhomATrustedProxySpeaksFor) {
  host_.TrustProxies(AddressList::Parse("127.0.0.0/8").value());
  Serve();
  ASSERT_TRUE(LoginFrom("203.0.113.7").ok());
  EXPECT_EQ(seen_.Next(), "203.0.113.7");
}

TEST_F(ForwardedLoginTest, NobodyIsBelievedWhoWasNotNamed) {
  Serve();
  ASSERT_TRUE(LoginFrom("203.0.113.7").ok());
  EXPECT_EQ(seen_.Next(), "127.0.0.1");
}

}  // namespace
}  // namespace oofgg::rpc
