// Where the methods of the auth server run: hashing and other people's servers may hold up only themselves.

#include "rpc/account_service_impl.h"

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "oofgg/bounded_executor.h"
#include "rpc/revocation_service_impl.h"
#include "tests/unit/rpc/raw_call.h"
#include "tests/unit/rpc/rpc_fixture.h"
#include "wire/codec.h"

namespace oofgg::rpc {
namespace {

using std::chrono::milliseconds;
namespace methods = wire::methods;

constexpr milliseconds kComeBackAfter{250};

/// An executor whose one thread waits, and whose queue has no room: what is sent there is shed.
class FullExecutor {
 public:
  FullExecutor() {
    EXPECT_TRUE(executor_.TryPost([this] {
      entered_.Open();
      gate_.Wait();
    }));
    entered_.Wait();
    EXPECT_TRUE(executor_.TryPost([] {}));
  }
  ~FullExecutor() { gate_.Open(); }
  [[nodiscard]] Lane lane() { return Lane(executor_, kComeBackAfter); }

 private:
  Gate entered_;
  Gate gate_;
  BoundedExecutor executor_{1, 1};
};

class AccountServiceTest : public RpcTest {
 protected:
  void ServeAccounts() {
    more_services_ = {
        {v1::AccountService::service_full_name(),
         std::make_shared<AccountServiceOf<FakeAccounts>>(host_, hashing_, network_, accounts_)},
        {v1::RevocationService::service_full_name(),
         std::make_shared<RevocationServiceOf<FakeRevocations>>(host_, revocations_)},
    };
    Serve();
  }

  template <class M>
  Status Ask() {
    return FromGrpc(RawCall(channel_, std::string(M::kPath), wire::EncodeRequest<M>({}), "good-ada").status);
  }

  /// The methods, of all that are served here, which are shed.
  std::set<std::string> Shed() {
    std::set<std::string> shed;
    wire::AllMethods::ForEach([&]<class M>() {
      constexpr bool is_auths =
          M::kPath.substr(0, 13) == "/v1.api.auth." || M::kPath.substr(0, 25) == "/oofgg.v1.AccountService/";
      if constexpr (is_auths) {
        const Status status = Ask<M>();
        if (status.ok()) return;
        EXPECT_EQ(status.code(), StatusCode::kResourceExhausted) << M::kPath;
        EXPECT_EQ(RetryAfterOf(status), kComeBackAfter) << M::kPath;
        shed.emplace(M::kPath.substr(M::kPath.rfind('/') + 1));
      }
    });
    return shed;
  }

  FullExecutor full_;
  FakeAccounts accounts_;
  FakeRevocations revocations_;
};

TEST_F(AccountServiceTest, AFloodOfPasswordsHoldsUpNothingButPasswords) {
  hashing_ = full_.lane();
  ServeAccounts();
  EXPECT_EQ(Shed(), (std::set<std::string>{"Register", "Login", "UpgradeAccount", "ChangePassword",
                                           "ResetPassword", "RequestEmailCode", "DeleteAccount"}));
}

TEST_F(AccountServiceTest, ASlowTwitchHoldsUpNothingButItsOwnLogins) {
  network_ = full_.lane();
  ServeAccounts();
  EXPECT_EQ(Shed(), (std::set<std::string>{"TwitchLogin", "LinkTwitch"}));
}

TEST_F(AccountServiceTest, EachMethodCallsItsOwn) {
  Shared<std::string> called;
  accounts_.on_call = [&](std::string_view method) { called.Set(std::string(method)); };
  ServeAccounts();
  wire::AllMethods::ForEach([&]<class M>() {
    if constexpr (M::kPath.substr(0, 25) == "/oofgg.v1.AccountService/") {
      EXPECT_TRUE(Ask<M>().ok()) << M::kPath;
      EXPECT_EQ(called.Get(), M::kPath.substr(25));
    }
  });
}

TEST_F(AccountServiceTest, RevocationsAreAStreamFromTheCursorOn) {
  ServeAccounts();
  grpc::ClientContext context;
  Prepare(context, "good-game");
  v1::WatchRevocationsRequest request;
  request.set_cursor("c7");
  const auto stream = v1::RevocationService::NewStub(channel_)->Watch(&context, request);
  const auto handler = revocations_.WaitForStream();
  EXPECT_EQ(revocations_.cursor.Get(), "c7");
  handler->Say({.sessions = {{.session_id = "s1"}}, .cursor = "c8", .reset = true});
  v1::Revocations revocations;
  ASSERT_TRUE(stream->Read(&revocations));
  ASSERT_EQ(revocations.sessions_size(), 1);
  EXPECT_EQ(revocations.sessions(0).session_id(), "s1");
  EXPECT_EQ(revocations.cursor(), "c8");
  EXPECT_TRUE(revocations.reset());
  context.TryCancel();
  handler->WaitForClose();
}

}  // namespace
}  // namespace oofgg::rpc
