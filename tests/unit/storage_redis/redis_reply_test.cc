#include "storage/redis/redis_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg::storage {
namespace {

RedisReply Error(const std::string& text) { return {.kind = RedisReply::Kind::kError, .text = text}; }

TEST(RedisReplyTest, AnErrorsFirstWordIsItsCode) {
  const auto code_of = [](const std::string& text) { return StatusOfError(Error(text)).code(); };
  for (const std::string word : {"WRONGPASS", "NOAUTH", "NOPERM"}) {
    EXPECT_EQ(code_of(word + " no"), StatusCode::kPermissionDenied) << word;
  }
  for (const std::string word : {"LOADING", "BUSY", "MASTERDOWN", "READONLY", "TRYAGAIN"}) {
    EXPECT_EQ(code_of(word + " later"), StatusCode::kUnavailable) << word;
  }
  EXPECT_EQ(code_of("OOM command not allowed"), StatusCode::kResourceExhausted);
  EXPECT_EQ(code_of("ERR syntax error"), StatusCode::kInternal);
  EXPECT_EQ(code_of("LOADINGS"), StatusCode::kInternal);
  EXPECT_EQ(code_of(""), StatusCode::kInternal);
}

TEST(RedisReplyTest, AnErrorKeepsItsTextButNotOurArguments) {
  EXPECT_THAT(StatusOfError(Error("ERR value is not an integer")).ToString(),
              ::testing::HasSubstr("value is not an integer"));
  EXPECT_THAT(StatusOfError(Error("ERR unknown command 'X', with args beginning with: 'secret' ")).ToString(),
              ::testing::Not(::testing::HasSubstr("secret")));
  EXPECT_LT(StatusOfError(Error("ERR " + std::string(5000, 'x'))).message().size(), 300U);
}

TEST(RedisReplyTest, ReadsOnlyWhatIsThere) {
  EXPECT_EQ(RedisReply({.kind = RedisReply::Kind::kInteger, .integer = 7}).AsInteger().value(), 7);
  EXPECT_EQ(RedisReply({.kind = RedisReply::Kind::kString, .text = "x"}).AsText().value(), "x");
  EXPECT_EQ(RedisReply().AsInteger().status().code(), StatusCode::kInternal);
  EXPECT_EQ(RedisReply().AsText().status().code(), StatusCode::kInternal);
  EXPECT_EQ(Error("OOM full").AsText().status().code(), StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace oofgg::storage
