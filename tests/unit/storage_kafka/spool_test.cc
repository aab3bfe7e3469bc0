#include "storage/kafka/spool.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tests/support/file_size_limit.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/storage_kafka/spool_drain.h"

namespace oofgg::storage {
namespace {

namespace fs = std::filesystem;

class SpoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<Spool> Open(SpoolOptions options = {}) {
    auto spool = Spool::Open(folder_, options);
    EXPECT_TRUE(spool.ok()) << spool.status();
    return spool.ok() ? *std::move(spool) : nullptr;
  }
  static void Fill(Spool& spool, int begin, int end, std::size_t padding = 0) {
    for (int i = begin; i < end; ++i) ASSERT_TRUE(spool.Append(Numbered(i, padding)).ok()) << i;
  }
  std::vector<fs::path> Segments() const {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().extension() == ".spool") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  const testing::TemporaryDirectory root_;
  const std::string folder_ = root_ / "log/spool";
};

TEST_F(SpoolTest, GivesRecordsBackAsTheyWere) {
  const auto spool = Open();
  SpoolRecord record = Numbered(7);
  record.key = std::string("two\nlines \0 and a nul", 21);
  ASSERT_TRUE(spool->Append(record).ok());
  const auto read = Drain(*spool);
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].record.key, record.key);
  EXPECT_EQ(read[0].record.value, record.value);
  EXPECT_EQ(read[0].record.at_ms, record.at_ms);
  EXPECT_EQ(read[0].record.stream, EventStream::kScores);
}

