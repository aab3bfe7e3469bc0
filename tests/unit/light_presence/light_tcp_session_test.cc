// The light client's half of the presence port over TCP, line by line.

#include "client/light/light_tcp_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg::internal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Phase = LightSession::Phase;

class LightTcpSessionTest : public ::testing::Test {
 protected:
  void Start() {
    book_.SetFriends(wishes_.friends);
    session_ = std::make_unique<LightTcpSession>(LightSession::Parts{
        .wishes = wishes_, .book = book_, .token = token_, .first_revision = 100, .heartbeat = 2s});
    session_->Start(now_);
  }
  /// Told all that there is.
  void StartSettled() {
    Start();
    Hear("{\"pong\":101}\n");
    Hear("{\"pong\":102}\n");
    Said();
  }
  void Hear(std::string_view bytes) { session_->OnBytes(now_, bytes); }
  std::vector<std::string> Said() { return session_->TakeOutput(); }
  void SetFriends(std::vector<std::string> friends) {
    wishes_.friends = std::move(friends);
    book_.SetFriends(wishes_.friends);
    session_->OnFriends(now_);
  }
  void Wait(Duration time) {
    now_ += time;
    session_->Advance(now_);
  }
  [[nodiscard]] std::optional<PresenceState> StateOf(const std::string& user) const {
    const auto state = book_.StateOf(user);
    return state.has_value() ? std::optional(state->state) : std::nullopt;
  }

  TimePoint now_{1h};
  LightWishes wishes_{.user_id = "ann", .friends = {"bob", "cid"}};
  std::string token_;
  FriendBook book_;
  std::unique_ptr<LightTcpSession> session_;
};

TEST_F(LightTcpSessionTest, TheFirstObjectSaysAll) {
  token_ = "secret";
  wishes_.status = PresenceStatus{.state = PresenceState::kInMatch, .text = "a \"text\"", .session_id = "m1"};
  Start();
  EXPECT_THAT(
      Said(),
      ElementsAre(
          R"({"friends":["bob","cid"],"ping":101,"session_id":"m1","state":"in_match","text":"a \"text\"",)"
          R"("token":"secret","user_id":"ann","v":2})"
          "\n",
          "{\"ping\":102}\n"));
}

TEST_F(LightTcpSessionTest, WhoIsNotMentionedBeforeThePongOfAPingAloneIsOffline) {
  Start();
  Hear("{\"pong\":101}\n{\"online\":true,\"user_id\":\"bob\",\"state\":\"away\",\"text\":\"tea\"}\n");
  EXPECT_EQ(StateOf("bob"), PresenceState::kAway);
  EXPECT_EQ(book_.StateOf("bob")->text, "tea");
  EXPECT_EQ(StateOf("cid"), std::nullopt);
  EXPECT_FALSE(session_->was_settled());
  Hear("{\"pong\":102}\n");
  EXPECT_EQ(StateOf("cid"), PresenceState::kOffline);
  EXPECT_TRUE(session_->was_settled());
}

TEST_F(LightTcpSessionTest, LinesMayComeInAnyPieces) {
  Start();
  for (const char byte : std::string("{\"pong\":101}\n{\"online\":true,\"user_id\":\"bob\"}\n")) {
    Hear({&byte, 1});
  }
  EXPECT_EQ(StateOf("bob"), PresenceState::kOnline);
  EXPECT_EQ(StateOf("cid"), std::nullopt);
}

TEST_F(LightTcpSessionTest, ANewListIsFencedToo) {
  StartSettled();
  SetFriends({"bob", "dan"});
  EXPECT_THAT(Said(), ElementsAre("{\"friends\":[\"bob\",\"dan\"],\"ping\":103}\n", "{\"ping\":104}\n"));
  EXPECT_EQ(StateOf("bob"), PresenceState::kOffline);
  EXPECT_EQ(StateOf("dan"), std::nullopt);
  Hear("{\"pong\":103}\n{\"online\":true,\"user_id\":\"dan\"}\n");
  Hear("{\"pong\":104}\n");
  EXPECT_EQ(StateOf("dan"), PresenceState::kOnline);
}

TEST_F(LightTcpSessionTest, WhatWasToldBeforeAListIsForgottenWithIt) {
  StartSettled();
  Hear("{\"online\":true,\"user_id\":\"bob\"}\n");
  SetFriends({});
  SetFriends({"bob"});
  // Bob left between the two lists, so that the server has nothing to say of the second.
  Hear("{\"pong\":103}\n{\"pong\":105}\n{\"pong\":104}\n{\"pong\":106}\n");
  EXPECT_EQ(StateOf("bob"), PresenceState::kOffline);
}

