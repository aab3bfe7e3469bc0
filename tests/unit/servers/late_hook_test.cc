#include "servers/common/late_hook.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace oofgg::servers {
namespace {

TEST(LateHookTest, CallsWhatItHasWhileThatIsThere) {
  LateHook<std::string_view> hook;
  std::vector<std::string> heard;
  hook("too early");
  {
    const auto hold = hook.Set([&](std::string_view what) { heard.emplace_back(what); });
    hook("a");
    hook("b");
  }
  hook("too late");
  EXPECT_EQ(heard, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace oofgg::servers
