// Several makers on one Redis, as processes.

#include <gmock/gmock.h>

#include "tests/integration/servers/maker_fixture.h"
#include "tests/support/redis_server.h"

namespace oofgg::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class MakersTogetherTest : public MakerFixture {
 protected:
  std::vector<std::string> Flags(const std::string& keys) {
    return {"--jwks",
            JwksUrl(*auth_),
            "--redis",
            redis_.url(),
            "--allow-volatile-redis",
            "--keys",
            keys,
            "--listen",
            "127.0.0.1:0",
            "--http-listen",
            "127.0.0.1:0",
            "--ops-listen",
            "127.0.0.1:0",
            "--process-command",
            ArenaCommand()};
  }

  const RedisServer redis_{{"--appendonly", "no"}};
  const std::unique_ptr<RunningServer> auth_ = StartAuth(folder_);
};

TEST_F(MakersTogetherTest, OneWithKeysOfItsOwnDoesNotStart) {
  RunningServer first("oofgg-maker", folder_, Flags("maker-keys"));
  ChildProcess other("oofgg-maker", In(folder_, Flags("other-keys")));
  EXPECT_EQ(other.Wait(), 1);
  EXPECT_THAT(other.errors(),
              AllOf(HasSubstr("--keys: the maker "), HasSubstr(std::to_string(first.process().pid()))));
  RunningServer second("oofgg-maker", folder_, Flags("maker-keys"));
  EXPECT_EQ(first.Terminate(), 0);
  EXPECT_EQ(second.Terminate(), 0);
  RunningServer alone("oofgg-maker", folder_, Flags("other-keys"));
  EXPECT_EQ(alone.Terminate(), 0) << "nobody else runs";
}

}  // namespace
}  // namespace oofgg::testing
