#include "rpc/account_service_impl.h"
#include "rpc/admin_service_impl.h"
#include "rpc/fleet_service_impl.h"
#include "rpc/game_service_impl.h"
#include "rpc/global_service_impl.h"
#include "rpc/instance_service_impl.h"
#include "rpc/match_history_service_impl.h"
#include "rpc/matchmaking_service_impl.h"
#include "rpc/revocation_service_impl.h"
#include "rpc/score_service_impl.h"
#include "tests/unit/rpc/raw_call.h"
#include "tests/unit/rpc/rpc_fixture.h"
#include "wire/codec.h"

namespace oofgg::rpc {
namespace {

/// All services at once, called as a client does that knows nothing but the table of methods and the codec.
class EveryMethodTest : public RpcTest {
 protected:
  EveryMethodTest() {
    more_services_ = {
        {v1::AccountService::service_full_name(),
         std::make_shared<AccountServiceOf<FakeAccounts>>(host_, hashing_, network_, accounts_)},
        {v1::AdminService::service_full_name(), std::make_shared<AdminServiceOf<FakeAdmin>>(host_, admin_)},
        {v1::RevocationService::service_full_name(),
         std::make_shared<RevocationServiceOf<FakeRevocations>>(host_, revocations_)},
        {v1::FleetService::service_full_name(),
         std::make_shared<FleetServiceOf<FakeFleets, FakeFleets>>(host_, fleets_, fleets_)},
        {v1::MatchmakingService::service_full_name(),
         std::make_shared<MatchmakingServiceOf<FakeTickets>>(host_, tickets_)},
        {v1::MatchHistoryService::service_full_name(),
         std::make_shared<MatchHistoryServiceOf<FakeMatches>>(host_, matches_)},
        {::v1::api::common::ScoreService::service_full_name(),
         std::make_shared<ScoreServiceOf<FakeScores>>(host_, scores_)},
        {::v1::api::common::GameService::service_full_name(),
         std::make_shared<GameServiceOf<FakeGames, FakeSessions, FakeEntities, FakeEvents>>(
             host_, host_.lane(), games_, sessions_, entities_, events_)},
        {::v1::api::common::InstanceService::service_full_name(),
         std::make_shared<InstanceServiceOf<FakeEvents>>(host_, events_)},
        {::v1::api::common::GlobalService::service_full_name(),
         std::make_shared<GlobalServiceOf<FakeGlobal>>(host_, global_)},
    };
    Serve();
  }

  using FakeGlobal = FakeOpener<GlobalEvent, GlobalEvent>;
  FakeAccounts accounts_;
  FakeAdmin admin_;
  FakeRevocations revocations_;
  FakeFleets fleets_;
  FakeTickets tickets_;
  FakeMatches matches_;
  FakeScores scores_;
  FakeGames games_;
  FakeSessions sessions_;
  FakeEntities entities_;
  FakeEvents events_;
  FakeGlobal global_;
};

TEST_F(EveryMethodTest, AsksForATokenWhereTheTableSaysSo) {
  wire::AllMethods::ForEach([&]<class M>() {
    const auto reply = RawCall(channel_, std::string(M::kPath), wire::EncodeRequest<M>({}));
    EXPECT_EQ(reply.status.error_code(),
              M::kNeedsToken ? grpc::StatusCode::UNAUTHENTICATED : grpc::StatusCode::OK)
        << M::kPath << ": " << reply.status.error_message();
  });
}

TEST_F(EveryMethodTest, AnswersInTheCodecsOwnForm) {
  wire::AllMethods::ForEach([&]<class M>() {
    if constexpr (M::kKind == wire::Kind::kUnary) {
      const auto reply = RawCall(channel_, std::string(M::kPath), wire::EncodeRequest<M>({}), "good-ada");
      ASSERT_TRUE(reply.status.ok()) << M::kPath << ": " << reply.status.error_message();
      EXPECT_TRUE(wire::DecodeResponse<M>(reply.bytes).ok()) << M::kPath;
    }
  });
}

TEST_F(EveryMethodTest, RefusesBytesThatAreNoMessage) {
  wire::AllMethods::ForEach([&]<class M>() {
    if constexpr (M::kKind == wire::Kind::kUnary) {
      const auto reply = RawCall(channel_, std::string(M::kPath), "\xff\xff\xff", "good-ada");
      EXPECT_FALSE(reply.status.ok()) << M::kPath;
    }
  });
  // And serves the next as if nothing had been.
  EXPECT_TRUE(RawCall(channel_, "/v1.api.common.PlayerService/GetPlayer", "", "good-ada").status.ok());
}

}  // namespace
}  // namespace oofgg::rpc
