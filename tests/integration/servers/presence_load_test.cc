// `oofgg load presence` against a real oofgg-game: what it counts, and that it counts nobody lost.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/integration/servers/running_server.h"
#include "tests/support/test_ca.h"

namespace oofgg::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class PresenceLoadTest : public ::testing::Test {
 protected:
  /// A load of 200 users, but for what `more` says.
  std::unique_ptr<ChildProcess> Start(std::vector<std::string> more) {
    std::vector<std::string> arguments = {"load", "presence", "--json", "--pid",
                                          std::to_string(game_->process().pid())};
    if (std::find(more.begin(), more.end(), "--server") == more.end()) {
      arguments.insert(arguments.end(), {"--server", game_->address("presence")});
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    return std::make_unique<ChildProcess>("oofgg", In(folder_, arguments));
  }
  json Run(std::vector<std::string> more) {
    more.insert(more.end(), {"--duration", "1s"});
    const auto load = Start(std::move(more));
    const auto line = load->WaitForLine("{");
    EXPECT_EQ(load->Wait(), 0) << load->errors();
    return line.has_value() ? json::parse(*line) : json::object();
  }

  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_ = StartAuth(folder_);
  std::unique_ptr<RunningServer> game_ = StartGame(folder_, *auth_);
};

/// What holds for every protocol.
void ExpectSoundReport(const json& report) {
  ASSERT_TRUE(report.contains("rates")) << report;
  EXPECT_EQ(report["lost"], 0) << report;
  EXPECT_EQ(report["failed"], 0) << report;
  EXPECT_EQ(report["dropped"], 0) << report;
  ASSERT_EQ(report["steps"].size(), 2U);
  EXPECT_EQ(report["steps"][0]["connections"], 100);
  EXPECT_EQ(report["steps"][1]["connections"], 200);
  EXPECT_GT(report["steps"][1]["server_rss_bytes"], 1'000'000);
  ASSERT_EQ(report["rates"].size(), 1U);
  const json& rate = report["rates"][0];
  EXPECT_NEAR(rate["changes"], 200, 100);
  EXPECT_GT(rate["deliveries"], 500);
  EXPECT_GT(rate["latency"]["p50_us"], 0);
  EXPECT_GE(rate["latency"]["p99_us"], rate["latency"]["p50_us"]);
  EXPECT_EQ(rate["false_flaps"], 0) << rate;
  EXPECT_EQ(rate["out_of_order"], 0) << rate;
  EXPECT_EQ(rate["strangers"], 0) << rate;
}

TEST_F(PresenceLoadTest, NobodyIsLostOverTcp) {
  ExpectSoundReport(Run({"--steps", "100,200", "--changes", "200"}));
}

TEST_F(PresenceLoadTest, NobodyIsLostOverUdp) {
  ExpectSoundReport(Run({"--protocol", "udp", "--steps", "100,200", "--changes", "200"}));
}

TEST_F(PresenceLoadTest, NobodyIsLostOverTls) {
  const TestCa ca;
  const TestTlsFiles files(ca.Issue("game"));
  ReplaceFile(files.client_ca, ca.certificate());
  game_.reset();  // They would share a database.
  game_ = StartGame(folder_, *auth_, {"--tls-cert", files.certificate, "--tls-key", files.key});
  ExpectSoundReport(
      Run({"--protocol", "tls", "--ca", files.client_ca, "--steps", "100,200", "--changes", "200"}));
  ExpectSoundReport(
      Run({"--protocol", "grpc", "--tls", "--ca", files.client_ca, "--server", game_->address("grpc"),
           "--keys", folder_ / "oofgg-data/auth-keys", "--steps", "100,200", "--changes", "200"}));

  const TestCa stranger("another");
  ReplaceFile(files.client_ca, stranger.certificate());
  const auto load = Start({"--protocol", "tls", "--ca", files.client_ca, "--connections", "20"});
  EXPECT_EQ(load->Wait(), 1);
  EXPECT_THAT(load->errors(), HasSubstr("name its authority with --ca"));
}

TEST_F(PresenceLoadTest, NobodyIsLostOverGrpc) {
  ExpectSoundReport(Run({"--protocol", "grpc", "--server", game_->address("grpc"), "--keys",
                         folder_ / "oofgg-data/auth-keys", "--steps", "100,200", "--changes", "200"}));
}

TEST_F(PresenceLoadTest, SeveralProcessesShareTheUsersWhereDescriptorsAreFew) {
  const ChildProcess::Options options =
      In(folder_,
         {"-c", "ulimit -n 160; exec \"$@\"", "sh", std::string(std::getenv("OOFGG_BIN_DIR")) + "/oofgg",
          "load", "presence", "--json", "--server", game_->address("presence"), "--connections", "200",
          "--changes", "200", "--duration", "1s"});
  ChildProcess load("/bin/sh", options);
  const auto line = load.WaitForLine("{");
  ASSERT_TRUE(line.has_value()) << load.errors();
  const json report = json::parse(*line);
  EXPECT_EQ(report["workers"], 3) << report;
  EXPECT_EQ(report["steps"][0]["connections"], 200) << report;
  EXPECT_EQ(report["lost"], 0) << report;
  EXPECT_GT(report["rates"][0]["deliveries"], 500) << report;
}

TEST_F(PresenceLoadTest, ListsThatNeedSeveralDatagramsAreWhole) {
  const json report =
      Run({"--protocol", "udp", "--connections", "500", "--friends", "400", "--changes", "20"});
  ASSERT_TRUE(report.contains("lost"));
  EXPECT_EQ(report["lost"], 0) << report;
  EXPECT_GT(report["rates"][0]["deliveries"], 1'000) << report;
}

TEST_F(PresenceLoadTest, ACelebrityIsHeardOfByAll) {
  const json report = Run({"--first-id", "1", "--connections", "200", "--graph", "power-law", "--celebrity",
                           "150", "--celebrity-every", "200ms", "--changes", "1"});
  ASSERT_TRUE(report.contains("rates")) << report;
  EXPECT_EQ(report["lost"], 0) << report;
  EXPECT_EQ(report["most_watched_id"], 1);
  EXPECT_GE(report["most_watched_by"], 150);
  const json& celebrity = report["rates"][0]["celebrity"];
  EXPECT_EQ(celebrity["rounds"], 5) << report;
  EXPECT_GT(celebrity["heard_per_round"], 140) << report;
  EXPECT_GE(celebrity["last_max_us"], celebrity["latency"]["p50_us"]);
}

TEST_F(PresenceLoadTest, ALimitOfTheServerIsNamedWithItsCure) {
  const auto load =
      Start({"--connections", "1100", "--per-address", "1100", "--changes", "0", "--settle", "1s"});
  EXPECT_EQ(load->Wait(), 1);
  EXPECT_THAT(load->errors(), HasSubstr("raise --presence-max-per-address of oofgg-game"));
  ASSERT_FALSE(load->output().empty());
  EXPECT_EQ(json::parse(load->output())["failed"], 100);
}

TEST_F(PresenceLoadTest, APortWhereNobodyIsIsNamedAtOnce) {
  for (const char* protocol : {"tcp", "udp"}) {
    const auto load = Start({"--server", "127.0.0.1:1", "--protocol", protocol});
    EXPECT_EQ(load->Wait(), 1);
    EXPECT_THAT(load->errors(), HasSubstr("cannot reach 127.0.0.1:1 over " + std::string(protocol) + ": "));
  }
}

TEST_F(PresenceLoadTest, OptionsThatDoNotFitAreTheCommandLinesFault) {
  const std::string keys = folder_ / "oofgg-data/auth-keys";
  const std::pair<std::vector<std::string>, const char*> unfit[] = {
      {{"--protocol", "udp", "--tls"}, "--tls"},
      {{"--tls"}, "--protocol tls"},
      {{"--protocol", "udp", "--ca", "/absent"}, "--ca"},
      {{"--keys", keys}, "--keys"},
      {{"--protocol", "grpc"}, "--keys"},
      {{"--protocol", "grpc", "--keys", keys, "--connections", "6000"}, "--connections"}};
  for (const auto& [options, named] : unfit) {
    const auto load = Start(options);
    EXPECT_EQ(load->Wait(), 2) << load->errors();
    EXPECT_THAT(load->errors(), HasSubstr(named));
  }
}

TEST_F(PresenceLoadTest, NoOtherMachineIsPutUnderLoad) {
  const auto load = Start({"--server", "192.0.2.1:8080"});
  EXPECT_EQ(load->Wait(), 2);
  EXPECT_THAT(load->errors(), HasSubstr("loads only ever aim at loopback"));
}

TEST_F(PresenceLoadTest, CtrlCEndsItWithWhatWasMeasured) {
  const auto load = Start({"--connections", "200", "--changes", "100", "--duration", "10m"});
  EXPECT_TRUE(load->WaitForErrors("200 connected"));
  load->Signal(SIGINT);
  const auto line = load->WaitForLine("{");
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(load->Wait(), 0) << load->errors();
  EXPECT_EQ(json::parse(*line)["interrupted"], true);
  EXPECT_EQ(json::parse(*line)["steps"].size(), 1U);
}

TEST_F(PresenceLoadTest, WithoutAServerItSaysSo) {
  ASSERT_EQ(game_->Terminate(), 0);
  const auto load = std::make_unique<ChildProcess>(
      "oofgg", In(folder_, {"load", "presence", "--server", game_->address("presence")}));
  EXPECT_EQ(load->Wait(), 1);
  EXPECT_THAT(load->errors(), HasSubstr("start oofgg-game"));
}

}  // namespace
}  // namespace oofgg::testing
