#include "servers/common/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::servers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Settings {
  std::string listen = "127.0.0.1:1";
  std::string name = "none of your business";
  std::int64_t jobs = 3;
  milliseconds ttl{15 * 60'000};
  milliseconds cooldown{2'000};
  bool verbose = false;
};

struct Outcome {
  std::optional<int> done;
  std::string output;
  std::string errors;
};

/// A program of the settings above, in a folder and an environment of its own.
class FlagsTest : public ::testing::Test {
 protected:
  FlagsTest() : before_(std::filesystem::current_path()) { std::filesystem::current_path(folder_.path()); }
  ~FlagsTest() override {
    std::filesystem::current_path(before_);
    for (const auto& [name, value] : environment_) unsetenv(name.c_str());
  }

  void SetVariable(const std::string& name, const std::string& value) {
    environment_[name] = value;
    setenv(name.c_str(), value.c_str(), 1);
  }

  static void WriteFile(const std::string& name, const std::string& text) { std::ofstream(name) << text; }

  Outcome Parse(std::vector<const char*> arguments) {
    settings_ = {};
    Flags flags("tool", "Does things.");
    flags.AddAddress({.name = "listen", .help = "Where it listens"}, &settings_.listen);
    flags.Add({.name = "name", .help = "What it is called", .value = "WORD"}, &settings_.name);
    flags.Add({.name = "max-jobs", .help = "How many", .variable = "JOBS", .letter = 'j'}, &settings_.jobs, 1,
              10);
    flags.Add({.name = "ttl", .help = "How long"}, &settings_.ttl);
    flags.Add({.name = "cooldown", .help = "In ms", .variable = "COOLDOWN"}, &settings_.cooldown,
              milliseconds(1));
    flags.Add({.name = "verbose", .help = "Say more", .variable = "VERBOSE", .letter = 'v'},
              &settings_.verbose);
    arguments.insert(arguments.begin(), "tool");
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const auto done = flags.Parse(static_cast<int>(arguments.size()), arguments.data());
    return {done, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
  }

  testing::TemporaryDirectory folder_;
  Settings settings_;

 private:
  std::filesystem::path before_;
  std::map<std::string, std::string> environment_;
};

TEST_F(FlagsTest, TheNearestLayerWins) {
  EXPECT_EQ(Parse({}).done, std::nullopt);
  EXPECT_EQ(settings_.jobs, 3);

  WriteFile("file.conf", "JOBS=4\nOOFGG_NAME=file\n");
  EXPECT_EQ(Parse({"--config", "file.conf"}).done, std::nullopt);
  EXPECT_EQ(settings_.jobs, 4);

  WriteFile(".env", "JOBS=5\n");
  EXPECT_EQ(Parse({"--config", "file.conf"}).done, std::nullopt);
  EXPECT_EQ(settings_.jobs, 5);
  EXPECT_EQ(settings_.name, "file") << "what a nearer layer does not have comes from the next";

  SetVariable("JOBS", "6");
  EXPECT_EQ(Parse({"--config", "file.conf"}).done, std::nullopt);
  EXPECT_EQ(settings_.jobs, 6);

  EXPECT_EQ(Parse({"--config", "file.conf", "--max-jobs", "7"}).done, std::nullopt);
  EXPECT_EQ(settings_.jobs, 7);
}

TEST_F(FlagsTest, TheConfigFileMayBeNamedByTheEnvironment) {
  WriteFile("file.conf", "JOBS=4\n");
  SetVariable("OOFGG_CONFIG", "file.conf");
  EXPECT_EQ(Parse({}).done, std::nullopt);
  EXPECT_EQ(settings_.jobs, 4);
}

TEST_F(FlagsTest, TakesTheFormsOfEachKind) {
  EXPECT_EQ(Parse({"-j", "1", "--ttl", "30d", "--cooldown", "1500", "--listen", "[::1]:0", "-v"}).done,
            std::nullopt);
  EXPECT_EQ(settings_.jobs, 1);
  EXPECT_EQ(settings_.ttl, seconds(30 * 86'400));
  EXPECT_EQ(settings_.cooldown, milliseconds(1500)) << "bare numbers are in the unit of older deployments";
  EXPECT_EQ(settings_.listen, "[::1]:0");
  EXPECT_TRUE(settings_.verbose);
}

TEST_F(FlagsTest, ASwitchCanBeTurnedOffByTheNearerLayer) {
  SetVariable("VERBOSE", "yes");
  EXPECT_EQ(Parse({}).done, std::nullopt);
  EXPECT_TRUE(settings_.verbose);
  EXPECT_EQ(Parse({"--verbose=false"}).done, std::nullopt);
  EXPECT_FALSE(settings_.verbose);
}

TEST_F(FlagsTest, TheLastOfSeveralCountsAndEmptyVariablesDoNot) {
  SetVariable("JOBS", "");
  EXPECT_EQ(Parse({"--name", "a", "--name", "b"}).done, std::nullopt);
  EXPECT_EQ(settings_.name, "b");
  EXPECT_EQ(settings_.jobs, 3);
}

TEST_F(FlagsTest, EveryLineOfTheHelpEndsInDefaultAndVariable) {
  for (const char* word : {"--help", "-h", "help", "h"}) {
    const Outcome help = Parse({word});
    EXPECT_EQ(help.done, 0) << word;
    EXPECT_EQ(help.errors, "");
    EXPECT_THAT(help.output, StartsWith("Does things.\n\nUsage: tool [OPTION...]\n")) << word;
    for (const char* line :
         {"  --listen HOST:PORT   Where it listens (default: 127.0.0.1:1) [$OOFGG_LISTEN]\n",
          "  --name WORD          What it is called (default: none of your business) [$OOFGG_NAME]\n",
          "  -j, --max-jobs N     How many (default: 3) [$JOBS]\n",
          "  --ttl DURATION       How long (default: 15m) [$OOFGG_TTL]\n",
          "  --cooldown DURATION  In ms (default: 2s) [$COOLDOWN]\n",
          "  -v, --verbose        Say more (default: false) [$VERBOSE]\n"}) {
      EXPECT_THAT(help.output, HasSubstr(line));
    }
  }
  const Outcome version = Parse({"--version"});
  EXPECT_EQ(version.done, 0);
  EXPECT_THAT(version.output, StartsWith("tool 0."));
}

struct BadInput {
  std::string name;
  std::vector<const char*> arguments;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> files;
  std::string said;
};

class BadFlagsTest : public FlagsTest, public ::testing::WithParamInterface<BadInput> {};

TEST_P(BadFlagsTest, EndsWithOneLineAndStatusTwo) {
  for (const auto& [name, value] : GetParam().environment) SetVariable(name, value);
  for (const auto& [name, text] : GetParam().files) WriteFile(name, text);
  const Outcome outcome = Parse(GetParam().arguments);
  EXPECT_EQ(outcome.done, 2);
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(outcome.errors, "tool: " + GetParam().said + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, BadFlagsTest,
    ::testing::Values(
        BadInput{"UnknownFlag", {"--nonsense"}, {}, {}, "there is no option --nonsense; see tool --help"},
        BadInput{"UnknownFlagKeepsItsValueToItself",
                 {"--pasword=x"},
                 {},
                 {},
                 "there is no option --pasword; see tool --help"},
        BadInput{"UnknownLetter", {"-z"}, {}, {}, "there is no option -z; see tool --help"},
        BadInput{"StrayWord", {"start"}, {}, {}, "there is no command 'start'; see tool --help"},
        BadInput{"NoValue", {"--max-jobs"}, {}, {}, "--max-jobs: 1 required N missing; see tool --help"},
        BadInput{"NoNumber",
                 {"--max-jobs", "many"},
                 {},
                 {},
                 "--max-jobs: 'many' is not a whole number; write a whole number from 1 to 10"},
        BadInput{"TooLarge",
                 {"--max-jobs", "11"},
                 {},
                 {},
                 "--max-jobs: '11' is out of range; write a whole number from 1 to 10"},
        BadInput{"TooSmall",
                 {"-j", "0"},
                 {},
                 {},
                 "--max-jobs: '0' is out of range; write a whole number from 1 to 10"},
        BadInput{"HugeNumber",
                 {"-j", "99999999999999999999"},
                 {},
                 {},
                 "--max-jobs: '99999999999999999999' is out of range; write a whole number from 1 to 10"},
        BadInput{"NoUnit",
                 {"--ttl", "15"},
                 {},
                 {},
                 "--ttl: '15' has no unit; write a whole number and a unit (ms, s, m, h, d), such as 15m"},
        BadInput{
            "NoDuration",
            {"--ttl", "soon"},
            {},
            {},
            "--ttl: 'soon' is not a duration; write a whole number and a unit (ms, s, m, h, d), such as 15m"},
        BadInput{"NoAddress",
                 {"--listen", "nowhere"},
                 {},
                 {},
                 "--listen: 'nowhere' has no port; write HOST:PORT, [IPV6]:PORT or :PORT, such as "
                 "127.0.0.1:50051"},
        BadInput{"BadSwitch", {"--verbose=maybe"}, {}, {}, "--verbose: 'maybe' is not true or false"},
        BadInput{"Environment",
                 {},
                 {{"JOBS", "many"}},
                 {},
                 "JOBS (environment): 'many' is not a whole number; write a whole number from 1 to 10"},
        BadInput{"EnvironmentSwitch",
                 {},
                 {{"VERBOSE", "2"}},
                 {},
                 "VERBOSE (environment): '2' is not true or false"},
        BadInput{"DotEnv",
                 {},
                 {},
                 {{".env", "# ours\nJOBS=0\n"}},
                 "JOBS (.env:2): '0' is out of range; write a whole number from 1 to 10"},
        BadInput{"DotEnvForm",
                 {},
                 {},
                 {{".env", "JOBS\n"}},
                 ".env:1: there is no '='; write NAME=VALUE, or # and a comment"},
        BadInput{"ConfigAbsent",
                 {"--config", "absent"},
                 {},
                 {},
                 "cannot read configuration file absent: No such file or directory"},
        BadInput{
            "ConfigIsAFolder", {"--config", "."}, {}, {}, "cannot read configuration file .: Is a directory"},
        BadInput{"ConfigValue",
                 {"--config", "c"},
                 {},
                 {{"c", "OOFGG_TTL=1y\n"}},
                 "OOFGG_TTL (c:1): '1y' has an unknown unit; write a whole number and a unit (ms, s, m, h, "
                 "d), such as 15m"},
        BadInput{"ConfigForm",
                 {"--config", "c"},
                 {},
                 {{"c", "secret without a name\n"}},
                 "c:1: there is no '='; write NAME=VALUE, or # and a comment"},
        BadInput{"ControlCharacters",
                 {"--listen", "a\n\x1b[31mb"},
                 {},
                 {},
                 "--listen: 'a??[31mb' has no port; write HOST:PORT, [IPV6]:PORT or :PORT, such as "
                 "127.0.0.1:50051"}),
    [](const auto& row) { return row.param.name; });

/// A program with subcommands, one of which has flags of its own.
class SubcommandFlagsTest : public FlagsTest {
 protected:
  std::optional<int> ParseWithCommands(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "tool");
    Flags flags("tool", "");
    CLI::App app("", "tool");
    app.fallthrough();
    flags.Add({.name = "json", .help = "In JSON"}, &json_);
    flags.Bind(app);
    flags.Add({.name = "data", .help = "Where"}, &data_);
    flags.Add({.name = "strict", .help = "How"}, &strict_);
    flags.Bind(*app.add_subcommand("up", "Start"));
    app.add_subcommand("login", "Sign in")->add_option("NAME", name_, "Who")->required();
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    auto done = ParseCommandLine(app, static_cast<int>(arguments.size()), arguments.data());
    if (!done.has_value()) {
      if (const Status status = flags.Resolve(); !status.ok()) done = Fail("tool", status, 2);
    }
    output_ = ::testing::internal::GetCapturedStdout();
    errors_ = ::testing::internal::GetCapturedStderr();
    return done;
  }

  bool json_ = false;
  bool strict_ = false;
  std::string data_ = "here";
  std::string name_;
  std::string output_;
  std::string errors_;
};

TEST_F(SubcommandFlagsTest, LayersServeSubcommandsToo) {
  WriteFile(".env", "OOFGG_DATA=there\n");
  EXPECT_EQ(ParseWithCommands({"up", "--json", "--strict"}), std::nullopt) << errors_;
  EXPECT_TRUE(json_);
  EXPECT_TRUE(strict_);
  EXPECT_EQ(data_, "there");
}

TEST_F(SubcommandFlagsTest, OtherCommandsDoNotStumbleOverTheirVariables) {
  SetVariable("OOFGG_STRICT", "maybe");
  EXPECT_EQ(ParseWithCommands({"login", "ann"}), std::nullopt) << errors_;
  EXPECT_EQ(ParseWithCommands({"up"}), 2);
  EXPECT_EQ(errors_, "tool: OOFGG_STRICT (environment): 'maybe' is not true or false\n");
}

TEST_F(SubcommandFlagsTest, HelpWorksForEachCommand) {
  EXPECT_EQ(ParseWithCommands({"help"}), 0);
  EXPECT_THAT(output_, HasSubstr("\nCommands:\n  up     Start\n  login  Sign in\n"));
  EXPECT_EQ(ParseWithCommands({"help", "login"}), 0);
  EXPECT_THAT(output_, HasSubstr("Usage: tool login NAME [OPTION...]\n"));
}

TEST_F(SubcommandFlagsTest, DoesNotRepeatAWordTooManyAsItMayBeAPassword) {
  EXPECT_EQ(ParseWithCommands({"login", "ann", "hunter2"}), 2);
  EXPECT_EQ(errors_, "tool: an argument too many; see tool login --help\n");
  EXPECT_EQ(ParseWithCommands({"login"}), 2);
  EXPECT_EQ(errors_, "tool: NAME is required; see tool login --help\n");
  EXPECT_EQ(ParseWithCommands({"lgoin"}), 2);
  EXPECT_EQ(errors_, "tool: there is no command 'lgoin'; see tool --help\n");
}

TEST(OneLineTest, TakesOutWhatATerminalWouldObey) {
  EXPECT_EQ(OneLine("a\nb\tc\x1b[31m\x7f"
                    "d"),
            "a b c [31m d");
  EXPECT_EQ(OneLine("caf\xC3\xA9 \xE2\x82\xAC"), "caf\xC3\xA9 \xE2\x82\xAC")
      << "text in other languages stays";
  EXPECT_EQ(OneLine("x\xC2\x9B"
                    "31my"),
            "x 31my")
      << "CSI as one character";
}

TEST(FormatDurationTest, TakesTheLargestWholeUnit) {
  EXPECT_EQ(FormatDuration(milliseconds(0)), "0ms");
  EXPECT_EQ(FormatDuration(milliseconds(1500)), "1500ms");
  EXPECT_EQ(FormatDuration(seconds(90)), "90s");
  EXPECT_EQ(FormatDuration(seconds(86'400 * 30)), "30d");
}

}  // namespace
}  // namespace oofgg::servers
