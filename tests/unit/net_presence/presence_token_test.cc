// Who may be whom on the presence port.

#include "tests/unit/net_presence/presence_fixture.h"

namespace oofgg::net {
namespace {

// Takes "token-of-NAME".
StatusOr<Caller> Authenticate(std::string_view token) {
  constexpr std::string_view kPrefix = "token-of-";
  if (token.substr(0, kPrefix.size()) != kPrefix) {
    return MakeStatus(StatusCode::kUnauthenticated, "not one of ours; log in again");
  }
  return Caller{std::string(token.substr(kPrefix.size())), "user", "login"};
}

TEST_F(PresenceTcpTest, AUserHeldByATokenCannotBeClaimedWithoutOne) {
  Listen({}, Authenticate);
  LineClient bound = SignOn("ann", R"({"v":2,"user_id":"ann","token":"token-of-ann"})");
  LineClient claim = Connect();
  claim.Send(R"({"user_id":"ann","friends":["bob"]})");
  EXPECT_EQ(claim.Line(), R"({"error":"this user is signed in with a token; connect with a token too"})");
  EXPECT_EQ(claim.Line(), "<end>");
  LineClient second = SignOn("ann", R"({"user_id":"ann","token":"token-of-ann"})");
  bound.Send(R"({"ping":1})");
  EXPECT_EQ(bound.Line(), R"({"pong":1})");
}

TEST_F(PresenceTcpTest, ATokenSendsAwayThoseWithoutOne) {
  Listen({}, Authenticate);
  LineClient watcher = SignOn("bob", R"({"v":2,"user_id":"bob","friends":["ann"]})");
  LineClient impostor = SignOn("ann", R"({"user_id":"ann"})");
  EXPECT_EQ(watcher.Line(), R"({"online":true,"user_id":"ann"})");
  LineClient bound = Connect();
  bound.Send(R"({"v":2,"user_id":"ann","token":"token-of-ann"})");
  EXPECT_EQ(impostor.Line(), R"({"error":"this user has signed in with a token; connect with a token too"})");
  EXPECT_EQ(impostor.Line(), "<end>");
  EXPECT_TRUE(watcher.IsSilent());
}

TEST_F(PresenceTcpTest, TokensAreCheckedWhereverTheyAreBrought) {
  Listen({}, Authenticate);
  const struct {
    const char* hello;
    const char* answer;
  } cases[] = {
      {R"({"user_id":"ann","token":"forged"})", R"({"error":"token: not one of ours; log in again"})"},
      {R"({"user_id":"ann","token":"token-of-bob"})", R"({"error":"token: belongs to another user"})"},
      {R"({"user_id":"ann","token":7})", R"({"error":"token: must be a string"})"},
  };
  for (const auto& bad : cases) {
    LineClient client = Connect();
    client.Send(bad.hello);
    EXPECT_EQ(client.Line(), bad.answer);
    EXPECT_EQ(client.Line(), "<end>");
  }
  EXPECT_EQ(hub_.counts().users, 0u);
}

TEST_F(PresenceTcpTest, WherePresenceAuthIsOnATokenIsRequired) {
  PresenceTcpOptions options;
  options.require_token = true;
  Listen(options, Authenticate);
  for (const char* hello : {R"({"user_id":"ann"})", R"({"v":2,"user_id":"ann","friends":["bob"]})",
                            R"({"user_id":"ann","online":false})"}) {
    LineClient client = Connect();
    client.Send(hello);
    EXPECT_EQ(client.Line(), R"({"error":"token: is required here; log in and send one"})");
    EXPECT_EQ(client.Line(), "<end>");
  }
  SignOn("ann", R"({"user_id":"ann","token":"token-of-ann"})");
}

TEST_F(PresenceTcpTest, AServerThatCannotCheckTokensDoesNotPretendTo) {
  LineClient client = Connect();
  client.Send(R"({"user_id":"ann","token":"token-of-ann"})");
  EXPECT_EQ(client.Line(), R"({"error":"token: cannot be checked by this server; leave it out"})");
  EXPECT_EQ(client.Line(), "<end>");
}

}  // namespace
}  // namespace oofgg::net