TEST_F(LightTcpSessionTest, AQuietLinkIsAskedAndASilentOneIsLost) {
  StartSettled();
  EXPECT_EQ(session_->NextDeadline(), now_ + 2s);
  Wait(2s);
  EXPECT_THAT(Said(), ElementsAre("{\"ping\":103}\n"));
  Hear("{\"pong\":103}\n");
  Wait(2s);
  EXPECT_THAT(Said(), ElementsAre("{\"ping\":104}\n"));
  Wait(2999ms);
  EXPECT_EQ(session_->phase(), Phase::kOpen);
  Wait(1ms);
  EXPECT_EQ(session_->phase(), Phase::kLost);
  EXPECT_EQ(session_->why().message(), "the presence server has not answered for 3 s");
}

TEST_F(LightTcpSessionTest, AServerThatNeverAnswersIsLost) {
  Start();
  Wait(3s);
  EXPECT_EQ(session_->phase(), Phase::kLost);
}

TEST_F(LightTcpSessionTest, AStatusIsSaidAtOnce) {
  StartSettled();
  wishes_.status = PresenceStatus{.state = PresenceState::kOffline};
  session_->OnStatus(now_);
  EXPECT_THAT(Said(), ElementsAre("{\"ping\":103,\"state\":\"invisible\"}\n"));
}

TEST_F(LightTcpSessionTest, ASignOffEndsItWhenTheServerHasHeard) {
  StartSettled();
  wishes_.signs_off = true;
  session_->OnSignOff(now_);
  EXPECT_THAT(Said(), ElementsAre("{\"online\":false,\"ping\":103}\n"));
  EXPECT_EQ(session_->phase(), Phase::kOpen);
  Hear("{\"pong\":103}\n");
  EXPECT_EQ(session_->phase(), Phase::kSignedOff);
}

TEST_F(LightTcpSessionTest, AnUnansweredSignOffEndsItToo) {
  StartSettled();
  wishes_.signs_off = true;
  session_->OnSignOff(now_);
  Wait(3s);
  EXPECT_EQ(session_->phase(), Phase::kSignedOff);
}

TEST_F(LightTcpSessionTest, AnErrorWithReconnectIsALostLink) {
  const std::pair<const char*, StatusCode> cases[] = {
      {R"({"error":"full","code":"RESOURCE_EXHAUSTED","reconnect":true})", StatusCode::kResourceExhausted},
      {R"({"error":"of an older server","reconnect":true})", StatusCode::kUnavailable},
      {R"({"error":"of a later one","code":"TIRED","reconnect":true})", StatusCode::kUnavailable},
  };
  for (const auto& [line, code] : cases) {
    Start();
    Hear(std::string(line) + '\n');
    EXPECT_EQ(session_->phase(), Phase::kLost);
    EXPECT_EQ(session_->why().code(), code) << line;
  }
}

TEST_F(LightTcpSessionTest, OtherErrorsRefuseAndSayWhy) {
  const std::pair<const char*, StatusCode> cases[] = {
      {R"({"error":"log in","code":"UNAUTHENTICATED"})", StatusCode::kUnauthenticated},
      {R"({"error":"log in","code":"PERMISSION_DENIED"})", StatusCode::kPermissionDenied},
      {R"({"error":"log in"})", StatusCode::kInvalidArgument},
      {R"({"error":"log in","code":7})", StatusCode::kInvalidArgument},
      {R"({"error":"log in","code":"OK"})", StatusCode::kInvalidArgument},
  };
  for (const auto& [line, code] : cases) {
    Start();
    Hear(std::string(line) + '\n');
    EXPECT_EQ(session_->phase(), Phase::kRefused);
    EXPECT_EQ(session_->why().code(), code) << line;
    EXPECT_EQ(session_->why().message(), "the presence server refused: log in");
  }
}

TEST_F(LightTcpSessionTest, AServerThatSpeaksSomethingElseIsLeft) {
  Start();
  Hear("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_EQ(session_->phase(), Phase::kLost);
  Start();
  Hear(std::string(70'000, ' '));
  EXPECT_EQ(session_->phase(), Phase::kLost) << "a line without end";
}

TEST_F(LightTcpSessionTest, WhatALaterServerSaysIsNoFault) {
  Start();
  Hear(R"({"news":1})"
       "\n"
       R"({"online":true,"user_id":"bob","state":"asleep"})"
       "\n"
       R"({"online":true,"user_id":[]})"
       "\n"
       R"({"online":1,"user_id":"cid"})"
       "\n");
  EXPECT_EQ(session_->phase(), Phase::kOpen);
  EXPECT_EQ(StateOf("bob"), PresenceState::kOnline);
  EXPECT_EQ(StateOf("cid"), PresenceState::kOffline);
}

}  // namespace
}  // namespace oofgg::internal
