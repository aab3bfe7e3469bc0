#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "oofgg/random.h"
#include "tests/unit/wire/all_protos.h"
#include "tests/unit/wire/message_filler.h"
#include "wire/codec.h"

namespace oofgg::wire {
namespace {

// No message, whatever its type: what is wrong is the framing. (Unknown fields would be right.)
const std::vector<std::string>& NotAMessage() {
  using namespace std::string_literals;
  static const std::vector<std::string> bytes = {
      "\x0a"s,                                                  // A field without its length.
      "\x0a\x05xx"s,                                            // A length past the end.
      "\x0a\xff\xff\xff\xff\x0f"s,                              // A length past 4 GiB.
      "\x08"s,                                                  // A varint without its bytes.
      "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s,  // A varint without end.
      "\x00\x01"s,                                              // Field number 0.
      "\x0f"s,                                                  // Wire type 7.
      "\x0c"s,                                                  // The end of a group that never began.
      "\x9b\x7d"s,                                              // A group that never ends.
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff"s};
  return bytes;
}

TEST(HostileBytes, NotAMessageIsRefusedByEveryMethod) {
  AllMethods::ForEach([]<class M>() {
    for (const std::string& bytes : NotAMessage()) {
      EXPECT_EQ(DecodeRequest<M>(bytes).status().code(), StatusCode::kInvalidArgument) << M::kPath;
      EXPECT_EQ(DecodeResponse<M>(bytes).status().code(), StatusCode::kInternal) << M::kPath;
    }
  });
}

TEST(HostileBytes, TextThatIsNotUtf8IsRefused) {
  const std::string bytes("\x0a\x02\xc3\x28", 4);
  EXPECT_EQ(DecodeRequest<methods::Login>(bytes).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(DecodeRequest<methods::GetTicket>(bytes).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(DecodeResponse<methods::GetTicket>(bytes).status().code(), StatusCode::kInternal);
}

TEST(HostileBytes, MutilatedMessagesEndInAnAnswer) {
  // Every prefix and many mutations of real messages: read or refused, never worse. The sanitizer builds
  // watch.
  AllMethods::ForEach([]<class M>() {
    SeededRandom random(7);
    for (int round = 0; round < 4; ++round) {
      typename ProtoOf<M>::Request request;
      typename ProtoOf<M>::Response response;
      MessageFiller(round, {}).Fill(request);
      MessageFiller(round, {}).Fill(response);
      for (const std::string& whole : {request.SerializeAsString(), response.SerializeAsString()}) {
        for (std::size_t length = 0; length < whole.size(); ++length) {
          std::string bytes = whole.substr(0, length);
          if (!bytes.empty()) bytes[random.Below(bytes.size())] = static_cast<char>(random.Below(256));
          if (const auto read = DecodeRequest<M>(bytes); read.ok()) (void)EncodeRequest<M>(*read);
          if (const auto read = DecodeResponse<M>(bytes); read.ok()) (void)EncodeResponse<M>(*read);
        }
      }
    }
  });
}

template <class M>
void ExpectRefused(const typename ProtoOf<M>::Request& request, const std::string& field) {
  const Status status = DecodeRequest<M>(request.SerializeAsString()).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << M::kPath << " " << field;
  const auto violations = FieldViolationsOf(status);
  ASSERT_EQ(violations.size(), 1u) << M::kPath << " " << field;
  EXPECT_EQ(violations[0].field, field);
}

TEST(HostileBytes, ValuesWithoutMeaningAreRefusedByName) {
  namespace pb = ::v1::api;
  for (const int value : {-1, 99, 256, 65'536}) {  // The last two are 0 when cut to a byte.
    pb::game::SessionCreate session;
    session.set_state(static_cast<pb::game::GameState>(value));
    ExpectRefused<methods::CreateSession>(session, "state");
    session.clear_state();
    session.set_region(static_cast<::v1::std::RegionEnum>(value));
    ExpectRefused<methods::CreateSession>(session, "region");

    pb::game::JoinLeaveGame join;
    join.set_action(static_cast<pb::game::JoinLeaveGame::Action>(value));
    ExpectRefused<methods::JoinLeave>(join, "action");
    join.clear_action();
    join.set_region(static_cast<::v1::std::RegionEnum>(value));
    ExpectRefused<methods::JoinLeave>(join, "region");

    pb::game::GameEvent event;
    event.set_type(static_cast<pb::game::GameEvent::EventType>(value));
    ExpectRefused<methods::StreamEvents>(event, "type");

    pb::player::Player player;
    player.set_type(static_cast<pb::player::PlayerType>(value));
    ExpectRefused<methods::CreatePlayer>(player, "type");
    player.clear_type();
    player.set_status(static_cast<pb::player::PlayerStatus>(value));
    ExpectRefused<methods::CreatePlayer>(player, "status");

    pb::player::PlayerUpdate update;
    update.set_type(static_cast<pb::player::PlayerType>(value));
    ExpectRefused<methods::UpdatePlayer>(update, "type");
    update.clear_type();
    update.set_status(static_cast<pb::player::PlayerStatus>(value));
    ExpectRefused<methods::UpdatePlayer>(update, "status");
  }
}

TEST(HostileBytes, AttributesWithoutAValueAreRefusedByName) {
  ::v1::api::game::GameEvent event;
  (*event.mutable_attributes())["speed"];
  ExpectRefused<methods::StreamEvents>(event, "attributes.speed");
  ::v1::api::game::SessionCreate session;
  (*session.mutable_attributes())["map"];
  ExpectRefused<methods::CreateSession>(session, "attributes.map");
}

TEST(HostileBytes, AClientTakesWhatALaterServerSays) {
  namespace pb = ::v1::api;
  pb::game::Session session;
  session.set_id("s1");
  session.set_state(static_cast<pb::game::GameState>(99));
  session.set_region(static_cast<::v1::std::RegionEnum>(99));
  (*session.mutable_attributes())["speed"];
  const auto read = DecodeResponse<methods::WatchQueue>(session.SerializeAsString());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->id, "s1");
  EXPECT_EQ(read->state, SessionState::kCreated);
  EXPECT_EQ(read->region, 0);
  EXPECT_TRUE(read->attributes.empty());
}

TEST(HostileBytes, AnAnswerWithoutItsObjectIsAnError) {
  // An empty message is a valid one; what it does not hold was asked for.
  const auto expect_lacking = []<class M>() {
    EXPECT_EQ(DecodeResponse<M>("").status().code(), StatusCode::kInternal) << M::kPath;
  };
  expect_lacking.operator()<methods::CreateGame>();
  expect_lacking.operator()<methods::GetGame>();
  expect_lacking.operator()<methods::CreateSession>();
  expect_lacking.operator()<methods::GetSession>();
  expect_lacking.operator()<methods::JoinLeave>();
  expect_lacking.operator()<methods::GetPlayer>();
  expect_lacking.operator()<methods::SubmitScore>();
  expect_lacking.operator()<methods::GetPlayerScores>();
  expect_lacking.operator()<methods::GetLeaderboard>();
  expect_lacking.operator()<methods::GetPlayerRank>();
}

}  // namespace
}  // namespace oofgg::wire
