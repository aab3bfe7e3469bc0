#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/unit/wire/all_protos.h"
#include "tests/unit/wire/message_filler.h"
#include "wire/codec.h"

namespace oofgg::wire {
namespace {

namespace pb = google::protobuf;

// Enough for every member of the largest oneof.
constexpr int kRounds = 8;

// What our structs do not carry, each with its reason. Everything else that a message has must survive.
const std::set<std::string>& Unmapped() {
  static const std::set<std::string> fields = {
      // Always 0 and empty on success; a failure is a gRPC status. Another code is an error of its own,
      // tested below.
      "v1.api.game.StandardResponse.code", "v1.api.game.StandardResponse.message",
      "v1.api.game.StandardResponse.error", "v1.api.game.PaginatedResponse.code",
      "v1.api.game.PaginatedResponse.message", "v1.api.game.PaginatedResponse.error",
      "v1.api.player.StandardResponse.code", "v1.api.player.StandardResponse.message",
      "v1.api.player.StandardResponse.error", "v1.api.score.StandardResponse.code",
      "v1.api.score.StandardResponse.message", "v1.api.score.StandardResponse.error",
      // Pages only go forward, and have the size that was asked for.
      "v1.api.game.PaginationMetadata.page_size", "v1.api.game.PaginationMetadata.prev_page_token",
      // GetPlayer answers one; nothing lists players.
      "v1.api.player.StandardResponse.players",
      // No method answers with entities outside the list of a session.
      "v1.api.game.StandardResponse.entities",
      // Read, but written as a list of one by the codec.
      "v1.api.game.PaginatedResponse.entity",
      // Becomes which optionals are set; see CodecText.AnUpdateNamesWhatItChanges.
      "v1.api.game.GameUpdateRequest.update_mask", "v1.api.game.SessionUpdate.update_mask",
      // Values without keys are refused.
      "v1.api.game.EntityUpdateRequest.attributes",
      // Sessions are not paginated.
      "v1.api.game.PaginatedResponse.session", "v1.api.game.PaginatedResponse.sessions",
      // No method answers with games outside a page.
      "v1.api.game.StandardResponse.games",
      // Read, but written as a page of one by the codec; see CodecText.OneGameIsReadAsAPage.
      "v1.api.game.PaginatedResponse.game"};
  return fields;
}

/// Of a wrapped answer each method fills one member of the oneof; the others are not its own.
template <class M>
std::set<std::string> UnmappedIn(const pb::Message& response) {
  std::set<std::string> fields = Unmapped();
  const auto keep = [&](const char* own) {
    const pb::OneofDescriptor* data = response.GetDescriptor()->FindOneofByName("data");
    for (int i = 0; data != nullptr && i < data->field_count(); ++i) {
      if (data->field(i)->name() != own) fields.insert(data->field(i)->full_name());
    }
  };
  using Response = typename M::Response;
  if constexpr (std::is_same_v<Response, Game>) keep("single_game");
  if constexpr (std::is_same_v<Response, GamesPage>) keep("games");
  if constexpr (std::is_same_v<Response, Entity>) keep("entity");
  if constexpr (std::is_same_v<Response, Entities>) {
    keep("entities");
    fields.insert("v1.api.game.PaginatedResponse.pagination");  // All of a session come at once.
  }
  if constexpr (std::is_same_v<Response, Session>) keep("session");
  if constexpr (std::is_same_v<Response, Sessions>) keep("sessions");
  if constexpr (std::is_same_v<Response, LeaderboardEntry>) keep("leaderboard_entry");
  if constexpr (std::is_same_v<Response, PlayerScores>) keep("player_scores");
  if constexpr (std::is_same_v<Response, Leaderboard>) keep("leaderboard");
  if constexpr (std::is_same_v<Response, PlayerRank>) keep("player_rank");
  return fields;
}

std::string Difference(const pb::Message& before, const pb::Message& after) {
  std::string report;
  pb::util::MessageDifferencer differ;
  differ.ReportDifferencesToString(&report);
  differ.Compare(before, after);
  return report;
}

struct SurvivesRequest {
  template <class M>
  void operator()() {
    for (int round = 0; round < kRounds; ++round) {
      typename ProtoOf<M>::Request before;
      MessageFiller(round, Unmapped()).Fill(before);
      const auto plain = DecodeRequest<M>(before.SerializeAsString());
      ASSERT_TRUE(plain.ok()) << M::kPath << ": " << plain.status() << "\n" << before.DebugString();
      typename ProtoOf<M>::Request after;
      ASSERT_TRUE(after.ParseFromString(EncodeRequest<M>(*plain)));
      EXPECT_EQ(Difference(before, after), "") << M::kPath << ", request";
    }
  }
};

struct SurvivesResponse {
  template <class M>
  void operator()() {
    for (int round = 0; round < kRounds; ++round) {
      typename ProtoOf<M>::Response before;
      MessageFiller(round, UnmappedIn<M>(before)).Fill(before);
      const auto plain = DecodeResponse<M>(before.SerializeAsString());
      ASSERT_TRUE(plain.ok()) << M::kPath << ": " << plain.status() << "\n" << before.DebugString();
      typename ProtoOf<M>::Response after;
      ASSERT_TRUE(after.ParseFromString(EncodeResponse<M>(*plain)));
      EXPECT_EQ(Difference(before, after), "") << M::kPath << ", response";
    }
  }
};

TEST(WireCoverage, NoFieldOfARequestIsForgotten) { AllMethods::ForEach(SurvivesRequest{}); }

TEST(WireCoverage, NoFieldOfAResponseIsForgotten) { AllMethods::ForEach(SurvivesResponse{}); }

TEST(WireCoverage, ListOfUnmappedFieldsIsUpToDate) {
  // Links the files, whose descriptors are then in the pool.
  ::v1::api::player::StandardResponse().GetDescriptor();
  for (const std::string& field : Unmapped()) {
    EXPECT_NE(pb::DescriptorPool::generated_pool()->FindFieldByName(field), nullptr) << field;
  }
}

TEST(WireCoverage, CheckCanFail) {
  // A field of the contract that nothing maps must show, or the checks above prove nothing.
  ::v1::api::player::StandardResponse before;
  MessageFiller(0, {"v1.api.player.StandardResponse.code", "v1.api.player.StandardResponse.players"})
      .Fill(before);
  const auto plain = DecodeResponse<methods::GetPlayer>(before.SerializeAsString());
  ASSERT_TRUE(plain.ok()) << plain.status();
  ::v1::api::player::StandardResponse after;
  ASSERT_TRUE(after.ParseFromString(EncodeResponse<methods::GetPlayer>(*plain)));
  EXPECT_NE(Difference(before, after), "");
}

TEST(WireCoverage, WrappedCodeThatIsNotZeroIsAnError) {
  ::v1::api::player::StandardResponse answer;
  answer.mutable_single_player()->set_id("u1");
  answer.set_code(404);
  answer.set_message("no such player");
  const auto player = DecodeResponse<methods::GetPlayer>(answer.SerializeAsString());
  EXPECT_EQ(player.status().code(), StatusCode::kUnknown);
  EXPECT_EQ(player.status().message(), "the server answered with code 404: no such player");
}

}  // namespace
}  // namespace oofgg::wire
