#include "base/code_names.h"

#include <gtest/gtest.h>

namespace oofgg::base {
namespace {

TEST(CodeNamesTest, EveryErrorHasANameThatLeadsBackToIt) {
  for (int number = 1; number <= 16; ++number) {
    const auto code = static_cast<StatusCode>(number);
    EXPECT_EQ(CodeCalled(NameOf(code)), code) << number;
    EXPECT_EQ(NameOf(code), absl::StatusCodeToString(code)) << "as gRPC has it";
  }
}

TEST(CodeNamesTest, OkIsNoError) {
  EXPECT_EQ(NameOf(StatusCode::kOk), "OK");
  EXPECT_EQ(CodeCalled("OK"), std::nullopt);
}

TEST(CodeNamesTest, OtherWordsNameNothing) {
  EXPECT_EQ(CodeCalled(""), std::nullopt);
  EXPECT_EQ(CodeCalled("unauthenticated"), std::nullopt);
  EXPECT_EQ(NameOf(static_cast<StatusCode>(99)), "UNKNOWN");
}

}  // namespace
}  // namespace oofgg::base
