// Accounts from a guest to their end, against a real server: that commands and facades mean the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/utc.h"
#include "tests/integration/cli/cli_environment.h"

namespace oofgg {
namespace {

using nlohmann::json;
using ::oofgg::testing::Answer;
using ::oofgg::testing::kPassword;
using ::oofgg::testing::NewName;
using ::oofgg::testing::Shell;
using ::oofgg::testing::TemporaryDirectory;
using ::oofgg::testing::Up;
using ::testing::HasSubstr;

constexpr const char* kNewPassword = "staple battery horse";

class CliRealAccountsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory;
    up_ = new Up(data());
  }
  static void TearDownTestSuite() {
    delete up_;
    delete folder_;
  }
  static std::string data() { return folder_->path() + "/data"; }

  /// Runs a command that must succeed, and gives what it says to scripts.
  static json Do(const Shell& shell, std::vector<std::string> arguments, const std::string& input = "") {
    const std::string command = arguments[0];
    arguments.push_back("--json");
    const Answer answer = shell.Run(std::move(arguments), input);
    EXPECT_EQ(answer.status, 0) << command << ": " << answer.errors;
    return answer.status == 0 ? answer.Object() : json::object();
  }
  /// The same for the operator.
  json Command(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--keys", data() + "/auth-keys"});
    return Do(operator_, std::move(arguments));
  }
  static std::string ReasonOf(const Answer& answer) {
    const json error = json::parse(answer.errors, nullptr, false);
    return error.is_object() ? error.value("reason", "") : answer.errors;
  }
  static std::size_t LinesOf(const std::string& output) {
    return static_cast<std::size_t>(std::count(output.begin(), output.end(), '\n'));
  }

  static Up* up_;
  static TemporaryDirectory* folder_;
  const std::string name_ = NewName("ann");
  const Shell ann_{up_->environment()};
  const Shell operator_{up_->environment()};
};

Up* CliRealAccountsTest::up_ = nullptr;
TemporaryDirectory* CliRealAccountsTest::folder_ = nullptr;

TEST_F(CliRealAccountsTest, AGuestBecomesAFullAccountAndStaysTheSame) {
  const std::string id = Do(ann_, {"guest"})["user_id"];
  EXPECT_EQ(Do(ann_, {"account"})["guest"], true);
  EXPECT_EQ(Do(ann_, {"guest"})["user_id"], id);
  const json account = Do(ann_, {"upgrade", name_}, std::string(kPassword) + "\n");
  EXPECT_EQ(account["user_id"], id);
  EXPECT_EQ(account["guest"], false);
  EXPECT_EQ(account["has_password"], true);
  const Shell elsewhere(up_->environment());
  EXPECT_EQ(Do(elsewhere, {"login", name_}, std::string(kPassword) + "\n")["user_id"], id);
}

TEST_F(CliRealAccountsTest, ALogoutEndsTheSessionOnTheServer) {
  Do(ann_, {"register", name_}, std::string(kPassword) + "\n");
  const Shell elsewhere(up_->environment());
  Do(elsewhere, {"login", name_}, std::string(kPassword) + "\n");
  const Answer sessions = ann_.Run({"sessions", "--json"});
  EXPECT_EQ(LinesOf(sessions.output), 2U) << sessions.output << sessions.errors;
  EXPECT_THAT(sessions.output, HasSubstr("\"label\":\"oofgg on "));
  std::istringstream lines(sessions.output);
  for (std::string line; std::getline(lines, line);) {
    const json session = json::parse(line);
    if (session["current"] == false) Do(ann_, {"logout", session["session_id"].get<std::string>()});
  }
  EXPECT_EQ(elsewhere.Run({"refresh"}).status, 1) << "it was ended from here";
  EXPECT_EQ(ann_.Run({"refresh"}).status, 0);
  Do(ann_, {"logout"});
  EXPECT_THAT(ann_.Run({"sessions"}).errors, HasSubstr("not signed in"));
}

TEST_F(CliRealAccountsTest, ANewPasswordEndsTheOtherSessions) {
  Do(ann_, {"register", name_}, std::string(kPassword) + "\n");
  const Shell elsewhere(up_->environment());
  Do(elsewhere, {"login", name_}, std::string(kPassword) + "\n");
  const Answer wrong =
      ann_.Run({"password", "change", "--json"}, "not it at all\n" + std::string(kNewPassword));
  EXPECT_EQ(ReasonOf(wrong), "INVALID_CREDENTIALS");
  Do(ann_, {"password", "change"}, std::string(kPassword) + "\n" + kNewPassword + "\n");
  EXPECT_EQ(ann_.Run({"refresh"}).status, 0);
  EXPECT_EQ(elsewhere.Run({"refresh"}).status, 1);
  Do(elsewhere, {"login", name_}, std::string(kNewPassword) + "\n");
  Do(ann_, {"account", "delete"}, std::string(kNewPassword) + "\n");
  EXPECT_EQ(elsewhere.Run({"login", name_}, std::string(kNewPassword) + "\n").status, 1);
}

