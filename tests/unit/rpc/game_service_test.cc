#include "rpc/game_service_impl.h"

#include <grpcpp/client_context.h>

#include "tests/unit/rpc/rpc_fixture.h"

namespace oofgg::rpc {
namespace {

namespace game_pb = ::v1::api::game;
using ::v1::api::common::GameService;

class GameServiceTest : public RpcTest {
 protected:
  GameServiceTest() {
    more_services_.push_back(
        {GameService::service_full_name(),
         std::make_shared<GameServiceOf<FakeGames, FakeSessions, FakeEntities, FakeEvents>>(
             host_, host_.lane(), games_, sessions_, entities_, events_)});
    Serve();
    stub_ = GameService::NewStub(channel_);
    Prepare(context_);
  }

  FakeGames games_;
  FakeSessions sessions_;
  FakeEntities entities_;
  FakeEvents events_;
  std::unique_ptr<GameService::Stub> stub_;
  grpc::ClientContext context_;
};

TEST_F(GameServiceTest, GetGameByIdAnswersOneGame) {
  game_pb::GameGetRequest request;
  request.set_id("g7");
  game_pb::PaginatedResponse response;
  ASSERT_TRUE(stub_->GetGame(&context_, request, &response).ok());
  EXPECT_EQ(response.game().id(), "g7");
  EXPECT_FALSE(response.has_games());
}

TEST_F(GameServiceTest, GetGameWithoutIdAnswersAPage) {
  game_pb::PaginatedResponse response;
  ASSERT_TRUE(stub_->GetGame(&context_, game_pb::GameGetRequest(), &response).ok());
  ASSERT_EQ(response.games().games_size(), 1);
  EXPECT_FALSE(response.has_game());
}

TEST_F(GameServiceTest, GetEntityByIdAnswersOneEntityElseAList) {
  game_pb::EntityGetRequest request;
  request.set_id("e7");
  game_pb::PaginatedResponse response;
  ASSERT_TRUE(stub_->GetEntity(&context_, request, &response).ok());
  EXPECT_EQ(response.entity().id(), "e7");
  grpc::ClientContext again;
  Prepare(again);
  ASSERT_TRUE(stub_->GetEntity(&again, game_pb::EntityGetRequest(), &response).ok());
  ASSERT_EQ(response.entities().entities_size(), 1);
  EXPECT_FALSE(response.has_entity());
}

TEST_F(GameServiceTest, GetSessionByIdAnswersOneSession) {
  game_pb::SessionGet request;
  request.set_id("s7");
  game_pb::StandardResponse response;
  ASSERT_TRUE(stub_->GetSession(&context_, request, &response).ok());
  EXPECT_EQ(response.session().id(), "s7");
}

TEST_F(GameServiceTest, GetSessionOfAGameAnswersAList) {
  game_pb::SessionGet request;
  request.set_game_id("g");
  game_pb::StandardResponse response;
  ASSERT_TRUE(stub_->GetSession(&context_, request, &response).ok());
  EXPECT_EQ(response.sessions().sessions_size(), 1);
}

TEST_F(GameServiceTest, ServerStreamKnowsItsRequestAndEnds) {
  game_pb::Session request;
  request.set_id("s7");
  const auto stream = stub_->WatchQueue(&context_, request);
  const auto handler = sessions_.WaitForStream();
  EXPECT_EQ(sessions_.watched.Get(), "s7");
  Session state;
  state.id = "s7";
  state.state = SessionState::kStarted;
  handler->Say(state);
  handler->End(Status());
  game_pb::Session told;
  ASSERT_TRUE(stream->Read(&told));
  EXPECT_EQ(told.state(), game_pb::STATE_STARTED);
  EXPECT_FALSE(stream->Read(&told));
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(handler->closes(), 1);
}

TEST_F(GameServiceTest, BadRequestOfAServerStreamIsRefused) {
  game_pb::Session request;
  request.set_state(static_cast<game_pb::GameState>(99));
  const auto stream = stub_->WatchQueue(&context_, request);
  game_pb::Session told;
  EXPECT_FALSE(stream->Read(&told));
  const Status status = FromGrpc(stream->Finish());
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldViolationsOf(status).at(0).field, "state");
  EXPECT_EQ(sessions_.count(), 0u);
}

TEST_F(GameServiceTest, BadMessageEndsTheStreamOfItsSender) {
  const auto stream = stub_->StreamEvents(&context_);
  game_pb::GameEvent event;
  event.set_session_id("s1");
  ASSERT_TRUE(stream->Write(event));
  const auto handler = events_.WaitForStream();
  handler->WaitForMessages(1);
  (*event.mutable_attributes())["speed"];
  stream->Write(event);
  game_pb::GameEvent told;
  EXPECT_FALSE(stream->Read(&told));
  const Status status = FromGrpc(stream->Finish());
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(FieldViolationsOf(status).at(0).field, "attributes.speed");
  EXPECT_EQ(handler->WaitForMessages(1).size(), 1u);
  EXPECT_EQ(handler->closes(), 1);
}

}  // namespace
}  // namespace oofgg::rpc
