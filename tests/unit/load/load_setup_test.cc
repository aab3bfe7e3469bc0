#include "servers/cli/load/load_setup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "servers/cli/load/links.h"

namespace oofgg::load {
namespace {

using ::testing::HasSubstr;

TEST(LoadSetupTest, CapacityIsWhatDescriptorsAreThere) {
  PresenceLoadOptions options;
  options.cluster.instances = 52;
  options.steps = {52 * 19'000};
  EXPECT_TRUE(CheckCapacity(options, 20'000).ok());
  options.steps = {1'000'000};
  const Status status = CheckCapacity(options, 20'000);
  EXPECT_THAT(status.message(), HasSubstr("at least 53 for 1000000 connections"));
  options.cluster.instances = 53;
  EXPECT_TRUE(CheckCapacity(options, 20'000).ok());
  options.cluster.drain = true;
  EXPECT_THAT(CheckCapacity(options, 20'000).message(), HasSubstr("at least 54")) << "while one is away";
}

TEST(LoadSetupTest, UsersGoRoundAmongServers) {
  const FriendGraph graph(7, {});
  const auto truth = TruthBoard::Make(7);
  ASSERT_TRUE(truth.ok());
  const std::vector<sockaddr_in> servers(3);
  const LinkPlan plan{.servers = servers, .sources = {}, .graph = graph, .truth = *truth, .users = 7};
  for (User user = 0; user < 7; ++user) EXPECT_EQ(plan.HomeOf(user), user % 3);
}

}  // namespace
}  // namespace oofgg::load
