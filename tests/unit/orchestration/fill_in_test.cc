#include "orchestration/fill_in.h"

#include <gtest/gtest.h>

namespace oofgg::orchestration {
namespace {

TEST(FillIn, FillsKnownNamesAndLeavesTheRest) {
  const std::map<std::string, std::string> values{{"port", "7"}, {"control_port", "8"}};
  EXPECT_EQ(FillIn("{port}", values), "7");
  EXPECT_EQ(FillIn("127.0.0.1:{port}/{control_port}!", values), "127.0.0.1:7/8!");
  EXPECT_EQ(FillIn("{\"a\":{port}}", values), "{\"a\":7}");
  EXPECT_EQ(FillIn("{other} {port", values), "{other} {port");
  EXPECT_EQ(FillIn("", values), "");
}

}  // namespace
}  // namespace oofgg::orchestration
