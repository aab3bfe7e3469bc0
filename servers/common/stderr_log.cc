#include "servers/common/stderr_log.h"

#include <poll.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "oofgg/log.h"

namespace oofgg::servers {
namespace {

spdlog::level::level_enum LevelOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Whether a write of a line will not wait: a pipe that says so has room for PIPE_BUF bytes (pipe(7)).
bool StderrHasRoom() {
  pollfd stderr_now{STDERR_FILENO, POLLOUT, 0};
  return poll(&stderr_now, 1, 0) > 0;
}

class Writer {
 public:
  Writer(const std::string& name, bool verbose)
      : logger_(name, std::make_shared<spdlog::sinks::stderr_color_sink_st>()) {
    logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %n %v");
    logger_.set_level(verbose ? spdlog::level::debug : spdlog::level::info);
  }

  void Write(LogLevel level, std::string_view room, std::string_view message) {
    if (!logger_.should_log(LevelOf(level))) return;
    const std::lock_guard lock(mutex_);
    if (!StderrHasRoom()) {
      ++dropped_;
      return;
    }
    if (dropped_ > 0) {
      logger_.warn("[log] {} lines were dropped, as nobody read them", dropped_);
      dropped_ = 0;
    }
    // Longer ones could wait in the middle.
    const std::string_view line = message.substr(0, kLongestLine);
    logger_.log(LevelOf(level), "[{}] {}", std::string(room), std::string(line));
  }

 private:
  /// Together with the line about dropped ones less than PIPE_BUF.
  static constexpr std::size_t kLongestLine = 3'500;

  std::mutex mutex_;
  spdlog::logger logger_;
  std::uint64_t dropped_ = 0;
};

}  // namespace

StderrLog::StderrLog(const std::string& name, bool verbose) {
  SetLogSink([writer = std::make_shared<Writer>(name, verbose)](LogLevel level, std::string_view room,
                                                                std::string_view message) {
    writer->Write(level, room, message);
  });
}

StderrLog::~StderrLog() { SetLogSink(nullptr); }

}  // namespace oofgg::servers
