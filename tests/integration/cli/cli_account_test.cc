// The commands of an account's owner: what they send, what they keep, and what they say.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/integration/cli/scripted_shell.h"

namespace oofgg {
namespace {

using ::oofgg::testing::Answer;
using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace methods = wire::methods;

constexpr WallTime kNoon{std::chrono::seconds(1'800'014'400)};  // 2027-01-15T12:00:00Z

Account Ann() {
  return {.user_id = "u1",
          .username = "ann",
          .email = "ann@example.com",
          .email_verified = false,
          .role = "user",
          .guest = false,
          .has_password = true,
          .created_at = kNoon,
          .ban_reason = {},
          .identities = {{.provider = "twitch", .created_at = kNoon}}};
}

class CliAccountTest : public testing::ScriptedCliTest {
 protected:
  [[nodiscard]] std::string device_file() const { return shell_.session_file() + ".device"; }
  [[nodiscard]] bool IsSignedIn() const { return std::filesystem::exists(shell_.session_file()); }
};

TEST_F(CliAccountTest, AGuestIsTheSameOneEveryTime) {
  SignIn();
  struct stat info {};
  ASSERT_EQ(stat(device_file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600U);
  const std::string secret = server_.Asked<methods::GuestLogin>().device_secret;
  EXPECT_GE(secret.size(), 32U);
  EXPECT_THAT(server_.Header<methods::GuestLogin>("x-user-agent"), StartsWith("oofgg on "));
  ExpectLine(shell_.Run({"guest"}), "signed in as this device's guest (u1)");
  EXPECT_EQ(server_.Asked<methods::GuestLogin>().device_secret, secret);
  EXPECT_EQ(shell_.Run({"guest", "--json"}).Object(), (Json{{"user_id", "u1"}, {"expires_in", 900}}));
}

TEST_F(CliAccountTest, ADeviceSecretThatOthersCanReadIsRefused) {
  SignIn();
  ASSERT_EQ(chmod(device_file().c_str(), 0644), 0);
  const Answer answer = shell_.Run({"guest"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_THAT(answer.errors, HasSubstr(device_file()));
  EXPECT_EQ(server_.Count<methods::GuestLogin>(), 1U);
  ASSERT_EQ(chmod(device_file().c_str(), 0600), 0);
  std::ofstream(device_file()) << "short\n";
  ExpectRefusal(shell_.Run({"guest"}),
                device_file() + " is no device secret; move it away to begin as a new guest");
}

TEST_F(CliAccountTest, WhoTakesAnothersPlaceIsTold) {
  SignIn();
  server_.Answer<methods::Login>({.user_id = {},
                                  .access_token = "e30.eyJzdWIiOiJ1NyJ9.x",
                                  .refresh_token = "refresh-2",
                                  .expires_in = std::chrono::minutes(15)});
  const Answer answer = shell_.Run({"login", "bob"}, "a long password\n");
  EXPECT_EQ(answer.output, "signed in as bob (u7)\n");
  EXPECT_EQ(
      answer.errors,
      "oofgg: the session of u1 on this machine was replaced; on the server it goes on until it expires "
      "or is ended\n");
  ExpectLine(shell_.Run({"login", "bob"}, "a long password\n"), "signed in as bob (u7)");
  server_.Answer<methods::GuestLogin>(
      {.user_id = "u1", .access_token = "a", .refresh_token = "r", .expires_in = std::chrono::minutes(15)});
  const Answer scripted = shell_.Run({"guest", "--json"});
  EXPECT_THAT(Lines(scripted.errors).at(0).value("warning", ""), StartsWith("the session of u7"));
}

TEST_F(CliAccountTest, AnUpgradeNamesTheGuest) {
  SignIn();
  server_.Answer<methods::UpgradeAccount>(Ann());
  server_.Answer<methods::CreatePlayer>({});
  ExpectLine(shell_.Run({"upgrade", "ann", "--email", "ann@example.com"}, "a long password\n"),
             "ann (u1), user, ann@example.com (not verified), by twitch, since 2027-01-15T12:00:00Z");
  const auto asked = server_.Asked<methods::UpgradeAccount>();
  EXPECT_EQ(asked.username, "ann");
  EXPECT_EQ(asked.email, "ann@example.com");
  EXPECT_EQ(asked.password, "a long password");
  EXPECT_EQ(server_.Asked<methods::CreatePlayer>().username, "ann") << "on leaderboards, too";
  EXPECT_EQ(server_.Header<methods::UpgradeAccount>("authorization"), "Bearer access-1");
}

TEST_F(CliAccountTest, TwitchsTokenIsReadFromStdin) {
  server_.Answer<methods::TwitchLogin>({.user_id = {},
                                        .access_token = "e30.eyJzdWIiOiJ1NyJ9.x",
                                        .refresh_token = "r",
                                        .expires_in = std::chrono::minutes(15)});
  ExpectLine(shell_.Run({"twitch-login", "--client-id", "game"}, "helix\n"), "signed in with Twitch (u7)");
  EXPECT_EQ(server_.Asked<methods::TwitchLogin>().helix_token, "helix");
  EXPECT_EQ(server_.Asked<methods::TwitchLogin>().client_id, "game");
  EXPECT_TRUE(IsSignedIn());
  ExpectRefusal(shell_.Run({"twitch-login"}), "no Twitch token; type it, or send it as a line on stdin");
}

TEST_F(CliAccountTest, SessionsAreATable) {
  SignIn();
  server_.Answer<methods::ListSessions>({{{.session_id = "s-long-id",
                                           .label = "Race",
                                           .created_at = kNoon,
                                           .last_used_at = kNoon,
                                           .expires_at = kNoon,
                                           .current = true},
                                          {.session_id = "s2", .label = {}}}});
  const Answer answer = shell_.Run({"sessions"});
  EXPECT_EQ(answer.output,
            "session    client  since                 last used             ends\n"
            "s-long-id  Race    2027-01-15T12:00:00Z  2027-01-15T12:00:00Z  2027-01-15T12:00:00Z  this one\n"
            "s2                 -                     -                     never\n");
  const auto lines = Lines(shell_.Run({"sessions", "--json"}).output);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["session_id"], "s-long-id");
  EXPECT_EQ(lines[0]["created_at_ms"], 1'800'014'400'000);
  EXPECT_EQ(lines[0]["current"], true);
}

TEST_F(CliAccountTest, LogoutEndsTheSessionThereAndHere) {
  SignIn();
  server_.Answer<methods::Logout>({});
  ExpectLine(shell_.Run({"logout"}), "signed out");
  EXPECT_EQ(server_.Asked<methods::Logout>().session_id, "");
  EXPECT_FALSE(IsSignedIn());
  ExpectLine(shell_.Run({"logout"}), "signed out");
  EXPECT_EQ(server_.Count<methods::Logout>(), 1U) << "there was nothing left to end";
}

TEST_F(CliAccountTest, LogoutIsHereEvenIfTheServerIsAway) {
  SignIn();
  server_.Refuse<methods::Logout>(MakeStatus(StatusCode::kInternal, "the disk is full"));
  ExpectRefusal(shell_.Run({"logout"}), "signed out here, but the server may not know it: the disk is full");
  EXPECT_FALSE(IsSignedIn());
}

TEST_F(CliAccountTest, LogoutOfOthersKeepsOurs) {
  SignIn();
  server_.Answer<methods::Logout>({});
  ExpectLine(shell_.Run({"logout", "s8", "s9"}), "ended s8\nended s9");
  EXPECT_EQ(server_.Asked<methods::Logout>().session_id, "s9");
  EXPECT_TRUE(IsSignedIn());
  server_.Answer<methods::LogoutEverywhere>({3});
  ExpectLine(shell_.Run({"logout", "--everywhere"}), "signed out everywhere; sessions ended: 3");
  EXPECT_FALSE(IsSignedIn());
  EXPECT_EQ(shell_.Run({"logout", "s8", "--everywhere"}).status, 2) << "one or the other";
}

TEST_F(CliAccountTest, AnAccountIsShownWhole) {
  SignIn();
  server_.Answer<methods::GetAccount>(Ann());
  const Answer shown = shell_.Run({"account", "show"});
  EXPECT_THAT(shown.output, StartsWith("ann (u1), user, "));
  EXPECT_EQ(shell_.Run({"account"}).output, shown.output);
  EXPECT_EQ(shell_.Run({"account", "--json"}).Object(),
            (Json{{"user_id", "u1"},
                  {"username", "ann"},
                  {"email", "ann@example.com"},
                  {"email_verified", false},
                  {"role", "user"},
                  {"guest", false},
                  {"has_password", true},
                  {"created_at_ms", 1'800'014'400'000},
                  {"banned", false},
                  {"banned_until_ms", 0},
                  {"ban_reason", ""},
                  {"identities", {{{"provider", "twitch"}, {"created_at_ms", 1'800'014'400'000}}}}}));
}

TEST_F(CliAccountTest, AnAccountIsDeletedByItsPassword) {
  SignIn();
  server_.Answer<methods::GetAccount>(Ann());
  server_.Answer<methods::DeleteAccount>({});
  ExpectRefusal(shell_.Run({"account", "delete", "--yes"}),
                "no password; type it, or send it as a line on stdin");
  EXPECT_EQ(server_.Count<methods::DeleteAccount>(), 0U);
  ExpectLine(shell_.Run({"account", "delete"}, "secret\n"), "deleted the account and all its data");
  EXPECT_EQ(server_.Asked<methods::DeleteAccount>().password, "secret");
  EXPECT_FALSE(IsSignedIn());
}

TEST_F(CliAccountTest, AGuestsIsDeletedWhenOneIsSure) {
  SignIn();
  Account guest = Ann();
  guest.has_password = false;
  server_.Answer<methods::GetAccount>(guest);
  server_.Answer<methods::DeleteAccount>({});
  ExpectRefusal(shell_.Run({"account", "delete"}),
                "this account has no password to ask for; say --yes to delete it");
  EXPECT_EQ(server_.Count<methods::DeleteAccount>(), 0U);
  ExpectLine(shell_.Run({"account", "delete", "--yes"}), "deleted the account and all its data");
}

TEST_F(CliAccountTest, TwitchIsLinkedByItsTokenAndThePassword) {
  SignIn();
  server_.Answer<methods::GetAccount>(Ann());
  server_.Answer<methods::LinkTwitch>(Ann());
  ExpectLine(shell_.Run({"account", "link-twitch"}, "helix\nsecret\n"),
             "linked the account with Twitch, which opens it from now on");
  EXPECT_EQ(server_.Asked<methods::LinkTwitch>().helix_token, "helix");
  EXPECT_EQ(server_.Asked<methods::LinkTwitch>().current_password, "secret");
  Account guest = Ann();
  guest.has_password = false;
  server_.Answer<methods::GetAccount>(guest);
  ExpectLine(shell_.Run({"account", "link-twitch"}, "helix\n"),
             "linked the account with Twitch, which opens it from now on");
  EXPECT_EQ(server_.Asked<methods::LinkTwitch>().current_password, "");
}

TEST_F(CliAccountTest, PasswordsAreTwoLinesOfStdin) {
  SignIn();
  server_.Answer<methods::ChangePassword>({});
  ExpectLine(shell_.Run({"password", "change"}, "the old one\nthe new one\n"),
             "changed the password; other sessions of the account are ended");
  EXPECT_EQ(server_.Asked<methods::ChangePassword>().current_password, "the old one");
  EXPECT_EQ(server_.Asked<methods::ChangePassword>().new_password, "the new one");
  EXPECT_TRUE(IsSignedIn());
  ExpectRefusal(shell_.Run({"password", "change"}, "the old one\n"),
                "no new password; type it, or send it as a line on stdin");
}

TEST_F(CliAccountTest, AForgottenPasswordIsSetAnewByAMailedCode) {
  server_.Answer<methods::RequestPasswordReset>({});
  server_.Answer<methods::ResetPassword>({});
  ExpectLine(shell_.Run({"password", "reset", "ann@example.com"}),
             "if ann@example.com is an account's, a code is on its way there");
  EXPECT_EQ(server_.Asked<methods::RequestPasswordReset>().email, "ann@example.com");
  ExpectLine(shell_.Run({"password", "reset", "ann@example.com", "--code"}, "123456\nthe new one\n"),
             "set the new password; all sessions of the account are ended");
  const auto asked = server_.Asked<methods::ResetPassword>();
  EXPECT_EQ(asked.email, "ann@example.com");
  EXPECT_EQ(asked.code, "123456");
  EXPECT_EQ(asked.new_password, "the new one");
}

TEST_F(CliAccountTest, AnAddressIsProvedByAMailedCode) {
  server_.Answer<methods::RequestEmailCode>({});
  server_.Answer<methods::VerifyEmail>({});
  ExpectRefusal(shell_.Run({"email", "verify"}, "123456\n"),
                "whose address? sign in, or give the --user that the mail names");
  ExpectLine(shell_.Run({"email", "verify", "--user", "u7"}, "123456\n"), "verified the address");
  EXPECT_EQ(server_.Asked<methods::VerifyEmail>().user_id, "u7");
  SignIn();
  ExpectLine(shell_.Run({"email", "send-code"}), "a code is on its way to the account's address");
  EXPECT_EQ(server_.Asked<methods::RequestEmailCode>().email, "");
  server_.Answer<methods::GetAccount>(Ann());
  ExpectLine(shell_.Run({"email", "send-code", "ann@example.com"}),
             "a code is on its way to ann@example.com");
  ExpectRefusal(shell_.Run({"email", "send-code", "a@b.c"}),
                "no password; type it, or send it as a line on stdin");
  ExpectLine(shell_.Run({"email", "send-code", "a@b.c"}, "secret\n"), "a code is on its way to a@b.c");
  EXPECT_EQ(server_.Asked<methods::RequestEmailCode>().email, "a@b.c");
  EXPECT_EQ(server_.Asked<methods::RequestEmailCode>().current_password, "secret");
  Account guest = Ann();
  guest.has_password = false;
  server_.Answer<methods::GetAccount>(guest);
  ExpectLine(shell_.Run({"email", "send-code", "a@b.c"}), "a code is on its way to a@b.c");
  ExpectLine(shell_.Run({"email", "verify"}, "654321\n"), "verified the address");
  EXPECT_EQ(server_.Asked<methods::VerifyEmail>().user_id, "u1");
  EXPECT_EQ(server_.Asked<methods::VerifyEmail>().code, "654321");
}

TEST_F(CliAccountTest, AServerThatDidNotMakeTheSessionDoesNotEndIt) {
  SignIn();
  testing::ScriptedServer another;
  for (testing::ScriptedServer* each : {&server_, &another}) {
    each->Refuse<methods::RefreshToken>(MakeStatus(StatusCode::kUnauthenticated, "no such session"));
  }
  // Twice, as an attempt is kept in the file, too.
  for (int i = 0; i < 2; ++i) {
    ExpectRefusal(shell_.Run({"--auth", another.address(), "refresh"}),
                  "this session was made at " + server_.address() + "; it is kept, and " + another.address() +
                      " does not know it: give --auth of the server that made it, or sign in again: oofgg "
                      "login NAME");
  }
  EXPECT_TRUE(IsSignedIn());
  EXPECT_EQ(shell_.Run({"refresh"}).status, 1);
  EXPECT_FALSE(IsSignedIn()) << "the server that made it has ended it";
}

TEST_F(CliAccountTest, ASessionOfAnUnknownServerIsKept) {
  SignIn();
  Json session = Json::parse(std::ifstream(shell_.session_file()));
  session.erase("server");  // As earlier versions wrote it.
  std::ofstream(shell_.session_file()) << session;
  server_.Refuse<methods::RefreshToken>(MakeStatus(StatusCode::kUnauthenticated, "no such session"));
  const Answer refused = shell_.Run({"refresh"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("does not say which server made its session; it is kept"));
  EXPECT_TRUE(IsSignedIn());
  server_.Answer<methods::RefreshToken>({.user_id = "u1",
                                         .access_token = "access-2",
                                         .refresh_token = "refresh-2",
                                         .expires_in = std::chrono::minutes(15)});
  EXPECT_EQ(shell_.Run({"refresh"}).status, 0);
  EXPECT_EQ(Json::parse(std::ifstream(shell_.session_file()))["server"], server_.address())
      << "it has answered";
}

TEST_F(CliAccountTest, WhoIsNotSignedInIsToldHow) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"upgrade", "ann"},
                                                    {"account"},
                                                    {"account", "delete"},
                                                    {"sessions"},
                                                    {"logout", "--everywhere"},
                                                    {"password", "change"},
                                                    {"email", "send-code"},
                                                    {"user", "find", "ann"},
                                                    {"service", "list"}}) {
    ExpectRefusal(shell_.Run(arguments), "not signed in; run: oofgg login NAME");
  }
}

}  // namespace
}  // namespace oofgg
