#include "backends/process/process_record.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/support/child_process.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::backends {
namespace {

ProcessRecord Ourselves() {
  return {.id = "gs-1",
          .fleet = "arena",
          .pid = getpid(),
          .start_time = StartTimeOf(getpid()).value(),
          .boot_id = CurrentBootId(),
          .port = 7000,
          .control_port = 7001};
}

TEST(ProcessRecord, NamesOneProcessAndNoOther) {
  const ProcessRecord record = Ourselves();
  EXPECT_TRUE(StillRuns(record));
  ProcessRecord reused = record;
  ++reused.start_time;
  EXPECT_FALSE(StillRuns(reused)) << "the pid was used again";
  ProcessRecord rebooted = record;
  rebooted.boot_id = "another boot";
  EXPECT_FALSE(StillRuns(rebooted));
}

TEST(ProcessRecord, AProcessThatHasEndedDoesNotRun) {
  testing::ChildProcess child("/bin/true", {});
  const pid_t pid = child.pid();
  ASSERT_EQ(child.Wait(), 0);
  EXPECT_EQ(StartTimeOf(pid), std::nullopt);
}

TEST(ProcessRecords, KeepsWhatItIsGiven) {
  const testing::TemporaryDirectory directory;
  const ProcessRecords records(directory.path() + "/deeper/servers");
  ASSERT_TRUE(records.Prepare().ok());
  const ProcessRecord record = Ourselves();
  ASSERT_TRUE(records.Write(record).ok());
  EXPECT_EQ(records.ReadAll(), std::vector<ProcessRecord>{record});
  records.Erase(record.id);
  EXPECT_TRUE(records.ReadAll().empty());
}

TEST(ProcessRecords, SkipsWhatItCannotRead) {
  const testing::TemporaryDirectory directory;
  const ProcessRecords records(directory.path());
  const ProcessRecord record = Ourselves();
  ASSERT_TRUE(records.Write(record).ok());
  int number = 0;
  for (const std::string text :
       {"", "{", "[]", "{}", R"({"id":"x","pid":1,"control_port":1})",
        R"({"id":"x","pid":"9","control_port":1})", R"({"id":7,"pid":9,"control_port":1})"}) {
    std::ofstream(directory.path() + "/bad" + std::to_string(++number) + ".server.json") << text;
  }
  EXPECT_EQ(records.ReadAll(), std::vector<ProcessRecord>{record});
}

TEST(ProcessRecords, KeepsTheNewestLogsOfTheDeadAndAllOfTheLiving) {
  const testing::TemporaryDirectory directory;
  const ProcessRecords records(directory.path());
  ProcessRecord alive = Ourselves();
  alive.id = "gs-alive";
  ASSERT_TRUE(records.Write(alive).ok());
  const auto now = std::filesystem::file_time_type::clock::now();
  const auto log = [&](const std::string& id, int minutes_ago) {
    std::ofstream(records.LogPath(id)) << "words";
    std::filesystem::last_write_time(records.LogPath(id), now - std::chrono::minutes(minutes_ago));
  };
  log(alive.id, 1000);
  for (int i = 0; i < 40; ++i) log("gs-" + std::to_string(i), i);
  records.Erase("gs-0");
  EXPECT_TRUE(std::filesystem::exists(records.LogPath(alive.id)));
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(std::filesystem::exists(records.LogPath("gs-" + std::to_string(i))), i < 32) << i;
  }
}

TEST(ProcessRecords, SaysWhenItsDirectoryCannotBeMade) {
  EXPECT_EQ(ProcessRecords("/proc/nowhere").Prepare().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace oofgg::backends
