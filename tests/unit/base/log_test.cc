#include "oofgg/log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace oofgg {
namespace {

TEST(LogTest, LinesReachTheSinkUntilItIsReplaced) {
  std::vector<std::string> lines;
  SetLogSink([&lines](LogLevel level, std::string_view room, std::string_view message) {
    lines.push_back(std::to_string(static_cast<int>(level)) + " " + std::string(room) + " " +
                    std::string(message));
  });
  Log(LogLevel::kWarning, "auth", "a key is missing");
  SetLogSink(nullptr);
  Log(LogLevel::kError, "auth", "nobody hears this");
  EXPECT_EQ(lines, std::vector<std::string>({"2 auth a key is missing"}));
}

TEST(LogTest, ASinkMayBeReplacedWhileOthersLog) {
  std::atomic<int> heard = 0;
  const LogSink sink = [&heard](LogLevel, std::string_view, std::string_view) { ++heard; };
  SetLogSink(sink);
  std::thread logger([] {
    for (int i = 0; i < 1000; ++i) Log(LogLevel::kInfo, "test", "line");
  });
  for (int i = 0; i < 1000; ++i) SetLogSink(sink);
  logger.join();
  SetLogSink(nullptr);
  EXPECT_EQ(heard, 1000);
}

}  // namespace
}  // namespace oofgg
