#include "storage/jsonl/jsonl_event_log.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "oofgg/random.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::storage {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class JsonlEventLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<JsonlEventLog> Open(JsonlOptions options = {}) {
    auto log = JsonlEventLog::Open(folder_, clock_, random_, options);
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : nullptr;
  }
  EventRecord Record(std::string kind, std::int64_t number = 0) {
    return {clock_.WallNow(), std::move(kind), "ann", {{"number", number}}};
  }
  static std::vector<json> Lines(const fs::path& file) {
    std::vector<json> lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      lines.push_back(json::parse(line, nullptr, false));
      EXPECT_FALSE(lines.back().is_discarded()) << line;
    }
    return lines;
  }
  std::vector<json> Current() { return Lines(folder_ + "/events.jsonl"); }

  testing::FakeClock clock_;
  SeededRandom random_{1};
  const testing::TemporaryDirectory root_;
  const std::string folder_ = root_ / "data/log";
};

TEST_F(JsonlEventLogTest, WritesOneObjectALine) {
  const auto log = Open();
  const Status kept = log->Append({clock_.WallNow() + std::chrono::milliseconds(7),
                                   "score.submitted",
                                   "ann",
                                   {{"text", "two\nlines \"quoted\" \xff"},
                                    {"number", std::int64_t{1} << 60},
                                    {"real", 1.5},
                                    {"yes", true}}});
  ASSERT_TRUE(kept.ok()) << kept;
  const auto lines = Current();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["at"], "2030-01-01T00:00:00.007Z");
  EXPECT_EQ(lines[0]["kind"], "score.submitted");
  EXPECT_EQ(lines[0]["key"], "ann");
  EXPECT_EQ(lines[0]["text"], "two\nlines \"quoted\" \xef\xbf\xbd");
  EXPECT_EQ(lines[0]["number"], std::int64_t{1} << 60);
  EXPECT_EQ(lines[0]["real"], 1.5);
  EXPECT_EQ(lines[0]["yes"], true);
}

TEST_F(JsonlEventLogTest, IsForItsOwnerOnly) {
  const auto log = Open();
  struct stat info {};
  ASSERT_EQ(stat((folder_ + "/events.jsonl").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_EQ(stat(folder_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(JsonlEventLogTest, GoesOnWhereItEnded) {
  ASSERT_TRUE(Open()->Append(Record("first")).ok());
  ASSERT_TRUE(Open()->Append(Record("second")).ok());
  const auto lines = Current();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1]["kind"], "second");
}

TEST_F(JsonlEventLogTest, ALineCutShortByACrashSpoilsNoOther) {
  fs::create_directories(folder_);
  std::ofstream(folder_ + "/events.jsonl") << "{\"kind\":\"cut";
  ASSERT_TRUE(Open()->Append(Record("next")).ok());
  std::ifstream in(folder_ + "/events.jsonl");
  std::string line;
  std::getline(in, line);
  EXPECT_EQ(line, "{\"kind\":\"cut");
  std::getline(in, line);
  EXPECT_EQ(json::parse(line)["kind"], "next");
}

TEST_F(JsonlEventLogTest, PutsFullFilesAsideAndRemovesTheOldest) {
  const auto log = Open({.rotate_bytes = 200, .keep_files = 3});
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(log->Append(Record("e", i)).ok());
    ASSERT_TRUE(log->Flush().ok());
    clock_.Advance(std::chrono::milliseconds(i % 2));  // Some in the same millisecond.
  }
  std::vector<fs::path> aside;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().filename() != "events.jsonl") aside.push_back(entry.path());
    EXPECT_LE(fs::file_size(entry.path()), 400u);
  }
  EXPECT_EQ(aside.size(), 3u);
  std::vector<std::int64_t> numbers;
  for (const auto& line : Current()) numbers.push_back(line["number"]);
  for (const auto& path : aside) {
    for (const auto& line : Lines(path)) numbers.push_back(line["number"]);
  }
  std::sort(numbers.begin(), numbers.end());
  ASSERT_FALSE(numbers.empty());
  EXPECT_EQ(numbers.back(), 39);  // The newest are kept, without a gap.
  EXPECT_EQ(numbers.back() - numbers.front() + 1, static_cast<std::int64_t>(numbers.size()));
}

TEST_F(JsonlEventLogTest, EachRecordHasAVersionAndAnIdThatMayBeTheCallers) {
  const auto log = Open();
  EventRecord named = Record("a");
  named.id = "score-1";
  ASSERT_TRUE(log->Append(named).ok());
  ASSERT_TRUE(log->Append(Record("b")).ok());
  ASSERT_TRUE(log->Append(Record("c")).ok());
  const auto lines = Current();
  ASSERT_EQ(lines.size(), 3u);
  for (const auto& line : lines) EXPECT_EQ(line["v"], 1);
  EXPECT_EQ(lines[0]["id"], "score-1");
  EXPECT_EQ(lines[1]["id"].get<std::string>().size(), 36u);
  EXPECT_LT(lines[1]["id"].get<std::string>(), lines[2]["id"].get<std::string>());
}

TEST_F(JsonlEventLogTest, SaysWhyItCannotBeOpened) {
  std::ofstream(root_ / "data") << "a file where the folder should be";
  const auto log = JsonlEventLog::Open(folder_, clock_, random_);
  EXPECT_EQ(log.status().code(), StatusCode::kUnavailable);
}

TEST_F(JsonlEventLogTest, DoesNotFollowALinkOutOfItsFolder) {
  fs::create_directories(folder_);
  std::ofstream(root_ / "victim") << "";
  fs::create_symlink(root_ / "victim", folder_ + "/events.jsonl");
  EXPECT_FALSE(JsonlEventLog::Open(folder_, clock_, random_).ok());
}

TEST_F(JsonlEventLogTest, KeepsTheRecordsOfEachThreadInOrder) {
  auto log = Open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) EXPECT_TRUE(log->Append(Record("t" + std::to_string(t), i)).ok());
    });
  }
  for (auto& thread : threads) thread.join();
  log.reset();
  std::map<std::string, std::int64_t> next;
  for (const auto& line : Current()) {
    EXPECT_EQ(line["number"], next[line["kind"]]++);
  }
  EXPECT_EQ(next.size(), 4u);
  EXPECT_EQ(next["t3"], 200);
}

}  // namespace
}  // namespace oofgg::storage
