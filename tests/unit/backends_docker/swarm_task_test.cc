#include "backends/swarm/swarm_task.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace oofgg::backends {
namespace {

using nlohmann::json;

const char* const kTask = R"([{"ID":"t1","Version":{"Index":7},"ServiceID":"s1","NodeID":"n1",
  "Spec":{"ContainerSpec":{"Labels":{"gg.oof.server":"gs-1","gg.oof.fleet":"arena","gg.oof.port":"7777/udp",
          "gg.oof.control":"3100"}}},
  "Status":{"State":"running","Message":"started","ContainerStatus":{"ExitCode":0},
            "PortStatus":{"Ports":[{"Protocol":"udp","TargetPort":7777,"PublishedPort":41,"PublishMode":"host"},
                                   {"Protocol":"udp","TargetPort":7777,"PublishedPort":42,"PublishMode":"host"}]}},
  "DesiredState":"running",
  "NetworksAttachments":[{"Network":{"Spec":{"Name":"players"}},"Addresses":["10.0.1.3/24"]}]}])";

TEST(ServiceBodyOf, IsOneTaskThatIsNeverRestartedWithPortsOfItsNode) {
  const json body = json::parse(ServiceBody(
      {.container = {.image = "game", .port = {7777, "udp"}, .control_port = 3100, .network = "players"},
       .constraints = {"node.role==worker"}},
      {.id = "gs-1", .fleet = "arena", .environment = {{"ID", "{server_id}"}}}));
  EXPECT_EQ(body["Name"], "gs-1");
  EXPECT_EQ(body["Labels"], body["TaskTemplate"]["ContainerSpec"]["Labels"]);
  EXPECT_EQ(body["Labels"]["gg.oof.fleet"], "arena");
  EXPECT_EQ(body["Mode"]["Replicated"]["Replicas"], 1);
  const json& task = body["TaskTemplate"];
  EXPECT_EQ(task["RestartPolicy"]["Condition"], "none");
  EXPECT_EQ(task["ContainerSpec"]["Env"], json({"ID=gs-1"}));
  EXPECT_EQ(task["ContainerSpec"]["CapabilityDrop"], json({"ALL"}));
  EXPECT_EQ(task["Placement"]["Constraints"], json({"node.role==worker"}));
  EXPECT_EQ(task["Networks"], json::array({{{"Target", "players"}}}));
  EXPECT_EQ(body["EndpointSpec"]["Mode"], "dnsrr");
  EXPECT_EQ(body["EndpointSpec"]["Ports"],
            json::array({{{"Protocol", "udp"}, {"TargetPort", 7777}, {"PublishMode", "host"}}}));
}

TEST(ServiceBodyOf, PublishesTheControlPortOnlyWithoutANetwork) {
  const json body = json::parse(ServiceBody({.container = {.port = {7777, "udp"}, .control_port = 3100}},
                                            {.id = "gs-1", .fleet = "arena", .environment = {}}));
  EXPECT_EQ(body["EndpointSpec"]["Ports"].size(), 2U);
  EXPECT_FALSE(body["TaskTemplate"].contains("Networks"));
}

TEST(ParseTaskList, TellsWhereATaskIs) {
  const auto tasks = ParseTasks(kTask);
  ASSERT_TRUE(tasks.ok()) << tasks.status();
  const SwarmTask& task = tasks->at(0);
  EXPECT_TRUE(task.Runs());
  EXPECT_FALSE(task.Comes());
  const orchestration::RunningServer expected{
      .id = "gs-1", .fleet = "arena", .host = "192.0.2.7", .port = 41, .control = "10.0.1.3:3100"};
  EXPECT_EQ(*DescribeTask(task, "players", "", "192.0.2.7"), expected) << "IPv4 comes first";
  EXPECT_EQ(DescribeTask(task, "players", "play.example", "192.0.2.7")->host, "play.example");
  EXPECT_FALSE(DescribeTask(task, "", "", "192.0.2.7").ok()) << "its control port is not published";
}

TEST(ParseTaskList, TellsHowATaskEnded) {
  const auto tasks = ParseTasks(
      R"([{"Status":{"State":"failed","Err":"task: non-zero exit (3)","ContainerStatus":{
  "ExitCode" : 3}},
           "DesiredState":"shutdown"
}])");
  EXPECT_EQ(HowItIs(tasks->at(0)), "its task is failed, exit status 3: task: non-zero exit (3)");
EXPECT_FALSE(tasks->at(0).Runs());
EXPECT_FALSE(tasks->at(0).Comes());
}

TEST(ParseTaskList, NonsenseIsAnErrorAndWhatIsNotKnownIsLeftOut) {
  for (const char* const body : {"", "nonsense", "{}", "null"}) EXPECT_FALSE(ParseTasks(body).ok()) << body;
  EXPECT_TRUE(ParseTasks(R"([7,{"Status":[],"NetworksAttachments":[{"Addresses":[7]}]}])").ok());
}

TEST(ParseNodeList, AManagerIsWhereOthersAreToldThatItIs) {
  const auto nodes = ParseNodes(
      R"([{"ID":"a","Status":{"Addr":"192.0.2.1"}},
          {"ID":"b","Status":{"Addr":"0.0.0.0"},"ManagerStatus":{"Addr":"192.0.2.2:2377"}}])");
  EXPECT_EQ(*nodes, (std::map<std::string, std::string>{{"a", "192.0.2.1"}, {"b", "192.0.2.2"}}));
}

}  // namespace
}  // namespace oofgg::backends
