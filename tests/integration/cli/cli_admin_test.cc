// The commands of admins, and of the operator who holds the auth server's keys.

#include <filesystem>
#include <fstream>

#include "oofgg/auth/key_store.h"
#include "oofgg/auth/token_verifier.h"
#include "tests/integration/cli/scripted_shell.h"

namespace oofgg {
namespace {

namespace fs = std::filesystem;
using ::oofgg::testing::Answer;
using std::chrono::seconds;
using ::testing::HasSubstr;
namespace methods = wire::methods;

constexpr const char* kBobsId = "01932f6e-7a3c-7b2d-8f4e-0123456789ab";

Account Bob() {
  return {.user_id = kBobsId,
          .username = "bob",
          .email = {},
          .role = "user",
          .created_at = WallTime(seconds(1'800'014'400)),
          .banned = true,
          .banned_until = {},
          .ban_reason = "cheating",
          .identities = {}};
}

class CliAdminTest : public testing::ScriptedCliTest {
 protected:
  CliAdminTest() { server_.Answer<methods::FindAccount>(Bob()); }
};

TEST_F(CliAdminTest, AUserIsFoundByNameAddressOrId) {
  SignIn();
  const Answer answer = shell_.Run({"user", "find", "bob"});
  ExpectLine(answer, std::string("bob (") + kBobsId +
                         "), user, no e-mail, since 2027-01-15T12:00:00Z, banned for ever: cheating");
  EXPECT_EQ(server_.Asked<methods::FindAccount>().name, "bob");
  EXPECT_EQ(server_.Header<methods::FindAccount>("authorization"), "Bearer access-1");
  const std::string address = "a.name.of.thirty.six.bytes@example.c";
  ASSERT_EQ(address.size(), 36U);
  EXPECT_EQ(shell_.Run({"user", "find", address}).status, 0);
  EXPECT_EQ(server_.Asked<methods::FindAccount>().name, address);
  EXPECT_EQ(shell_.Run({"user", "find", kBobsId, "--json"}).Object()["ban_reason"], "cheating");
  EXPECT_EQ(server_.Asked<methods::FindAccount>().user_id, kBobsId);
  EXPECT_EQ(server_.Asked<methods::FindAccount>().name, "");
}

TEST_F(CliAdminTest, ABanIsOfTheAccountThatTheNameIsNow) {
  SignIn();
  server_.Answer<methods::Ban>(Bob());
  EXPECT_EQ(shell_.Run({"user", "ban", "bob", "--reason", "cheating", "--for", "7d"}).status, 0);
  const auto asked = server_.Asked<methods::Ban>();
  EXPECT_EQ(asked.user_id, kBobsId);
  EXPECT_EQ(asked.reason, "cheating");
  EXPECT_EQ(asked.duration, std::chrono::hours(7 * 24));
  EXPECT_EQ(shell_.Run({"user", "ban", kBobsId}).status, 0);
  EXPECT_EQ(server_.Asked<methods::Ban>().duration, seconds(0)) << "for ever";
  EXPECT_EQ(server_.Count<methods::FindAccount>(), 1U) << "an id need not be looked up";
}

TEST_F(CliAdminTest, OtherActsReachTheAccountToo) {
  SignIn();
  server_.Answer<methods::Unban>(Bob());
  server_.Answer<methods::SetRole>(Bob());
  server_.Answer<methods::EndUserSessions>({4});
  server_.Answer<methods::DeleteUser>({});
  EXPECT_EQ(shell_.Run({"user", "unban", "bob"}).status, 0);
  EXPECT_EQ(server_.Asked<methods::Unban>().user_id, kBobsId);
  EXPECT_EQ(shell_.Run({"user", "role", "bob", "admin"}).status, 0);
  EXPECT_EQ(server_.Asked<methods::SetRole>().user_id, kBobsId);
  EXPECT_EQ(server_.Asked<methods::SetRole>().role, "admin");
  ExpectLine(shell_.Run({"user", "logout", "bob"}), "sessions ended: 4");
  EXPECT_EQ(server_.Asked<methods::EndUserSessions>().user_id, kBobsId);
  EXPECT_EQ(shell_.Run({"user", "delete", "bob"}).status, 2) << "there is no way back";
  EXPECT_EQ(server_.Count<methods::DeleteUser>(), 0U);
  ExpectLine(shell_.Run({"user", "delete", "bob", "--yes"}), "deleted the account and all its data");
  EXPECT_EQ(server_.Asked<methods::DeleteUser>().user_id, kBobsId);
}

TEST_F(CliAdminTest, WhoMayNotIsTold) {
  SignIn();
  server_.Refuse<methods::FindAccount>(MakeStatus(StatusCode::kPermissionDenied, "needs the role admin"));
  ExpectRefusal(shell_.Run({"user", "find", "bob"}), "needs the role admin");
}

class CliOperatorTest : public CliAdminTest {
 protected:
  [[nodiscard]] std::string keys() const { return folder_.path() + "/keys"; }
  /// The operator's token as the auth server would take it.
  StatusOr<auth::VerifiedToken> TokenSent(const std::string& issuer = auth::kDefaultIssuer) {
    const auto store = auth::KeyStore::Open(keys());
    EXPECT_TRUE(store.ok()) << store.status();
    const auth::TokenVerifier verifier(Clock::System(), store->public_keys(), {.issuer = issuer});
    const std::string header = server_.Header<methods::FindAccount>("authorization");
    return verifier.Verify(header.substr(std::string("Bearer ").size()));
  }

  testing::TemporaryDirectory folder_;
};

TEST_F(CliOperatorTest, ActsByTheServersKeysWithoutAnAccount) {
  ASSERT_TRUE(auth::KeyStore::Open(keys()).ok());
  EXPECT_EQ(shell_.Run({"user", "find", "bob", "--keys", keys()}).status, 0);
  const auto token = TokenSent();
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->caller.role, "admin");
  EXPECT_EQ(token->caller.user_id, "operator");
  EXPECT_EQ(token->caller.session_id, "operator");
  EXPECT_LE(token->expires_at, Clock::System().WallNow() + seconds(60));
  EXPECT_FALSE(fs::exists(shell_.session_file())) << "it is nobody's session";
  EXPECT_EQ(shell_.Run({"user", "find", "bob", "--keys", keys(), "--issuer", "other"}).status, 0);
  EXPECT_FALSE(TokenSent().ok());
  EXPECT_TRUE(TokenSent("other").ok());
}

TEST_F(CliOperatorTest, LeavesWhoIsSignedInAlone) {
  SignIn();
  ASSERT_TRUE(auth::KeyStore::Open(keys()).ok());
  const auto before = fs::last_write_time(shell_.session_file());
  EXPECT_EQ(shell_.Run({"--json", "user", "--keys", keys(), "find", "bob"}).status, 0);
  EXPECT_TRUE(TokenSent().ok());
  EXPECT_EQ(fs::last_write_time(shell_.session_file()), before);
}

TEST_F(CliOperatorTest, MakesNoKeysInAWrongDirectory) {
  const Answer absent = shell_.Run({"user", "find", "bob", "--keys", keys()});
  ExpectRefusal(absent, "--keys: cannot list " + keys() + ": No such file or directory");
  EXPECT_FALSE(fs::exists(keys()));
  fs::create_directory(keys());
  std::ofstream(keys() + "/notes.txt") << "no key";
  ExpectRefusal(shell_.Run({"user", "find", "bob", "--keys", keys()}),
                "--keys: there are no keys in " + keys() + "; name the --keys of oofgg-auth");
  EXPECT_EQ(std::distance(fs::directory_iterator(keys()), {}), 1);
  EXPECT_EQ(server_.Count<methods::FindAccount>(), 0U);
}

using CliServiceTest = CliAdminTest;

ServiceCredentialInfo Credential(const std::string& id) {
  return {.id = id,
          .name = "arena",
          .game_id = {},
          .created_at = WallTime(seconds(1'800'014'400)),
          .credential = {}};
}

TEST_F(CliServiceTest, ASecretIsPrintedAloneAndOnce) {
  SignIn();
  ServiceCredentialInfo made = Credential("c1");
  made.credential = "c1.the-secret";
  server_.Answer<methods::CreateServiceCredential>(made);
  server_.Answer<methods::RotateServiceCredential>(made);
  ExpectLine(shell_.Run({"service", "create", "arena", "--game", "g1", "--for", "90d"}), "c1.the-secret");
  const auto created = server_.Asked<methods::CreateServiceCredential>();
  EXPECT_EQ(created.name, "arena");
  EXPECT_EQ(created.game_id, "g1");
  EXPECT_EQ(created.lifetime, std::chrono::hours(90 * 24));
  ExpectLine(shell_.Run({"service", "rotate", "c1"}), "c1.the-secret");
  EXPECT_EQ(server_.Asked<methods::RotateServiceCredential>().id, "c1");
  EXPECT_EQ(server_.Asked<methods::RotateServiceCredential>().overlap, std::chrono::hours(1));
  EXPECT_EQ(shell_.Run({"service", "rotate", "c1", "--overlap", "0s", "--json"}).Object()["credential"],
            "c1.the-secret");
  EXPECT_EQ(server_.Asked<methods::RotateServiceCredential>().overlap, seconds(0));
}

TEST_F(CliServiceTest, CredentialsAreListedWithoutSecrets) {
  SignIn();
  ServiceCredentialInfo revoked = Credential("c2");
  revoked.revoked = true;
  server_.Answer<methods::ListServiceCredentials>({{Credential("c1"), revoked}});
  EXPECT_EQ(shell_.Run({"service", "list"}).output,
            "id  name   game       since                 ends\n"
            "c1  arena  all games  2027-01-15T12:00:00Z  never\n"
            "c2  arena  all games  2027-01-15T12:00:00Z  never  revoked\n");
  EXPECT_EQ(server_.Asked<methods::ListServiceCredentials>().limit, 100U);
  const auto lines = Lines(shell_.Run({"service", "list", "--json"}).output);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1]["revoked"], true);
  EXPECT_FALSE(lines[0].contains("credential"));
  server_.Answer<methods::ListServiceCredentials>({});
  ExpectLine(shell_.Run({"service", "list"}), "no credentials yet");
}

TEST_F(CliServiceTest, ARevokedCredentialIsNamed) {
  SignIn();
  server_.Answer<methods::RevokeServiceCredential>(Credential("c1"));
  ExpectLine(shell_.Run({"service", "revoke", "c1"}), "revoked c1 of arena");
  EXPECT_EQ(server_.Asked<methods::RevokeServiceCredential>().id, "c1");
}

TEST_F(CliServiceTest, ALoginKeepsTheTokenAndNotTheCredential) {
  server_.Answer<methods::ServiceLogin>({.user_id = "service-1",
                                         .access_token = "access-9",
                                         .refresh_token = {},
                                         .expires_in = std::chrono::minutes(15)});
  ExpectLine(shell_.Run({"service", "login"}, "c1.the-secret\n"),
             "signed in as the service service-1 for 900 s");
  EXPECT_EQ(server_.Asked<methods::ServiceLogin>().credential, "c1.the-secret");
  std::ifstream file(shell_.session_file());
  const std::string session((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_THAT(session, HasSubstr("access-9"));
  EXPECT_THAT(session, ::testing::Not(HasSubstr("the-secret")));
  server_.Answer<methods::GetAccount>(Bob());
  EXPECT_EQ(shell_.Run({"account"}).status, 0) << "the token is good until it ends";
  EXPECT_EQ(server_.Header<methods::GetAccount>("authorization"), "Bearer access-9");
}

TEST_F(CliAdminTest, HelpHasExamples) {
  EXPECT_THAT(shell_.Run({"user", "--help"}).output,
              HasSubstr("oofgg user role ann admin --keys oofgg-data/auth-keys"));
  EXPECT_THAT(shell_.Run({"service", "--help"}).output, HasSubstr("oofgg service login < arena.credential"));
  EXPECT_THAT(shell_.Run({"logout", "--help"}).output, HasSubstr("oofgg logout --everywhere"));
  EXPECT_THAT(shell_.Run({"logout", "--help"}).output, HasSubstr("such as --json and --session"));
}

}  // namespace
}  // namespace oofgg
