#include "storage/redis/reply_reader.h"

#include <gtest/gtest.h>

namespace oofgg::storage::redis {
namespace {

using Kind = RedisReply::Kind;

RedisReply Only(std::string_view bytes) {
  ReplyReader reader(1 << 20);
  EXPECT_TRUE(reader.Feed(bytes).ok());
  auto reply = reader.Next();
  EXPECT_TRUE(reply.ok() && reply->has_value()) << bytes;
  EXPECT_FALSE(reader.Next()->has_value()) << "and nothing behind it";
  return reply.ok() ? std::move(*reply).value_or(RedisReply()) : RedisReply();
}

Status Fault(std::string_view bytes, std::size_t max_reply_bytes = 1 << 20) {
  ReplyReader reader(max_reply_bytes);
  EXPECT_TRUE(reader.Feed(bytes).ok());
  return reader.Next().status();
}

TEST(ReplyReaderTest, ReadsEveryTypeOfBothProtocols) {
  EXPECT_EQ(Only("+OK\r\n").text, "OK");
  EXPECT_EQ(Only("$3\r\na\r\n\r\n").text, "a\r\n");
  EXPECT_EQ(Only("$-1\r\n").kind, Kind::kNil);
  EXPECT_EQ(Only("*-1\r\n").kind, Kind::kNil);
  EXPECT_EQ(Only("_\r\n").kind, Kind::kNil);
  EXPECT_EQ(Only(":-9223372036854775808\r\n").integer, std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(Only("#t\r\n").kind, Kind::kBool);
  EXPECT_EQ(Only("#t\r\n").integer, 1);
  EXPECT_DOUBLE_EQ(Only(",-1.25\r\n").number, -1.25);
  EXPECT_EQ(Only("(12345678901234567890\r\n").text, "12345678901234567890");
  EXPECT_EQ(Only("=7\r\ntxt:abc\r\n").text, "abc");
  EXPECT_EQ(Only("-ERR no\r\n").kind, Kind::kError);
  EXPECT_EQ(Only("~1\r\n:1\r\n").kind, Kind::kSet);
  EXPECT_EQ(Only(">2\r\n+message\r\n+x\r\n").kind, Kind::kPush);
  const RedisReply map = Only("%2\r\n+a\r\n:1\r\n+b\r\n*2\r\n:2\r\n*0\r\n");
  ASSERT_EQ(map.kind, Kind::kMap);
  ASSERT_EQ(map.elements.size(), 4U);
  EXPECT_EQ(map.elements[3].elements[0].integer, 2);
  EXPECT_EQ(map.elements[3].elements[1].kind, Kind::kArray);
}

TEST(ReplyReaderTest, PiecesMakeAReply) {
  const std::string bytes = "*2\r\n$5\r\nhello\r\n*1\r\n:42\r\n+next\r\n";
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    ReplyReader reader(1 << 20);
    std::vector<RedisReply> replies;
    for (const std::string_view piece :
         {std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)}) {
      ASSERT_TRUE(reader.Feed(piece).ok());
      for (auto reply = reader.Next(); reply->has_value(); reply = reader.Next()) replies.push_back(**reply);
    }
    ASSERT_EQ(replies.size(), 2U) << cut;
    EXPECT_EQ(replies[0].elements[0].text, "hello");
    EXPECT_EQ(replies[0].elements[1].elements[0].integer, 42);
    EXPECT_EQ(replies[1].text, "next");
  }
}

TEST(ReplyReaderTest, RefusesWhatIsNoReply) {
  for (const std::string_view bytes : {"hello\r\n", "\r\n", ":\r\n", ":x\r\n", "*x\r\n", "*-2\r\n", "$-2\r\n",
                                       "#x\r\n", ",x\r\n", "=3\r\nabc\r\n", "_x\r\n", "*1\r\n!\r\n"}) {
    EXPECT_EQ(Fault(bytes).code(), StatusCode::kInternal) << bytes;
  }
}

TEST(ReplyReaderTest, BoundsAReply) {
  EXPECT_EQ(Fault("$100\r\n" + std::string(60, 'x'), 50).code(), StatusCode::kInternal);
  EXPECT_EQ(Fault("*2000000\r\n").code(), StatusCode::kInternal) << "more values than are allowed";
  std::string deep;
  for (int i = 0; i < 33; ++i) deep += "*1\r\n";
  EXPECT_EQ(Fault(deep).code(), StatusCode::kInternal);
}

TEST(ReplyReaderTest, TheBoundIsThatOfOneReplyNotOfAll) {
  ReplyReader reader(100);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(reader.Feed("$40\r\n" + std::string(40, 'x') + "\r\n$4").ok());
    ASSERT_TRUE(reader.Next()->has_value());
    ASSERT_FALSE(reader.Next()->has_value());
    ASSERT_TRUE(reader.Feed("0\r\n" + std::string(40, 'x') + "\r\n").ok());
    ASSERT_TRUE(reader.Next()->has_value());
  }
}

TEST(ReplyReaderTest, AReplyCutShortIsFreed) {
  ReplyReader reader(1 << 20);
  ASSERT_TRUE(reader.Feed("*3\r\n$5\r\nhello\r\n*2\r\n:1\r\n").ok());
  EXPECT_FALSE(reader.Next()->has_value());
}

}  // namespace
}  // namespace oofgg::storage::redis
