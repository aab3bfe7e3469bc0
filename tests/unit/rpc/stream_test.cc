#include "rpc/stream.h"

#include <grpcpp/client_context.h>

#include <string>

#include "oofgg/v1/presence.grpc.pb.h"
#include "tests/unit/rpc/rpc_fixture.h"

namespace oofgg::rpc {
namespace {

class StreamTest : public RpcTest {
 protected:
  /// A presence stream as a client holds it.
  struct Client {
    explicit Client(const std::shared_ptr<grpc::Channel>& channel, const std::string& token = "good-ada") {
      Prepare(context, token);
      stream = v1::PresenceService::NewStub(channel)->Connect(&context);
    }

    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<v1::PresenceRequest, v1::PresenceUpdate>> stream;
  };

  static v1::PresenceRequest Friends(const std::string& name) {
    v1::PresenceRequest request;
    request.mutable_friends()->add_user_ids(name);
    return request;
  }

  static PresenceUpdate Online(const std::string& name) {
    return {.user_id = name, .state = PresenceState::kOnline, .version = 1};
  }
};

TEST_F(StreamTest, CarriesMessagesBothWaysInOrder) {
  Serve();
  Client client(channel_);
  for (const char* name : {"b", "c", "d"}) ASSERT_TRUE(client.stream->Write(Friends(name)));
  const auto handler = presence_.WaitForStream();
  const auto heard = handler->WaitForMessages(3);
  EXPECT_EQ(heard[0].friends, std::vector<std::string>{"b"});
  EXPECT_EQ(heard[2].friends, std::vector<std::string>{"d"});
  EXPECT_EQ(presence_.callers(), std::vector<std::string>{"ada"});

  for (const char* name : {"b", "c", "d"}) handler->Say(Online(name));
  for (const char* name : {"b", "c", "d"}) {
    v1::PresenceUpdate update;
    ASSERT_TRUE(client.stream->Read(&update));
    EXPECT_EQ(update.user_id(), name);
  }
  client.stream->WritesDone();
  EXPECT_TRUE(client.stream->Finish().ok());
  EXPECT_EQ(handler->closes(), 1);
}

TEST_F(StreamTest, SpeaksFirstToAClientThatOnlyListens) {
  Serve();
  Client client(channel_);
  presence_.WaitForStream()->Say(Online("b"));
  v1::PresenceUpdate update;
  ASSERT_TRUE(client.stream->Read(&update));
  EXPECT_EQ(update.user_id(), "b");
}

TEST_F(StreamTest, TellsThatItHasLetTheClientInBeforeThereIsAnythingToSay) {
  Serve();
  Client client(channel_);
  client.stream->WaitForInitialMetadata();  // Would wait for ever.
  presence_.WaitForStream();
}

TEST_F(StreamTest, CancelMidStreamClosesTheHandlerOnce) {
  Serve();
  Client client(channel_);
  const auto handler = presence_.WaitForStream();
  client.context.TryCancel();
  handler->WaitForClose();
  EXPECT_EQ(client.stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  handler->Say(Online("late"));  // Harmless, though the stream is over.
  handler->End(Status());
  server_.reset();
  EXPECT_EQ(handler->closes(), 1);
  EXPECT_EQ(host_.streams().size(), 0u);
}

TEST_F(StreamTest, LostLinkClosesTheHandler) {
  Serve();
  auto client = std::make_unique<Client>(channel_);
  const auto handler = presence_.WaitForStream();
  client.reset();
  channel_.reset();
  handler->WaitForClose();
}

TEST_F(StreamTest, HandlerEndsItWithWhatIsLeftAndWhy) {
  Serve();
  Client client(channel_);
  const auto handler = presence_.WaitForStream();
  handler->Say(Online("b"));
  handler->Say(Online("c"));
  handler->End(WithReason(MakeStatus(StatusCode::kAborted, "fell behind"), "SLOW_CONSUMER"));
  v1::PresenceUpdate update;
  EXPECT_TRUE(client.stream->Read(&update));
  EXPECT_TRUE(client.stream->Read(&update));
  EXPECT_FALSE(client.stream->Read(&update));
  const Status status = FromGrpc(client.stream->Finish());
  EXPECT_EQ(status.code(), StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "SLOW_CONSUMER");
  EXPECT_EQ(handler->closes(), 1);
}

TEST_F(StreamTest, NoTokenNoStream) {
  Serve();
  for (const char* token : {"stolen", ""}) {
    Client client(channel_, token);
    v1::PresenceUpdate update;
    EXPECT_FALSE(client.stream->Read(&update));
    EXPECT_EQ(FromGrpc(client.stream->Finish()).code(), StatusCode::kUnauthenticated);
  }
  EXPECT_EQ(presence_.count(), 0u);
}

TEST_F(StreamTest, EndsWithItsSession) {
  Serve();
  Client ended(channel_, "good-ada/1");
  const auto handler = presence_.WaitForStream(0);
  Client other(channel_, "good-ada/2");
  presence_.WaitForStream(1);
  host_.EndSession("1");
  v1::PresenceUpdate update;
  EXPECT_FALSE(ended.stream->Read(&update));
  const Status status = FromGrpc(ended.stream->Finish());
  EXPECT_EQ(status.code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(status), "SESSION_REVOKED");
  EXPECT_EQ(handler->closes(), 1);

  Client late(channel_, "good-ada/1");  // As if its token had been checked just before.
  EXPECT_FALSE(late.stream->Read(&update));
  EXPECT_EQ(ReasonOf(FromGrpc(late.stream->Finish())), "SESSION_REVOKED");
  other.stream->WritesDone();
  EXPECT_TRUE(other.stream->Finish().ok());
}

TEST_F(StreamTest, FacadesRefusalArrives) {
  presence_.Refuse(RetryLater(StatusCode::kResourceExhausted, "full", std::chrono::milliseconds(700)));
  Serve();
  Client client(channel_);
  v1::PresenceUpdate update;
  EXPECT_FALSE(client.stream->Read(&update));
  const Status status = FromGrpc(client.stream->Finish());
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryAfterOf(status), std::chrono::milliseconds(700));
}

TEST_F(StreamTest, ManyStreamsComeAndGo) {
  Serve();
  for (int round = 0; round < 50; ++round) {
    Client client(channel_);
    const auto handler = presence_.WaitForStream(static_cast<std::size_t>(round));
    handler->Say(Online("b"));
    switch (round % 4) {
      case 0:
        client.context.TryCancel();
        break;
      case 1:
        client.stream->WritesDone();
        break;
      case 2:
        handler->End(Status());
        break;
      default:
        handler->End(Status());
        client.context.TryCancel();
    }
    v1::PresenceUpdate update;
    while (client.stream->Read(&update)) {
    }
    (void)client.stream->Finish();
    handler->WaitForClose();
  }
  server_.reset();
  EXPECT_EQ(host_.streams().size(), 0u);
}

}  // namespace
}  // namespace oofgg::rpc
