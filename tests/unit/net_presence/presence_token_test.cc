// Who may be whom on the presence port.

#include "tests/unit/net_presence/presence_fixture.h"

namespace oofgg::net {
namespace {

// Takes "token-of-NAME" and "token-of-NAME/LOGIN".
StatusOr<Caller> Authenticate(std::string_view token) {
  constexpr std::string_view kPrefix = "token-of-";
  if (token.substr(0, kPrefix.size()) != kPrefix) {
    return MakeStatus(StatusCode::kUnauthenticated, "not one of ours; log in again");
  }
  token.remove_prefix(kPrefix.size());
  const std::size_t slash = token.find('/');
  const std::string login(slash == std::string_view::npos ? "login" : token.substr(slash + 1));
  return Caller{std::string(token.substr(0, slash)), "user", login};
}

TEST_P(PresenceFormsTest, AUserHeldByATokenCannotBeClaimedWithoutOne) {
  Listen({}, Authenticate);
  LineClient bound = SignOn("ann", R"({"v":2,"user_id":"ann","token":"token-of-ann"})");
  LineClient claim = Connect();
  claim.Send(R"({"user_id":"ann","friends":["bob"]})");
  EXPECT_EQ(
      claim.Line(),
      R"({"error":"this user is signed in with a token; connect with a token too","code":"PERMISSION_DENIED"})");
  EXPECT_EQ(claim.Line(), "<end>");
  LineClient second = SignOn("ann", R"({"user_id":"ann","token":"token-of-ann"})");
  bound.Send(R"({"ping":1})");
  EXPECT_EQ(bound.Line(), R"({"pong":1})");
}

TEST_P(PresenceFormsTest, ATokenSendsAwayThoseWithoutOne) {
  Listen({}, Authenticate);
  LineClient watcher = SignOn("bob", R"({"v":2,"user_id":"bob","friends":["ann"]})");
  LineClient impostor = SignOn("ann", R"({"user_id":"ann"})");
  EXPECT_EQ(watcher.Line(), R"({"online":true,"user_id":"ann"})");
  LineClient bound = Connect();
  bound.Send(R"({"v":2,"user_id":"ann","token":"token-of-ann"})");
  EXPECT_EQ(
      impostor.Line(),
      R"({"error":"this user has signed in with a token; connect with a token too","code":"PERMISSION_DENIED"})");
  EXPECT_EQ(impostor.Line(), "<end>");
  EXPECT_TRUE(watcher.IsSilent());
}

TEST_P(PresenceFormsTest, TokensAreCheckedWhereverTheyAreBrought) {
  Listen({}, Authenticate);
  const struct {
    const char* hello;
    const char* answer;
  } cases[] = {
      {R"({"user_id":"ann","token":"forged"})",
       R"({"error":"token: not one of ours; log in again","code":"UNAUTHENTICATED"})"},
      {R"({"user_id":"ann","token":"token-of-bob"})",
       R"({"error":"token: belongs to another user","code":"PERMISSION_DENIED"})"},
      {R"({"user_id":"ann","token":7})", R"({"error":"token: must be a string","code":"INVALID_ARGUMENT"})"},
  };
  for (const auto& bad : cases) {
    LineClient client = Connect();
    client.Send(bad.hello);
    EXPECT_EQ(client.Line(), bad.answer);
    EXPECT_EQ(client.Line(), "<end>");
  }
  EXPECT_EQ(hub_.counts().users, 0u);
}

TEST_P(PresenceFormsTest, WherePresenceAuthIsOnATokenIsRequired) {
  PresenceTcpOptions options;
  options.require_token = true;
  Listen(options, Authenticate);
  for (const char* hello : {R"({"user_id":"ann"})", R"({"v":2,"user_id":"ann","friends":["bob"]})",
                            R"({"user_id":"ann","online":false})"}) {
    LineClient client = Connect();
    client.Send(hello);
    EXPECT_EQ(client.Line(),
              R"({"error":"token: is required here; log in and send one","code":"UNAUTHENTICATED"})");
    EXPECT_EQ(client.Line(), "<end>");
  }
  SignOn("ann", R"({"user_id":"ann","token":"token-of-ann"})");
}

TEST_P(PresenceFormsTest, ALoginThatIsEndedTakesItsConnectionsAlong) {
  Listen({}, Authenticate);
  LineClient watcher = SignOn("bob", R"({"v":2,"user_id":"bob","friends":["ann"]})");
  LineClient first = SignOn("ann", R"({"v":2,"user_id":"ann","token":"token-of-ann/1"})");
  EXPECT_EQ(watcher.Line(), R"({"online":true,"user_id":"ann"})");
  LineClient again = SignOn("ann", R"({"user_id":"ann","token":"token-of-ann/1"})");
  LineClient other = SignOn("ann", R"({"v":2,"user_id":"ann","token":"token-of-ann/2"})");

  listener().EndSession("3");
  listener().EndSession("1");
  for (LineClient* client : {&first, &again}) {
    EXPECT_EQ(client->Line(),
              R"({"error":"this session has been ended; log in again","code":"UNAUTHENTICATED"})");
    EXPECT_EQ(client->Line(), "<end>");
  }
  other.Send(R"({"ping":1})");
  EXPECT_EQ(other.Line(), R"({"pong":1})") << "another login of the same user";
  EXPECT_TRUE(IsOnline("ann"));
  listener().EndSession("2");
  EXPECT_EQ(watcher.Line(), R"({"online":false,"user_id":"ann"})") << "at once, without grace";
  listener().EndSession("1");
  listener().EndSession("");
  EXPECT_TRUE(IsOnline("bob"));
}

TEST_P(PresenceFormsTest, WhoCameWithATokenCanBeSentToFetchAFreshOne) {
  Listen({}, Authenticate);
  LineClient watcher = SignOn("bob", R"({"v":2,"user_id":"bob","friends":["ann"]})");
  LineClient ann = SignOn("ann", R"({"v":2,"user_id":"ann","token":"token-of-ann/1"})");
  EXPECT_EQ(watcher.Line(), R"({"online":true,"user_id":"ann"})");
  LineClient cyd = SignOn("cyd", R"({"user_id":"cyd","token":"token-of-cyd/2"})");
  listener().SendAway();
  EXPECT_EQ(ann.Line(),
            R"({"error":"connect again, to be recognised anew","code":"UNAVAILABLE","reconnect":true})");
  EXPECT_EQ(ann.Line(), "<end>");
  EXPECT_EQ(cyd.Line(), "<end>") << "v1 has no word for it";
  SignOn("ann", R"({"v":2,"user_id":"ann","token":"token-of-ann/3"})");
  watcher.Send(R"({"ping":1})");
  EXPECT_EQ(watcher.Line(), R"({"pong":1})") << "she was never away, and who has no token stays";
}

TEST_P(PresenceFormsTest, WhoSignedOffIsNobodysLogin) {
  Listen({}, Authenticate);
  LineClient client = SignOn("ann", R"({"v":2,"user_id":"ann","token":"token-of-ann/1"})");
  client.Send(R"({"online":false})");
  ExpectOffline("ann");
  client.Send(R"({"user_id":"ann","token":"token-of-ann/2"})");
  ExpectOnline("ann");
  listener().EndSession("1");
  client.Send(R"({"ping":1})");
  EXPECT_EQ(client.Line(), R"({"pong":1})");
  listener().EndSession("2");
  EXPECT_EQ(client.Line(),
            R"({"error":"this session has been ended; log in again","code":"UNAUTHENTICATED"})");
}

TEST_P(PresenceFormsTest, AServerThatCannotCheckTokensDoesNotPretendTo) {
  LineClient client = Connect();
  client.Send(R"({"user_id":"ann","token":"token-of-ann"})");
  EXPECT_EQ(client.Line(),
            R"({"error":"token: cannot be checked by this server; leave it out","code":"INVALID_ARGUMENT"})");
  EXPECT_EQ(client.Line(), "<end>");
}

}  // namespace
}  // namespace oofgg::net
