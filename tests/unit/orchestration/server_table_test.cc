#include "orchestration/server_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "oofgg/random.h"

namespace oofgg::orchestration {
namespace {

ServerEntry& AddReady(ServerTable& table, const std::string& id, std::uint32_t slots) {
  RunningServer running;
  running.id = id;
  ServerEntry& server = table.Add(running, {});
  server.state = GameServerState::kReady;
  server.slots = slots;
  return server;
}

TEST(ServerTable, OnlyReadyServersHaveRoom) {
  ServerTable table;
  ServerEntry& server = AddReady(table, "a", 3);
  EXPECT_EQ(ServerTable::FreeSlots(server), 3U);
  for (const auto state : {GameServerState::kStarting, GameServerState::kSick, GameServerState::kDraining}) {
    server.state = state;
    EXPECT_EQ(ServerTable::FreeSlots(server), 0U);
    EXPECT_EQ(table.Pick({"p"}), nullptr);
  }
}

TEST(ServerTable, CountsSeatsForeignersAndThoseLeaving) {
  ServerTable table;
  ServerEntry& server = AddReady(table, "a", 4);
  table.TakeSeat(server, "alice", {"f", "r"});
  server.foreign = 1;
  server.ghosts["bob"] = false;
  EXPECT_EQ(ServerTable::FreeSlots(server), 1U);
  EXPECT_FALSE(server.Empty());
  server.tells_load = true;
  server.foreign = 9;
  EXPECT_EQ(ServerTable::FreeSlots(server), 0U);
}

TEST(ServerTable, PicksTheFullestThatFits) {
  ServerTable table;
  AddReady(table, "empty", 4);
  ServerEntry& fuller = AddReady(table, "fuller", 4);
  table.TakeSeat(fuller, "alice", {"f", "r"});
  table.TakeSeat(fuller, "bob", {"f", "r"});
  EXPECT_EQ(table.Pick({"x", "y"}), &fuller);
  EXPECT_EQ(table.Pick({"x", "y", "z"})->running.id, "empty");
  EXPECT_EQ(table.Pick({"1", "2", "3", "4", "5"}), nullptr);
  EXPECT_FALSE(table.HasRoomFor(5));
}

TEST(ServerTable, PicksTheEmptiestIfItSpreads) {
  ServerTable table;
  ServerEntry& fuller = AddReady(table, "fuller", 4);
  AddReady(table, "emptier", 4);
  table.TakeSeat(fuller, "alice", {"f", "r"});
  EXPECT_EQ(table.Pick({"x"}, Packing::kSpread)->running.id, "emptier");
  EXPECT_EQ(table.Pick({"x", "y", "z", "w"}, Packing::kSpread)->running.id, "emptier");
  EXPECT_EQ(table.Pick({"x"}, Packing::kPack)->running.id, "fuller");
}

TEST(ServerTable, OutdatedServersTakePlayersOnlyIfNoOtherCan) {
  ServerTable table;
  ServerEntry& old = AddReady(table, "old", 4);
  old.outdated = true;
  table.TakeSeat(old, "alice", {"f", "r"});
  EXPECT_EQ(table.Pick({"x"}), &old);
  EXPECT_EQ(table.CountOutdated(), 1U);
  AddReady(table, "new", 1);
  EXPECT_EQ(table.Pick({"x"})->running.id, "new");
  EXPECT_EQ(table.Pick({"x", "y"}), &old);
  EXPECT_EQ(table.PickOutdated(), &old);
  old.leaving = true;
  old.state = GameServerState::kDraining;
  EXPECT_EQ(table.PickOutdated(), nullptr);
  EXPECT_EQ(table.CountOutdated(), 0U);
}

/// Every sum and every choice, against what a look at each server says.
TEST(ServerTable, TheIndexSaysWhatALookAtEveryServerWould) {
  ServerTable table;
  SeededRandom random(11);
  const auto any = [&random](std::uint64_t below) { return random.Below(below); };
  for (int step = 0; step < 5'000; ++step) {
    const std::string id = "s" + std::to_string(any(20));
    const std::string player = "p" + std::to_string(any(60));
    ServerEntry* server = table.Find(id);
    if (server == nullptr) server = &AddReady(table, id, static_cast<std::uint32_t>(any(5)));
    switch (any(9)) {
      case 0:
        table.Remove(id);
        break;
      case 1:
        server->state = static_cast<GameServerState>(any(4));
        break;
      case 2:
        server->full = any(2) == 0;
        break;
      case 3:
        server->ghosts[player] = any(2) == 0;
        break;
      case 4:
        server->ghosts.clear();
        break;
      case 5:
        server->outdated = any(2) == 0;
        server->assumed = any(2) == 0 ? 3 : 0;
        server->in_flight = static_cast<std::uint32_t>(any(2));
        break;
      case 6:
        table.FreeSeat(*server, player);
        break;
      default:
        table.TakeSeat(*server, player, {"f", "r"});
        break;
    }
    if (any(4) == 0) table.Settle();
    std::size_t room_for_any = 0;
    std::size_t with_room = 0;
    std::size_t free = 0;
    std::size_t best = 0;
    for (const auto& [name, each] : table.all()) {
      const std::size_t slots = ServerTable::FreeSlots(each);
      const std::size_t sure = ServerTable::SureSlots(each);
      room_for_any += slots > 0 ? 1 : 0;
      with_room += sure > 0 ? 1 : 0;
      free += sure > 1'000 ? 7 : sure;
      best = (std::max)(best, slots);
    }
    ASSERT_EQ(table.CountWithRoom(), with_room) << step;
    ASSERT_EQ(table.CountToTry(), room_for_any - with_room) << step;
    ASSERT_EQ(table.TotalFree(7), free) << step;
    ASSERT_EQ(table.HasRoomFor(2), best >= 2) << step;
    const ServerEntry* picked = table.Pick({"stranger"});
    ASSERT_EQ(picked != nullptr, room_for_any > 0) << step;
    ASSERT_TRUE(picked == nullptr || ServerTable::FreeSlots(*picked) > 0) << step;
  }
}

TEST(ServerTable, SeatsNobodyWhereTheirOldSeatIsBeingGivenUp) {
  ServerTable table;
  AddReady(table, "a", 4).ghosts["alice"] = true;
  EXPECT_EQ(table.Pick({"alice"}), nullptr);
  EXPECT_NE(table.Pick({"bob"}), nullptr);
  EXPECT_TRUE(table.HasRoomFor(1));
  EXPECT_EQ(table.SoonFree(), 1U);
}

TEST(ServerTable, AnUnknownCapacityIsWithoutEnd) {
  ServerTable table;
  AddReady(table, "a", 0);
  EXPECT_EQ(table.TotalFree(/*unknown_as=*/7), 7U);
  EXPECT_NE(table.Pick(std::vector<std::string>(100, "p")), nullptr);
  EXPECT_EQ(table.LargestSlots(), 0U);
}

TEST(ServerTable, LearnsFromWhatTheServerTells) {
  ServerTable table;
  ServerEntry& server = AddReady(table, "a", 0);
  table.TakeSeat(server, "alice", {"f", "r"});
  ServerTable::Learn(server, {.slots = 5, .reserved = 3, .players = 1});
  EXPECT_EQ(server.foreign, 2U) << "three hold a seat, one of them is ours";
  ServerTable::Learn(server, {.slots = 5, .reserved = 0, .players = 2});
  EXPECT_EQ(server.foreign, 1U) << "players who connected may no longer be counted as reserved";
  ServerTable::Learn(server, {.slots = 5, .reserved = 0, .players = 0});
  EXPECT_EQ(server.foreign, 0U);
}

TEST(ServerTable, KnowsWhereAPlayerSits) {
  ServerTable table;
  ServerEntry& one = AddReady(table, "one", 3);
  ServerEntry& two = AddReady(table, "two", 3);
  table.TakeSeat(one, "alice", {"f", "r1"});
  table.TakeSeat(two, "alice", {"f", "r2"});
  EXPECT_TRUE(table.FreeSeat(one, "alice"));
  EXPECT_FALSE(table.FreeSeat(one, "alice"));
  ASSERT_NE(table.SeatOf("alice"), nullptr);
  EXPECT_EQ(table.SeatOf("alice")->server_id, "two") << "the newer seat stays";
  table.Remove("two");
  EXPECT_EQ(table.SeatOf("alice"), nullptr);
  EXPECT_EQ(table.Find("two"), nullptr);
}

}  // namespace
}  // namespace oofgg::orchestration
