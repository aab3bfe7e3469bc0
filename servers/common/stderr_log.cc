#include "servers/common/stderr_log.h"

#include <poll.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/request_scope.h"
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

/// What others have a say in, such as names and a peer's words, could else pass for a line of ours, or tell a
/// terminal what to do. No longer than `longest`.
std::string WithoutControls(std::string_view text, std::size_t longest) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr unsigned char kDelete = 0x7F;
  std::string plain;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    std::string shown(1, c);
    if (c == '\n') {
      shown = "\\n";
    } else if (byte < ' ' || byte == kDelete) {
      shown = std::string("\\x") + kHex[byte >> 4U] + kHex[byte & 0xFU];
    }
    if (plain.size() + shown.size() > longest) break;
    plain += shown;
  }
  return plain;
}

class Writer {
 public:
  Writer(const std::string& name, LogOptions options)
      : format_(options.format), logger_(name, std::make_shared<spdlog::sinks::stderr_color_sink_st>()) {
    logger_.set_pattern(format_ == LogFormat::kJson ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z",%v)"
                                                    : "%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %n %v");
    logger_.set_level(options.verbose ? spdlog::level::debug : spdlog::level::info);
  }

  void Write(LogLevel level, std::string_view room, std::string_view message) {
    if (!logger_.should_log(LevelOf(level))) return;
    const std::lock_guard lock(mutex_);
    if (!StderrHasRoom()) {
      ++dropped_;
      return;
    }
    if (dropped_ > 0) {
      logger_.warn(Line(LogLevel::kWarning, "log",
                        std::to_string(dropped_) + " lines were dropped, as nobody read them", {}));
      dropped_ = 0;
    }
    logger_.log(LevelOf(level), Line(level, room, message, RequestScope::CurrentId()));
  }

 private:
  std::string Line(LogLevel level, std::string_view room, std::string_view message,
                   std::string_view request_id) const {
    if (format_ == LogFormat::kJson) return JsonLine(level, room, message, request_id);
    std::string line = "[" + std::string(room) + "] " + WithoutControls(message, kLongestLine);
    if (!request_id.empty()) line += " request_id=" + std::string(request_id);
    return line;
  }

  std::string JsonLine(LogLevel level, std::string_view room, std::string_view message,
                       std::string_view request_id) const {
    nlohmann::ordered_json line;
    line["level"] = spdlog::level::to_string_view(LevelOf(level)).data();
    line["program"] = logger_.name();
    line["room"] = room;
    line["message"] = message;
    if (!request_id.empty()) line["request_id"] = request_id;
    const auto text = [&line] {
      // Without the brace, after which the pattern has put the time.
      return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).substr(1);
    };
    std::string whole = text();
    // Escapes may make it several times as long; a line that is cut is not JSON any more.
    for (std::size_t kept = kLongestLine; whole.size() > kLongestLine; kept /= 2) {
      line["message"] = message.substr(0, kept);
      line["cut"] = true;
      whole = text();
    }
    return whole;
  }

  /// Longer ones could wait in the middle; together with the line about dropped ones less than PIPE_BUF.
  static constexpr std::size_t kLongestLine = 3'500;

  const LogFormat format_;
  std::mutex mutex_;
  spdlog::logger logger_;
  std::uint64_t dropped_ = 0;
};

}  // namespace

StderrLog::StderrLog(const std::string& name, LogOptions options) {
  SetLogSink([writer = std::make_shared<Writer>(name, options)](LogLevel level, std::string_view room,
                                                                std::string_view message) {
    writer->Write(level, room, message);
  });
}

StderrLog::~StderrLog() { SetLogSink(nullptr); }

}  // namespace oofgg::servers