TEST_F(SpoolTest, IsForItsOwnerOnlyAndForOneProcess) {
  const auto spool = Open();
  for (const auto& entry : fs::directory_iterator(folder_)) {
    struct stat info {};
    ASSERT_EQ(stat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u) << entry.path();
  }
  EXPECT_EQ(Spool::Open(folder_).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(SpoolTest, GoesOnWhereItWasMarkedAndRemovesWhatIsShipped) {
  const SpoolOptions small{.limit_bytes = 80'000, .segment_bytes = 1'000};
  {
    const auto spool = Open(small);
    Fill(*spool, 0, 100, 50);
    EXPECT_GT(Segments().size(), 5u);
    const auto read = Drain(*spool);
    EXPECT_EQ(NumbersOf(read), UpTo(100));
    ASSERT_TRUE(spool->MarkShipped(read[59].end).ok());
  }
  const auto spool = Open(small);
  EXPECT_EQ(NumbersOf(Drain(*spool)), UpTo(100, 60));
  Fill(*spool, 100, 110, 50);
  const auto rest = Drain(*spool);
  EXPECT_EQ(NumbersOf(rest), UpTo(110, 60));
  ASSERT_TRUE(spool->MarkShipped(rest.back().end).ok());
  EXPECT_EQ(Segments().size(), 1u);
  EXPECT_EQ(spool->waiting_bytes(), 0u);
}

TEST_F(SpoolTest, ATornEndIsCutOffAndSpoilsNothing) {
  Fill(*Open(), 0, 3);
  const fs::path last = Segments().back();
  const auto whole = fs::file_size(last);
  for (const std::uintmax_t torn : {whole - 1, whole - 5, whole - 30}) {
    fs::resize_file(last, torn);
    const auto spool = Open();
    EXPECT_EQ(NumbersOf(Drain(*spool)), UpTo(2));
    Fill(*spool, 2, 3);
    EXPECT_EQ(NumbersOf(Drain(*spool)), UpTo(3));
  }
}

TEST_F(SpoolTest, ZeroesAndGarbageAtTheEndSpoilNothing) {
  for (const std::string& garbage :
       {std::string(5000, '\0'), std::string(100, 'f'), std::string("00000010")}) {
    Fill(*Open(), 0, 0);
    std::ofstream(Segments().back(), std::ios::app | std::ios::binary) << garbage;
    const auto spool = Open();
    const auto before = NumbersOf(Drain(*spool));
    Fill(*spool, 0, 1);
    EXPECT_EQ(Drain(*spool).size(), before.size() + 1);
  }
}

TEST_F(SpoolTest, AMarkThatIsLostSendsAgainAndOneAheadIsTakenBack) {
  {
    const auto spool = Open();
    Fill(*spool, 0, 5);
    ASSERT_TRUE(spool->MarkShipped(Drain(*spool)[2].end).ok());
  }
  std::ofstream(folder_ + "/shipped", std::ios::trunc) << "nonsense";
  EXPECT_EQ(NumbersOf(Drain(*Open())), UpTo(5));
  {
    // As after a power cut that took more of the segment than of the mark.
    auto mark = SpoolMark::Open(folder_ + "/shipped");
    ASSERT_TRUE(mark->Write({.segment = 1, .offset = 1 << 20}).ok());
  }
  {
    const auto spool = Open();
    EXPECT_TRUE(Drain(*spool).empty());
    Fill(*spool, 5, 7);
    EXPECT_EQ(NumbersOf(Drain(*spool)), UpTo(7, 5));
  }
  EXPECT_EQ(NumbersOf(Drain(*Open())), UpTo(7, 5));
}

TEST_F(SpoolTest, NoNumberOfASegmentComesTwice) {
  Fill(*Open(), 0, 1);
  {
    auto mark = SpoolMark::Open(folder_ + "/shipped");
    ASSERT_TRUE(mark->Write({.segment = 41, .offset = 7}).ok());
  }
  fs::remove(Segments().back());
  const auto spool = Open();
  EXPECT_EQ(Segments().back().filename(), "00000000000000000042.spool");
  Fill(*spool, 3, 5);
  EXPECT_EQ(NumbersOf(Drain(*spool)), UpTo(5, 3));
}

TEST_F(SpoolTest, WhatIsDamagedInTheMiddleIsSkippedAndKept) {
  const SpoolOptions small{.limit_bytes = 80'000, .segment_bytes = 1'000};
  Fill(*Open(small), 0, 40, 50);
  const fs::path first = Segments().front();
  std::fstream(first, std::ios::in | std::ios::out).seekp(300) << "XXX";
  const auto spool = Open(small);
  const auto numbers = NumbersOf(Drain(*spool));
  ASSERT_GT(numbers.size(), 20u);
  EXPECT_LT(numbers.size(), 40u);
  EXPECT_EQ(numbers.front(), 0);
  EXPECT_EQ(numbers.back(), 39);
  EXPECT_TRUE(fs::exists(first.string() + ".damaged"));
}

// One frame of the last segment, which is the current one: in its value, and in its length, which then reads
// as that of a frame that is cut.
TEST_F(SpoolTest, WhatIsDamagedInTheLastSegmentIsKeptAndNotTakenForATornEnd) {
  for (const auto& [offset, length] : {std::pair(40, "XXX"), {0, "0007"}}) {
    fs::remove_all(folder_);
    std::uintmax_t third = 0;
    {
      const auto spool = Open();
      Fill(*spool, 0, 2, 50);
      third = fs::file_size(Segments().back());
      Fill(*spool, 2, 6, 50);
    }
    const fs::path damaged = Segments().back();
    const auto size = fs::file_size(damaged);
    std::fstream(damaged, std::ios::in | std::ios::out).seekp(static_cast<std::streamoff>(third) + offset)
        << length;
    const auto spool = Open();
    EXPECT_EQ(fs::file_size(damaged), size);
    EXPECT_EQ(Segments().size(), 2u);
    Fill(*spool, 6, 8);
    const auto read = NumbersOf(Drain(*spool));
    EXPECT_EQ(read.back(), 7);
    EXPECT_LT(read.size(), 8u);
    ASSERT_TRUE(spool->MarkShipped(Drain(*spool).back().end).ok());
    EXPECT_FALSE(fs::exists(damaged));
    EXPECT_EQ(fs::file_size(damaged.string() + ".damaged"), size);
  }
}

TEST_F(SpoolTest, IsFullBeforeItIsAndHasRoomForWhoWasLetIn) {
  const auto spool = Open({.limit_bytes = 80'000});
  int number = 0;
  while (spool->CheckRoom().ok()) Fill(*spool, number, number + 1, 100), ++number;
  EXPECT_GT(number, 100);
  const Status full = spool->CheckRoom();
  EXPECT_EQ(full.code(), StatusCode::kUnavailable);
  EXPECT_TRUE(RetryAfterOf(full).has_value());
  EXPECT_EQ(spool->refusals(), 2u);
  // Those who passed before.
  Fill(*spool, number, number + 20, 100);
  number += 20;
  // Never beyond its limit, whoever does not ask.
  while (spool->Append(Numbered(number, 100)).ok()) ++number;
  EXPECT_LE(spool->waiting_bytes(), 80'000u);
  EXPECT_GT(spool->waiting_bytes(), 79'000u);
  // Kafka is back.
  const auto read = Drain(*spool);
  EXPECT_EQ(NumbersOf(read), UpTo(number));
  ASSERT_TRUE(spool->MarkShipped(read.back().end).ok());
  EXPECT_TRUE(spool->CheckRoom().ok());
  EXPECT_EQ(spool->waiting_bytes(), 0u);
}

// The one segment had nearly all that the new limit allows.
TEST_F(SpoolTest, WhatIsShippedTakesNothingOfALimitThatWasLowered) {
  const SpoolOptions lowered{.limit_bytes = 80'000};
  for (const bool before_the_restart : {true, false}) {
    {
      const auto spool = Open();
      Fill(*spool, 0, 530, 100);
      EXPECT_GT(spool->waiting_bytes(), 70'000u);
      if (before_the_restart) {
        ASSERT_TRUE(spool->MarkShipped(Drain(*spool).back().end).ok());
      }
    }
    const auto spool = Open(lowered);
    SpoolReader reader(*spool, spool->shipped());
    if (!before_the_restart) {
      EXPECT_EQ(spool->CheckRoom().code(), StatusCode::kUnavailable);
      const auto waiting = Drain(*spool);
      EXPECT_EQ(NumbersOf(waiting), UpTo(530));
      while (!reader.Next()->empty()) {
      }
      ASSERT_TRUE(spool->MarkShipped(waiting.back().end).ok());
    }
    EXPECT_EQ(spool->waiting_bytes(), 0u);
    EXPECT_TRUE(spool->CheckRoom().ok()) << spool->CheckRoom();
    EXPECT_EQ(Segments().size(), 1u);
    // Also for whoever does not ask, and whoever has read to the end of what is gone.
    Fill(*spool, 0, 300, 100);
    EXPECT_EQ(NumbersOf(*reader.Next()).front(), 0);
    EXPECT_EQ(NumbersOf(Drain(*spool)), UpTo(300));
    ASSERT_TRUE(spool->MarkShipped(Drain(*spool).back().end).ok());
  }
}

TEST_F(SpoolTest, ARecordThatNobodyAskedRoomForRenewsTheSegmentToo) {
  {
    const auto spool = Open();
    Fill(*spool, 0, 530, 100);
    ASSERT_TRUE(spool->MarkShipped(Drain(*spool).back().end).ok());
  }
  const auto spool = Open({.limit_bytes = 80'000});
  Fill(*spool, 0, 100, 100);
  EXPECT_EQ(NumbersOf(Drain(*spool)), UpTo(100));
}

TEST_F(SpoolTest, ADiskThatRefusesIsToldAndSpoilsNothing) {
  const auto spool = Open();
  Fill(*spool, 0, 10);
  {
    const testing::FileSizeLimit limit(fs::file_size(Segments().back()) + 20);
    EXPECT_EQ(spool->Append(Numbered(10)).code(), StatusCode::kUnavailable);
  }
  EXPECT_TRUE(spool->CheckRoom().ok());  // Asked again, the disk has some.
  Fill(*spool, 10, 12);
  EXPECT_EQ(NumbersOf(Drain(*spool)), UpTo(12));
}

TEST_F(SpoolTest, ARecordThatNoBrokerWouldTakeIsRefused) {
  const auto spool = Open();
  EXPECT_EQ(spool->Append(Numbered(1, kMaxSpoolRecord)).code(), StatusCode::kInvalidArgument);
  Fill(*spool, 1, 2, kMaxSpoolRecord - 100);
  Fill(*spool, 2, 3);
  EXPECT_EQ(NumbersOf(Drain(*spool)), UpTo(3, 1));
}

TEST_F(SpoolTest, ReadsWhatIsAppendedMeanwhile) {
  const auto spool = Open({.limit_bytes = 80'000, .segment_bytes = 1'000});
  SpoolReader reader(*spool, spool->shipped());
  EXPECT_TRUE(reader.AtEnd());
  std::vector<int> numbers;
  for (int i = 0; i < 30; ++i) {
    Fill(*spool, i, i + 1, 100);
    EXPECT_FALSE(reader.AtEnd());
    for (const int number : NumbersOf(*reader.Next())) numbers.push_back(number);
  }
  EXPECT_EQ(numbers, UpTo(30));
  EXPECT_TRUE(reader.AtEnd());
}

}  // namespace
}  // namespace oofgg::storage
