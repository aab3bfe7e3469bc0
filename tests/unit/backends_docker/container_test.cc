#include "backends/docker/container.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "backends/engine/event_stream.h"
#include "backends/engine/log_tail.h"

namespace oofgg::backends {
namespace {

using nlohmann::json;

json Body(const ContainerPlan& plan, std::map<std::string, std::string> environment = {}) {
  return json::parse(
      CreateBody(plan, {.id = "gs-1", .fleet = "arena", .environment = std::move(environment)}));
}

TEST(ParseExposedPortText, TakesAPortAndItsProtocol) {
  EXPECT_EQ(*ParseExposedPort("3000/tcp"), (ExposedPort{3000, "tcp"}));
  EXPECT_EQ(*ParseExposedPort("7777/udp"), (ExposedPort{7777, "udp"}));
  EXPECT_EQ(*ParseExposedPort("80"), (ExposedPort{80, "tcp"}));
  for (const char* const bad : {"", "0", "65536", "80/", "80/http", "tcp/80", "80/tcp "}) {
    EXPECT_EQ(ParseExposedPort(bad).status().code(), StatusCode::kInvalidArgument) << bad;
  }
}

TEST(CreateBodyOf, MarksWhatIsOursAndFillsTheEnvironment) {
  const json body = Body({.image = "game", .port = {7777, "udp"}, .control_port = 3100},
                         {{"ID", "{server_id}"}, {"WHERE", "{port}/{control_port}"}});
  EXPECT_EQ(body["Image"], "game");
  EXPECT_EQ(body["Env"], json({"ID=gs-1", "WHERE=7777/3100"}));
  EXPECT_EQ(body["Labels"], json({{"gg.oof.maker", "1"},
                                  {"gg.oof.fleet", "arena"},
                                  {"gg.oof.server", "gs-1"},
                                  {"gg.oof.port", "7777/udp"},
                                  {"gg.oof.control", "3100"}}));
  EXPECT_EQ(body["ExposedPorts"], json({{"7777/udp", json::object()}, {"3100/tcp", json::object()}}));
}

TEST(CreateBodyOf, SaysWhichMakersItIs) { EXPECT_EQ(Body({.owner = "me"})["Labels"]["gg.oof.owner"], "me"); }

TEST(CreateBodyOf, PublishesTheControlPortOnlyWithoutANetworkAndOnlyHere) {
  const json alone = Body({.port = {7777, "udp"}, .control_port = 3100})["HostConfig"];
  EXPECT_EQ(alone["PortBindings"]["3100/tcp"][0]["HostIp"], "127.0.0.1");
  EXPECT_EQ(alone["PortBindings"]["7777/udp"][0]["HostIp"], "");
  EXPECT_FALSE(alone.contains("NetworkMode"));
  const json same = Body({.control_port = 3000})["HostConfig"];
  EXPECT_EQ(same["PortBindings"].size(), 1U);
  EXPECT_EQ(same["PortBindings"]["3000/tcp"][0]["HostIp"], "");
  const json networked = Body({.control_port = 3100, .network = "players"})["HostConfig"];
  EXPECT_EQ(networked["PortBindings"].size(), 1U);
  EXPECT_EQ(networked["NetworkMode"], "players");
}

TEST(CreateBodyOf, LimitsWhatItMayUseAndDo) {
  const json careful = Body({})["HostConfig"];
  EXPECT_EQ(careful["SecurityOpt"], json({"no-new-privileges"}));
  EXPECT_EQ(careful["CapDrop"], json({"ALL"}));
  EXPECT_EQ(careful["CapAdd"], json::array());
  EXPECT_EQ(careful["PidsLimit"], 1024);
  EXPECT_EQ(careful["ReadonlyRootfs"], false);
  const json told = Body({.limits = {.memory_mib = 3,
                                     .cpus = 1.5,
                                     .pids = 0,
                                     .new_privileges = true,
                                     .read_only = true,
                                     .capabilities = "CHOWN, SETUID"}})["HostConfig"];
  EXPECT_EQ(told["Memory"], 3 << 20);
  EXPECT_EQ(told["NanoCpus"], 1'500'000'000);
  EXPECT_FALSE(told.contains("PidsLimit"));
  EXPECT_FALSE(told.contains("SecurityOpt"));
  EXPECT_EQ(told["ReadonlyRootfs"], true);
  EXPECT_TRUE(told["Tmpfs"].contains("/tmp")) << "many programs want some place to write";
  EXPECT_EQ(told["CapAdd"], json({"CHOWN", "SETUID"}));
  EXPECT_FALSE(Body({.limits = {.capabilities = "docker"}})["HostConfig"].contains("CapDrop"));
}

const char* const kLabels =
    R"("Labels":{"gg.oof.server":"gs-1","gg.oof.fleet":"arena","gg.oof.port":"7777/udp","gg.oof.control":"3100"})";

TEST(ParseContainerAnswers, BothSayTheSameOfWhereItIs) {
  const auto inspected = ParseContainer(
      std::string(R"({"State":{"Status":"running","ExitCode":0,"OOMKilled":false,"Error":""},"Config":{)") +
      kLabels +
      R"(},"NetworkSettings":{"Ports":{"3100/tcp":null,"7777/udp":[{"HostIp":"::","HostPort":"2"},)"
      R"({"HostIp":"0.0.0.0","HostPort":"1"}]},"Networks":{"players":{"IPAddress":"172.18.0.2"}}}})");
  const auto listed = ParseContainers(
      std::string(R"([{"State":"running",)") + kLabels +
      R"(,"Ports":[{"PrivatePort":3100,"Type":"tcp"},{"IP":"::","PrivatePort":7777,"PublicPort":2,"Type":"udp"},)"
      R"({"IP":"0.0.0.0","PrivatePort":7777,"PublicPort":1,"Type":"udp"}],)"
      R"("NetworkSettings":{"Networks":{"players":{"IPAddress":"172.18.0.2"}}}}])");
  ASSERT_TRUE(inspected.ok() && listed.ok());
  const orchestration::RunningServer expected{
      .id = "gs-1", .fleet = "arena", .host = "play.example", .port = 1, .control = "172.18.0.2:3100"};
  EXPECT_EQ(*Describe(*inspected, "players", "play.example", "127.0.0.1"), expected);
  EXPECT_EQ(*Describe(listed->at(0), "players", "play.example", "127.0.0.1"), expected);
  EXPECT_FALSE(Describe(*inspected, "", "", "127.0.0.1").ok()) << "nowhere to ask it";
}

TEST(ParseContainerAnswers, TellHowItEnded) {
  const auto killed = ParseContainer(R"({"State":{"Status":"exited","ExitCode":137,"OOMKilled":true}})");
  EXPECT_EQ(HowItEnded(*killed), "killed as it was out of memory, exit status 137");
  EXPECT_FALSE(killed->Runs());
  EXPECT_EQ(killed->started_at, "") << "it does not say";
  const auto failed = ParseContainer(R"({"State":{"Status":"exited","ExitCode":3,"Error":"no such file"}})");
  EXPECT_EQ(HowItEnded(*failed), "exit status 3, no such file");
}

TEST(ParseContainerAnswers, NonsenseIsAnError) {
  for (const char* const body : {"", "nonsense", "[]", "{}", "null", "{\"State\":7}"}) {
    EXPECT_FALSE(ParseContainer(body).ok()) << body;
  }
  for (const char* const body : {"", "nonsense", "{}", "null"})
    EXPECT_FALSE(ParseContainers(body).ok()) << body;
  EXPECT_TRUE(ParseContainers("[7,{\"Ports\":[1,{}],\"Labels\":[]}]").ok())
      << "what is not known is left out";
}

TEST(ParseEventLine, ReadsActionAndLabels) {
  const auto event = ParseEvent(
      R"({"Type":"container","Action":"die","Actor":{"ID":"x","Attributes":{"gg.oof.server":"gs-1","n":7}}})");
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->action, "die");
  EXPECT_EQ(event->attributes, (std::map<std::string, std::string>{{"gg.oof.server", "gs-1"}}));
  for (const char* const line :
       {"", "{}", "[]", "die", "{\"Type\":\"container\"}", "{\"Type\":1,\"Action\":\"die\"}"}) {
    EXPECT_FALSE(ParseEvent(line).has_value()) << line;
  }
}

std::string Frame(char stream, const std::string& output) {
  return std::string{stream,
                     0,
                     0,
                     0,
                     0,
                     0,
                     static_cast<char>(output.size() >> 8),
                     static_cast<char>(output.size() & 0xff)} +
         output;
}

TEST(LogTailOf, PutsFramesTogetherHoweverTheyAreCut) {
  const std::string stream =
      Frame(1, "one\ntw") + Frame(2, "o\n") + Frame(1, "") + Frame(1, "\x1b[31mthree\r\n");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, stream.size()}) {
    LogTail tail;
    for (std::size_t at = 0; at < stream.size(); at += piece)
      tail.Feed(std::string_view(stream).substr(at, piece));
    EXPECT_EQ(tail.Text(), "one | two | ?[31mthree") << piece;
  }
}

TEST(LogTailOf, KeepsTheEndAndTakesATerminalsOutput) {
  LogTail tail(10);
  tail.Feed(Frame(1, std::string(1000, 'a') + "0123456789"));
  EXPECT_EQ(tail.Text(), "0123456789");
  LogTail plain(10);
  plain.Feed("hello\nworld\n");
  EXPECT_EQ(plain.Text(), "llo | world");
}

}  // namespace
}  // namespace oofgg::backends