TEST_F(CliRealAccountsTest, TheOperatorMakesTheFirstAdmin) {
  Do(ann_, {"register", name_}, std::string(kPassword) + "\n");
  const std::string bob = NewName("bob");
  const Shell bobs(up_->environment());
  Do(bobs, {"register", bob}, std::string(kPassword) + "\n");
  EXPECT_EQ(ann_.Run({"user", "find", bob}).status, 1) << "no admin yet";
  EXPECT_EQ(Command({"user", "role", name_, "admin"})["role"], "admin");
  Do(ann_, {"login", name_}, std::string(kPassword) + "\n");
  EXPECT_EQ(Do(ann_, {"user", "ban", bob, "--reason", "cheating", "--for", "1d"})["banned"], true);
  EXPECT_EQ(bobs.Run({"refresh"}).status, 1);
  EXPECT_EQ(bobs.Run({"login", bob}, std::string(kPassword) + "\n").status, 1);
  EXPECT_THAT(ann_.Run({"user", "ban", name_}).errors, HasSubstr("is your own account"));
  EXPECT_THAT(ann_.Run({"user", "delete", name_, "--yes"}).errors, HasSubstr("is your own account"));
  EXPECT_EQ(Do(ann_, {"user", "unban", bob})["banned"], false);
  Do(bobs, {"login", bob}, std::string(kPassword) + "\n");
  EXPECT_EQ(Do(ann_, {"user", "logout", bob})["ended"], 1);
  Do(ann_, {"user", "delete", bob, "--yes"});
  EXPECT_EQ(ann_.Run({"user", "find", bob}).status, 1);
}

TEST_F(CliRealAccountsTest, WhoIsBannedForATimeIsToldUntilWhen) {
  Do(ann_, {"register", name_}, std::string(kPassword) + "\n");
  const json banned = Command({"user", "ban", name_, "--reason", "cheating", "--for", "1d"});
  const WallTime end{std::chrono::milliseconds(banned["banned_until_ms"].get<std::int64_t>())};
  const Answer refused = ann_.Run({"login", name_}, std::string(kPassword) + "\n");
  EXPECT_EQ(refused.errors, "oofgg: the account is banned until " + FormatUtc(end) + "\n");
  Command({"user", "ban", name_});
  EXPECT_EQ(ann_.Run({"login", name_}, std::string(kPassword) + "\n").errors,
            "oofgg: the account is banned\n")
      << "for ever";
}

TEST_F(CliRealAccountsTest, ACredentialForAGameThatNobodyKnowsIsPointedAt) {
  const auto create = [&](const std::string& game) {
    return operator_.Run({"service", "create", "arena", "--game", game, "--keys", data() + "/auth-keys"});
  };
  const Answer unknown = create("nonsense");
  EXPECT_EQ(unknown.status, 0);
  EXPECT_THAT(unknown.errors, HasSubstr("knows no game nonsense"));
  EXPECT_THAT(create("My Game").errors, HasSubstr("game_id: must be a game's id"));
  Do(ann_, {"register", name_}, std::string(kPassword) + "\n");
  EXPECT_EQ(create(Do(ann_, {"game", "create", "Arena"})["game_id"]).errors, "");
}

TEST_F(CliRealAccountsTest, ACredentialWorksUntilItIsRevoked) {
  const json made = Command({"service", "create", "arena", "--for", "1d"});
  const Shell service(up_->environment());
  const auto sign_in = [&](const json& credential) {
    return service.Run({"service", "login"}, credential["credential"].get<std::string>() + "\n").status;
  };
  EXPECT_EQ(sign_in(made), 0);
  const json rotated = Command({"service", "rotate", made["id"]});
  EXPECT_NE(rotated["credential"], made["credential"]);
  EXPECT_EQ(sign_in(rotated), 0);
  EXPECT_EQ(sign_in(made), 0) << "the former one works on for an hour";
  EXPECT_EQ(Command({"service", "revoke", made["id"]})["revoked"], true);
  EXPECT_EQ(sign_in(rotated), 1);
  EXPECT_EQ(sign_in(made), 1);
}

TEST(CliRetiredKeyTest, SignsNobodyOutButServices) {
  const TemporaryDirectory folder;
  Up up(folder.path() + "/data");
  const Shell ann(up.environment());
  ASSERT_EQ(ann.Run({"register", "ann"}, std::string(kPassword) + "\n").status, 0);
  const std::string keys = folder.path() + "/data/auth-keys";
  const json made = ann.Run({"service", "create", "arena", "--keys", keys, "--json"}).Object();
  const Shell service(up.environment());
  ASSERT_EQ(service.Run({"service", "login"}, made["credential"].get<std::string>() + "\n").status, 0);
  EXPECT_EQ(service.Run({"whoami", "--json"}).Object()["role"], "service");
  const json key = ann.Run({"keys", "list", "--keys", keys, "--json"}).Object();
  ASSERT_EQ(ann.Run({"keys", "retire", key["kid"], "--replace", "--keys", keys}).status, 0);
  ASSERT_TRUE(up.process().WaitForErrors("signing with key"));
  EXPECT_EQ(ann.Run({"whoami", "--json"}).Object()["username"], "ann") << "by a token of the new key";
  const Answer told = service.Run({"whoami"});
  EXPECT_EQ(told.status, 1);
  EXPECT_EQ(told.errors, "oofgg: the access token is not good any more\n");
}

}  // namespace
}  // namespace oofgg
