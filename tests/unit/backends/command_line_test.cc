#include "backends/process/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg::backends {
namespace {

using ::testing::ElementsAre;

TEST(SplitCommand, SplitsAsAShellWould) {
  EXPECT_THAT(SplitCommand("arena --port {port}").value(), ElementsAre("arena", "--port", "{port}"));
  EXPECT_THAT(SplitCommand("  a\tb \n c ").value(), ElementsAre("a", "b", "c"));
  EXPECT_THAT(SplitCommand(R"('my game' "a b"c d\ e '' "\"" '\')").value(),
              ElementsAre("my game", "a bc", "d e", "", "\"", "\\"));
}

TEST(SplitCommand, ExpandsNothing) {
  EXPECT_THAT(SplitCommand("a $HOME `id` ; rm *").value(), ElementsAre("a", "$HOME", "`id`", ";", "rm", "*"));
}

TEST(SplitCommand, SaysWhatIsWrong) {
  for (const std::string command : {"", "   ", "'a", "a \"b", "''"}) {
    const auto words = SplitCommand(command);
    EXPECT_EQ(words.status().code(), StatusCode::kInvalidArgument) << command;
    EXPECT_EQ(FieldViolationsOf(words.status()).at(0).field, "PROCESS_COMMAND") << command;
  }
}

}  // namespace
}  // namespace oofgg::backends
