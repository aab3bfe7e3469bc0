// What the command line refuses, and in which words. The parsing of flags itself is tested in
// tests/unit/servers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/integration/cli/cli_environment.h"

namespace oofgg {
namespace {

using ::oofgg::testing::Answer;
using ::oofgg::testing::Shell;

struct BadInput {
  std::string name;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> files;
  int status;
  std::string said;
};

class CliBadInputTest : public ::testing::TestWithParam<BadInput> {};

TEST_P(CliBadInputTest, EndsWithOneClearLine) {
  Shell shell({});
  for (const auto& [name, value] : GetParam().environment) shell.Set(name, value);
  for (const auto& [name, text] : GetParam().files) std::ofstream(shell.home() + "/" + name) << text;
  const Answer answer = shell.Run(GetParam().arguments);
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.output, "");
  EXPECT_EQ(answer.errors, "oofgg: " + GetParam().said + "\n");
}

constexpr const char* kAddress = " write HOST:PORT, [IPV6]:PORT or :PORT, such as 127.0.0.1:50051";
constexpr const char* kDuration = " write a whole number and a unit (ms, s, m, h, d), such as 15m";
constexpr const char* kAnyNumber = " write a whole number from -9223372036854775808 to 9223372036854775807";

INSTANTIATE_TEST_SUITE_P(
    Usage, CliBadInputTest,
    ::testing::Values(
        BadInput{"NoCommand", {}, {}, {}, 2, "name a command; `oofgg --help` lists them"},
        BadInput{"UnknownCommand", {"lgoin"}, {}, {}, 2, "there is no command 'lgoin'; see oofgg --help"},
        BadInput{"UnknownFlag",
                 {"whoami", "--nonsense"},
                 {},
                 {},
                 2,
                 "there is no option --nonsense; see oofgg whoami --help"},
        BadInput{"NoName", {"register"}, {}, {}, 2, "NAME is required; see oofgg register --help"},
        BadInput{"PasswordAsArgument",
                 {"login", "ann", "hunter2"},
                 {},
                 {},
                 2,
                 "an argument too many; see oofgg login --help"},
        BadInput{"PasswordAsFlag",
                 {"login", "ann", "--password=hunter2"},
                 {},
                 {},
                 2,
                 "there is no option --password; see oofgg login --help"},
        BadInput{"GameAlone", {"game"}, {}, {}, 2, "name one of its commands; see oofgg game --help"},
        BadInput{
            "GameUnknown", {"game", "destroy"}, {}, {}, 2, "name one of its commands; see oofgg game --help"},
        BadInput{"AnothersCommand",
                 {"service", "whoami"},
                 {},
                 {},
                 2,
                 "name one of its commands; see oofgg service --help"},
        BadInput{
            "TwoCommands", {"whoami", "refresh"}, {}, {}, 2, "an argument too many; see oofgg whoami --help"},
        BadInput{
            "ScoreNoNumber",
            {"score", "g", "many"},
            {},
            {},
            2,
            std::string("SCORE: 'many' is not a whole number;") + kAnyNumber + "; see oofgg score --help"},
        BadInput{
            "ScoreFraction",
            {"score", "g", "1.5"},
            {},
            {},
            2,
            std::string("SCORE: '1.5' is not a whole number;") + kAnyNumber + "; see oofgg score --help"},
        BadInput{"ScoreHuge",
                 {"score", "g", "9223372036854775808"},
                 {},
                 {},
                 2,
                 std::string("SCORE: '9223372036854775808' is out of range;") + kAnyNumber +
                     "; see oofgg score --help"},
        BadInput{
            "LimitZero",
            {"leaderboard", "g", "--limit", "0"},
            {},
            {},
            2,
            "--limit: '0' is out of range; write a whole number from 1 to 100; see oofgg leaderboard --help"},
        BadInput{"CountNegative",
                 {"presence", "--count", "-1"},
                 {},
                 {},
                 2,
                 "--count: '-1' is out of range; write a whole number from 1 to 1000000000; see oofgg "
                 "presence --help"},
        BadInput{"StateUnknown",
                 {"presence", "--state", "busy"},
                 {},
                 {},
                 2,
                 "--state: busy not in {away,in_match,invisible,online}; see oofgg presence --help"},
        BadInput{"AfterNegative",
                 {"events", "s", "--after", "-1"},
                 {},
                 {},
                 2,
                 "--after: '-1' is out of range; write a whole number from 0 to 9223372036854775807; see "
                 "oofgg events --help"},
        BadInput{"ForNoUnit",
                 {"match", "g", "--for", "60"},
                 {},
                 {},
                 2,
                 std::string("--for: '60' has no unit;") + kDuration + "; see oofgg match --help"},
        BadInput{"SendWithTooMuch",
                 {"events", "s", "--send", "a", "b"},
                 {},
                 {},
                 2,
                 "an argument too many; see oofgg events --help"},
        BadInput{"TimeoutWord",
                 {"whoami", "--timeout", "soon"},
                 {},
                 {},
                 2,
                 std::string("--timeout: 'soon' is not a duration;") + kDuration},
        BadInput{"BanForNoTime",
                 {"user", "ban", "bob", "--for", "0s"},
                 {},
                 {},
                 2,
                 "--for: must be at least 1s; leave it out for no end; see oofgg user ban --help"},
        BadInput{"UnknownRole",
                 {"user", "role", "bob", "king"},
                 {},
                 {},
                 2,
                 "ROLE: king not in {user,developer,admin}; see oofgg user role --help"},
        BadInput{"CertificateWithoutKey",
                 {"whoami", "--tls", "--client-cert", "c.pem"},
                 {},
                 {},
                 2,
                 "--client-cert and --client-key go together; give both or none"},
        BadInput{"AuthPlaintextToAnotherMachine",
                 {"--auth", "192.0.2.1:50051", "whoami"},
                 {},
                 {},
                 1,
                 "--auth: 192.0.2.1:50051 is another machine, which passwords and tokens would reach in "
                 "plaintext; "
                 "give --tls, or --insecure on a private network"},
        BadInput{"AuthNoPort",
                 {"--auth", "nowhere", "whoami"},
                 {},
                 {},
                 2,
                 std::string("--auth: 'nowhere' has no port;") + kAddress},
        BadInput{"GameNoPort",
                 {"whoami"},
                 {{"OOFGG_GAME", "nowhere"}},
                 {},
                 2,
                 std::string("OOFGG_GAME (environment): 'nowhere' has no port;") + kAddress},
        BadInput{"MakerInDotEnv",
                 {"whoami"},
                 {},
                 {{".env", "OOFGG_MAKER=:x\n"}},
                 2,
                 std::string("OOFGG_MAKER (.env:1): ':x' has no port from 0 to 65535;") + kAddress},
        BadInput{"TlsMaybe",
                 {"whoami"},
                 {{"OOFGG_TLS", "maybe"}},
                 {},
                 2,
                 "OOFGG_TLS (environment): 'maybe' is not true or false"},
        BadInput{"JsonInFile",
                 {"whoami", "--config", "c"},
                 {},
                 {{"c", "\nOOFGG_JSON=2\n"}},
                 2,
                 "OOFGG_JSON (c:2): '2' is not true or false"},
        BadInput{"ConfigAbsent",
                 {"whoami", "--config", "absent"},
                 {},
                 {},
                 2,
                 "cannot read configuration file absent: No such file or directory"},
        BadInput{"CaAbsent", {"whoami", "--ca", "absent"}, {}, {}, 1, "--ca: cannot read absent"},
        BadInput{"UpBadAddress",
                 {"up", "--game-ops", "here"},
                 {},
                 {},
                 2,
                 std::string("--game-ops: 'here' has no port;") + kAddress},
        BadInput{"UpBadSwitch",
                 {"up"},
                 {},
                 {{".env", "OOFGG_PRESENCE_AUTH=si\n"}},
                 2,
                 "OOFGG_PRESENCE_AUTH (.env:1): 'si' is not true or false"},
        BadInput{"UpStrayWord", {"up", "now"}, {}, {}, 2, "an argument too many; see oofgg up --help"}),
    [](const auto& row) { return row.param.name; });

// Nothing listens on port 1.
const std::string kAway =
    "nobody answers at 127.0.0.1:1 (Connection refused); start the servers with `oofgg up`, or say where "
    "they are with "
    "--auth, --game and --maker";
const char* const kSession =
    R"({"user_id":"u","access_token":"a","refresh_token":"r","expires_at":4000000000})";

TEST(CliServerAwayTest, EveryCommandNamesTheAddressAndWhatToDo) {
  const Shell shell(
      {{"OOFGG_AUTH", "127.0.0.1:1"}, {"OOFGG_GAME", "127.0.0.1:1"}, {"OOFGG_SESSION", "session.json"}});
  const std::string file = shell.home() + "/session.json";
  std::ofstream(file) << kSession;
  std::filesystem::permissions(file,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  for (const std::vector<std::string>& command : {std::vector<std::string>{"whoami"},
                                                  {"presence"},
                                                  {"events", "s"},
                                                  {"match", "g"},
                                                  {"login", "ann"}}) {
    const Answer answer = shell.Run(command, "a long password\n");
    EXPECT_EQ(answer.status, 1) << command[0];
    EXPECT_EQ(answer.errors, "oofgg: " + kAway + "\n") << command[0];
  }
}

TEST(CliServerAwayTest, JsonHasAReasonToActOn) {
  Shell shell({});
  shell.Set("OOFGG_AUTH", "127.0.0.1:1");
  const Answer answer = shell.Run({"login", "ann", "--json"}, "a long password\n");
  EXPECT_EQ(answer.status, 1);
  const auto error = nlohmann::json::parse(answer.errors, nullptr, false);
  EXPECT_EQ(error["code"], "UNAVAILABLE");
  EXPECT_EQ(error["reason"], "UNREACHABLE");
}

TEST(CliSettingsTest, FlagBeatsEnvironmentBeatsDotEnvBeatsFile) {
  Shell shell({});
  shell.Set("OOFGG_TIMEOUT", "200ms");
  std::ofstream(shell.home() + "/file.conf") << "OOFGG_AUTH=127.0.0.4:1\n";
  const auto asked = [&shell](std::vector<std::string> more) {
    std::vector<std::string> arguments{"login", "ann", "--config", "file.conf"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const std::string said = shell.Run(arguments, "a long password\n").errors;
    const std::size_t at = said.find("127.0.0.");
    return at == std::string::npos ? said : said.substr(at, 9);
  };
  EXPECT_EQ(asked({}), "127.0.0.4");
  std::ofstream(shell.home() + "/.env") << "OOFGG_AUTH=127.0.0.3:1\n";
  EXPECT_EQ(asked({}), "127.0.0.3");
  shell.Set("OOFGG_AUTH", "127.0.0.2:1");
  EXPECT_EQ(asked({}), "127.0.0.2");
  EXPECT_EQ(asked({"--auth", "127.0.0.1:1"}), "127.0.0.1");
}

}  // namespace
}  // namespace oofgg
