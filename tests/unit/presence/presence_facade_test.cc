#include "presence/presence_facade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "tests/unit/presence/fake_host.h"

namespace oofgg::presence {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;
using Stream = StreamHandlerPtr<PresenceRequest, PresenceUpdate>;

CallContext As(const std::string& user) {
  CallContext context;
  context.caller = Caller{user, "user", "login"};
  return context;
}

PresenceRequest Watch(std::vector<std::string> friends) {
  PresenceRequest request;
  request.friends = std::move(friends);
  request.set_friends = true;
  return request;
}

PresenceRequest Show(PresenceStatus status) {
  PresenceRequest request;
  request.status = std::move(status);
  return request;
}

PresenceRequest SignOff() {
  PresenceRequest request;
  request.sign_off = true;
  return request;
}

std::vector<std::string> Hear(const Stream& stream) {
  std::vector<std::string> heard;
  while (const auto update = stream->Next()) {
    heard.push_back((update->state == PresenceState::kOnline ? "+" : "-") + update->user_id);
  }
  return heard;
}

class PresenceFacadeTest : public ::testing::Test {
 protected:
  Stream Open(const std::string& user, std::shared_ptr<FakeHost> host = std::make_shared<FakeHost>()) {
    Stream stream = facade_.Connect(As(user), std::move(host)).value();
    stream->OnMessage({});
    return stream;
  }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  PresenceHub hub_{clock_, executor_};
  PresenceFacade facade_{hub_};
};

TEST_F(PresenceFacadeTest, NeedsACaller) {
  EXPECT_EQ(facade_.Connect({}, std::make_shared<FakeHost>()).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(facade_.Connect(As(""), std::make_shared<FakeHost>()).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(PresenceFacadeTest, WhoCanSayOneThingOnlyHasTheSame) {
  const Stream bob = Open("bob");
  auto host = std::make_shared<FakeHost>();
  const Stream ann = facade_.Watch(As("ann"), Watch({"bob", "cid"}), host).value();
  EXPECT_TRUE(hub_.IsOnline("ann"));
  EXPECT_THAT(Hear(ann), UnorderedElementsAre("+bob", "-cid"));
  const Stream cid = Open("cid");
  EXPECT_THAT(Hear(ann), ElementsAre("+cid"));
  ann->OnClose();
  EXPECT_TRUE(hub_.IsOnline("ann"));
  executor_.AdvanceBy(hub_.grace());
  EXPECT_FALSE(hub_.IsOnline("ann"));

  EXPECT_EQ(facade_.Watch({}, Watch({}), host).status().code(), StatusCode::kUnauthenticated);
  EXPECT_EQ(facade_.Watch(As("ann"), SignOff(), host).status().code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(hub_.IsOnline("ann"));
}

TEST_F(PresenceFacadeTest, TheFirstMessageComesOnlineAndMayHide) {
  const Stream bob = facade_.Connect(As("bob"), std::make_shared<FakeHost>()).value();
  EXPECT_FALSE(hub_.IsOnline("bob"));
  PresenceRequest hidden;
  hidden.status = PresenceStatus{PresenceState::kOffline};
  bob->OnMessage(hidden);
  EXPECT_TRUE(hub_.IsOnline("bob"));
  EXPECT_EQ(hub_.StateOf("bob").version, hub_.StateOf("nobody").version) << "nothing has happened";
  PresenceRequest shown;
  shown.status = PresenceStatus{PresenceState::kInMatch, "3:1", "s1"};
  bob->OnMessage(shown);
  bob->OnMessage(Watch({"carol"}));
  const PresenceUpdate seen = hub_.StateOf("bob");
  EXPECT_EQ(seen.state, PresenceState::kInMatch);
  EXPECT_EQ(seen.text, "3:1");
  EXPECT_EQ(seen.session_id, "s1");
}

TEST_F(PresenceFacadeTest, ComingOnlineAndWatchingReportsEverybodyOnce) {
  const Stream alice = Open("alice");
  const Stream bob = Open("bob");
  alice->OnMessage(Watch({"bob", "carol"}));
  EXPECT_THAT(Hear(alice), UnorderedElementsAre("+bob", "-carol"));
  const Stream carol = Open("carol");
  EXPECT_THAT(Hear(alice), ElementsAre("+carol"));
}

TEST_F(PresenceFacadeTest, AMessageWithoutFriendsLeavesTheList) {
  const Stream alice = Open("alice");
  alice->OnMessage(Watch({"bob"}));
  alice->OnMessage({});
  const Stream bob = Open("bob");
  EXPECT_THAT(Hear(alice), ElementsAre("+bob"));
  alice->OnMessage(Watch({}));
  bob->OnMessage(SignOff());
  EXPECT_THAT(Hear(alice), IsEmpty());
}

TEST_F(PresenceFacadeTest, ALostStreamKeepsTheGrace) {
  const auto host = std::make_shared<FakeHost>();
  const Stream alice = Open("alice", host);
  alice->OnClose();
  EXPECT_EQ(host.use_count(), 1) << "the handler drops its host";
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOnline);
  executor_.AdvanceBy(5s);
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOffline);
}

TEST_F(PresenceFacadeTest, SigningOffIsAtOnceAndTheNextMessageComesBack) {
  const Stream bob = Open("bob");
  const Stream alice = Open("alice");
  alice->OnMessage(Watch({"bob"}));
  alice->OnMessage(SignOff());
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOffline);
  EXPECT_THAT(Hear(alice), IsEmpty());
  alice->OnMessage(Watch({"bob"}));
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOnline);
  EXPECT_THAT(Hear(alice), ElementsAre("+bob"));
  alice->OnMessage(SignOff());
  alice->OnClose();
  EXPECT_EQ(hub_.StateOf("alice").state, PresenceState::kOffline);
}

TEST_F(PresenceFacadeTest, BadMessagesEndTheStreamAndNobodyElses) {
  const struct {
    PresenceRequest request;
    const char* message;
  } cases[] = {
      {Watch(std::vector<std::string>(5'001, "x")),
       "friends.user_ids: has 5001 ids; at most 5000 are allowed"},
      {Watch({"bob", ""}), "friends.user_ids[1]: is 0 bytes long; 1 to 128 are allowed"},
      {Watch({std::string(129, 'x')}), "friends.user_ids[0]: is 129 bytes long; 1 to 128 are allowed"},
      {Show({PresenceState::kAway, std::string(257, 'x')}),
       "status.text: is 257 bytes long; 256 at most are allowed"},
      {Show({PresenceState::kAway, "two\nlines"}),
       "status.text: has a control character; send one line of text"},
      {Show({PresenceState::kAway, "", "s1"}), "status.session_id: goes only with the state `in_match`"},
      {Show({PresenceState::kInMatch, "", std::string(129, 's')}),
       "status.session_id: is 129 bytes long; 1 to 128 are allowed"},
  };
  const auto bystander_host = std::make_shared<FakeHost>();
  const Stream bystander = Open("bystander", bystander_host);
  for (const auto& bad : cases) {
    const auto host = std::make_shared<FakeHost>();
    const Stream stream = Open("alice", host);
    stream->OnMessage(bad.request);
    ASSERT_TRUE(host->finished().has_value());
    EXPECT_EQ(host->finished()->code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(host->finished()->message(), bad.message);
  }
  EXPECT_FALSE(bystander_host->finished().has_value());
  EXPECT_EQ(hub_.StateOf("bystander").state, PresenceState::kOnline);
}

}  // namespace
}  // namespace oofgg::presence
