// A process that appends is killed with SIGKILL: what it was told is kept is there, whole and in order.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "storage/kafka/spool.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/storage_kafka/spool_drain.h"

namespace oofgg::storage {
namespace {

constexpr SpoolOptions kSmallSegments{.limit_bytes = 64 << 20, .segment_bytes = 20'000};

[[noreturn]] void AppendUntilKilled(const std::string& folder, int first, int report) {
  const auto spool = Spool::Open(folder, kSmallSegments);
  if (!spool.ok()) _exit(1);
  for (int i = first;; ++i) {
    // Large ones too, so that the kernel is at times in the middle of one.
    if (!(*spool)->Append(Numbered(i, i % 7 == 0 ? 100'000 : 50)).ok()) _exit(2);
    if (write(report, &i, sizeof i) != sizeof i) _exit(3);
  }
}

TEST(SpoolCrashTest, WhatWasAcknowledgedIsThere) {
  const testing::TemporaryDirectory folder;
  int begin = 0;
  for (int round = 0; round < 5; ++round) {
    std::array<int, 2> report{};
    ASSERT_EQ(pipe(report.data()), 0);
    const pid_t child = fork();
    if (child == 0) AppendUntilKilled(folder.path(), begin, report[1]);
    close(report[1]);
    int told = -1;
    for (int i = 0; i < 20 + round * 13; ++i) {
      ASSERT_EQ(read(report[0], &told, sizeof told), static_cast<ssize_t>(sizeof told));
    }
    kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    while (read(report[0], &told, sizeof told) == static_cast<ssize_t>(sizeof told)) {
    }
    close(report[0]);

    const auto spool = Spool::Open(folder.path(), kSmallSegments);
    ASSERT_TRUE(spool.ok()) << spool.status();
    const auto read = Drain(**spool);
    const auto numbers = NumbersOf(read);
    ASSERT_GE(static_cast<int>(numbers.size()), told - begin + 1);
    const int end = begin + static_cast<int>(numbers.size());
    EXPECT_EQ(numbers, UpTo(end, begin));
    EXPECT_LE(end, told + 2);  // One may have been kept that nobody was told of.
    ASSERT_TRUE((*spool)->MarkShipped(read.back().end).ok());
    begin = end;
  }
}

}  // namespace
}  // namespace oofgg::storage
