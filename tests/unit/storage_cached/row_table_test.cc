#include "storage/cached/game/row_table.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "oofgg/testing/fake_clock.h"

namespace oofgg::storage {
namespace {

using namespace std::chrono_literals;

RowTable::RowPtr Row(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

std::string TextOf(const RowTable::RowPtr& row) {
  return row == nullptr ? "" : *static_cast<const std::string*>(row.get());
}

class RowTableTest : public ::testing::Test {
 protected:
  void Read(RowTable& table, const std::string& key, const std::string& text, std::size_t bytes = 10) {
    table.Keep(table.BeginReading(key), key, Row(text), bytes);
  }

  testing::FakeClock clock_;
  RowTable table_{clock_, {}};
};

TEST_F(RowTableTest, TellsWhatWasRead) {
  EXPECT_EQ(table_.Find("a"), nullptr);
  Read(table_, "a", "one");
  EXPECT_EQ(TextOf(table_.Find("a")), "one");
  EXPECT_EQ(table_.Find("b"), nullptr);
}

TEST_F(RowTableTest, WhatWasReadBeforeAWriteIsNotKeptAfterIt) {
  const auto reading = table_.BeginReading("a");
  const auto writing = table_.BeginWriting("a");
  table_.EndWriting(writing, "a", Row("new"), 10);
  table_.Keep(reading, "a", Row("old"), 10);
  EXPECT_EQ(TextOf(table_.Find("a")), "new");
}

TEST_F(RowTableTest, NothingIsToldOrKeptWhileItIsWritten) {
  Read(table_, "a", "old");
  const auto writing = table_.BeginWriting("a");
  EXPECT_EQ(table_.Find("a"), nullptr);
  Read(table_, "a", "either");
  EXPECT_EQ(table_.Find("a"), nullptr);
  table_.EndWriting(writing, "a", nullptr, 0);
  EXPECT_EQ(table_.Find("a"), nullptr);
  Read(table_, "a", "new");
  EXPECT_EQ(TextOf(table_.Find("a")), "new");
}

TEST_F(RowTableTest, OfTwoWritesAtOnceNeitherLeavesItsRow) {
  const auto first = table_.BeginWriting("a");
  const auto second = table_.BeginWriting("a");
  table_.EndWriting(first, "a", Row("first"), 10);
  EXPECT_EQ(table_.Find("a"), nullptr);
  table_.EndWriting(second, "a", Row("second"), 10);
  EXPECT_EQ(table_.Find("a"), nullptr);
}

TEST_F(RowTableTest, AWriteOfSomeForgetsThoseAndKeepsNoReadBesideIt) {
  Read(table_, "a", "goes");
  Read(table_, "b", "stays");
  const auto reading = table_.BeginReading("c");
  table_.BeginWritingSome([](const void* row) { return *static_cast<const std::string*>(row) == "goes"; });
  EXPECT_EQ(table_.Find("a"), nullptr);
  EXPECT_EQ(TextOf(table_.Find("b")), "stays");
  Read(table_, "a", "goes");
  table_.EndWritingSome();
  table_.Keep(reading, "c", Row("goes"), 10);
  EXPECT_EQ(table_.Find("a"), nullptr);
  EXPECT_EQ(table_.Find("c"), nullptr);
  Read(table_, "a", "new");
  EXPECT_EQ(TextOf(table_.Find("a")), "new");
}

TEST_F(RowTableTest, RowsGrowTooOldFromWhenTheirReadBegan) {
  RowTable table(clock_, {.max_age = 2s});
  const auto reading = table.BeginReading("a");
  clock_.Advance(1s);
  table.Keep(reading, "a", Row("one"), 10);
  clock_.Advance(1s);
  EXPECT_EQ(TextOf(table.Find("a")), "one");
  clock_.Advance(1ms);
  EXPECT_EQ(table.Find("a"), nullptr);
}

TEST_F(RowTableTest, OfTwoReadsTheOneThatBeganLaterStays) {
  RowTable table(clock_, {.max_age = 2s});
  const auto early = table.BeginReading("a");
  clock_.Advance(1s);
  Read(table, "a", "late");
  table.Keep(early, "a", Row("early"), 10);
  EXPECT_EQ(TextOf(table.Find("a")), "late");
}

TEST_F(RowTableTest, WhatIsAskedForStaysAndTheRestMakesRoom) {
  constexpr std::size_t kRow = 1'000;
  RowTable table(clock_, {.max_bytes = 64 * 20 * kRow});
  Read(table, "kept", "kept", kRow);
  std::size_t there = 0;
  constexpr int kRows = 20'000;
  for (int i = 0; i < kRows; ++i) {
    Read(table, std::to_string(i), "row", kRow);
    ASSERT_EQ(TextOf(table.Find("kept")), "kept") << i;
  }
  for (int i = 0; i < kRows; ++i) there += table.Find(std::to_string(i)) == nullptr ? 0 : 1;
  EXPECT_LE(there, 64U * 20U);
  EXPECT_GE(there, 64U * 5U);
}

}  // namespace
}  // namespace oofgg::storage
