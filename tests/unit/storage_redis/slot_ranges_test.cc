#include "storage/redis/slot_ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/redis/reply_reader.h"

namespace oofgg::storage::redis {
namespace {

const HostPort kAsked{"asked", 1};

StatusOr<SlotRanges> SlotsIn(std::string_view resp) {
  ReplyReader reader(1 << 20);
  EXPECT_TRUE(reader.Feed(resp).ok());
  return ParseClusterSlots(reader.Next()->value(), kAsked);
}

std::string NodeEntry(const std::string& host, const std::string& port) {
  return "*3\r\n$" + std::to_string(host.size()) + "\r\n" + host + "\r\n" + port + "\r\n$2\r\nid\r\n";
}
std::string RangeEntry(const std::string& first, const std::string& last,
                       const std::string& node = NodeEntry("a", ":7000")) {
  return "*3\r\n" + first + "\r\n" + last + "\r\n" + node;
}
std::string Entries(std::initializer_list<std::string> ranges) {
  std::string all = "*" + std::to_string(ranges.size()) + "\r\n";
  for (const std::string& range : ranges) all += range;
  return all;
}

TEST(SlotRangesTest, ReadsMastersAndReplicas) {
  const auto slots =
      SlotsIn(Entries({"*4\r\n:8192\r\n:16383\r\n" + NodeEntry("::1", ":7001") + NodeEntry("r", ":7002"),
                       RangeEntry(":0", ":8191", NodeEntry("a", ":7000"))}));
  ASSERT_TRUE(slots.ok()) << slots.status();
  EXPECT_EQ(slots->ranges, (std::vector<SlotRange>{{0, 8191, {"a", 7000}}, {8192, 16383, {"::1", 7001}}}));
  EXPECT_EQ(slots->replicas, (std::vector<HostPort>{{"r", 7002}}));
}

TEST(SlotRangesTest, ANodeWithoutAHostIsWhereWeAsked) {
  EXPECT_EQ(SlotsIn(Entries({RangeEntry(":0", ":1", NodeEntry("", ":7000"))}))->ranges[0].master,
            (HostPort{"asked", 7000}));
  EXPECT_EQ(SlotsIn(Entries({RangeEntry(":0", ":1", "*2\r\n_\r\n:7000\r\n")}))->ranges[0].master,
            (HostPort{"asked", 7000}));
}

TEST(SlotRangesTest, SomeSlotsMayHaveNobody) {
  EXPECT_EQ(SlotsIn(Entries({RangeEntry(":5", ":5"), RangeEntry(":7", ":9")}))->ranges.size(), 2U);
  EXPECT_EQ(SlotsIn("*0\r\n").status().code(), StatusCode::kUnavailable) << "no cluster has been made yet";
}

TEST(SlotRangesTest, RefusesWhatCannotBe) {
  const std::string node = NodeEntry("a", ":7000");
  for (const std::string& resp :
       {std::string("+OK\r\n"),
        std::string(":1\r\n"),
        std::string("_\r\n"),
        std::string("%1\r\n:0\r\n:1\r\n"),
        Entries({":7\r\n"}),
        Entries({"*0\r\n"}),
        Entries({"*2\r\n:0\r\n:1\r\n"}),
        Entries({RangeEntry(":-1", ":1")}),
        Entries({RangeEntry(":0", ":16384")}),
        Entries({RangeEntry(":0", ":9223372036854775807")}),
        Entries({RangeEntry(":2", ":1")}),
        Entries({RangeEntry("+0", ":1")}),
        Entries({RangeEntry(":0", ":1", ":7\r\n")}),
        Entries({RangeEntry(":0", ":1", "*1\r\n+a\r\n")}),
        Entries({RangeEntry(":0", ":1", NodeEntry("a", ":0"))}),
        Entries({RangeEntry(":0", ":1", NodeEntry("a", ":65536"))}),
        Entries({RangeEntry(":0", ":1", NodeEntry("a", "+x"))}),
        Entries({RangeEntry(":0", ":1", NodeEntry("?", ":7000"))}),
        Entries({RangeEntry(":0", ":1", NodeEntry(std::string("a\0b", 3), ":7000"))}),
        Entries({RangeEntry(":0", ":10"), RangeEntry(":10", ":20")}),
        Entries({RangeEntry(":5", ":6"), RangeEntry(":0", ":100")}),
        Entries({RangeEntry(":0", ":1"), RangeEntry(":0", ":1")})}) {
    EXPECT_EQ(SlotsIn(resp).status().code(), StatusCode::kInternal) << resp;
  }
}

TEST(SlotRangesTest, BoundsTheNumberOfMasters) {
  RedisReply reply{.kind = RedisReply::Kind::kArray};
  const auto number = [](std::int64_t value) {
    return RedisReply{.kind = RedisReply::Kind::kInteger, .integer = value};
  };
  for (std::int64_t i = 0; i < 1001; ++i) {
    const RedisReply host{.kind = RedisReply::Kind::kString, .text = "a"};
    const RedisReply node{.kind = RedisReply::Kind::kArray, .elements = {host, number(i + 1)}};
    reply.elements.push_back({.kind = RedisReply::Kind::kArray, .elements = {number(i), number(i), node}});
  }
  EXPECT_EQ(ParseClusterSlots(reply, kAsked).status().code(), StatusCode::kInternal);
  reply.elements.pop_back();
  EXPECT_TRUE(ParseClusterSlots(reply, kAsked).ok());
}

TEST(SlotRangesTest, SaysThatAServerIsNoCluster) {
  const auto none = SlotsIn("-ERR This instance has cluster support disabled\r\n");
  EXPECT_EQ(none.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(none.status().ToString(), ::testing::HasSubstr("no Redis Cluster"));
  EXPECT_EQ(SlotsIn("-NOPERM no\r\n").status().code(), StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace oofgg::storage::redis
