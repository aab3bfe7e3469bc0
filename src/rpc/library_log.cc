#include "rpc/library_log.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <atomic>
#include <cstdint>
#include <string>

#include "oofgg/clock.h"
#include "oofgg/log.h"
#include "oofgg/token_bucket.h"

namespace oofgg::rpc {
namespace {

thread_local bool quiet = false;

/// protobuf tells of every text that is not UTF-8, as often as a peer likes to send one.
void LogOfProtobuf(google::protobuf::LogLevel, const char*, int, const std::string& message) {
  Log(LogLevel::kDebug, "rpc", message);
}

/// Lets a few warnings through, and counts the rest.
void Warn(std::string message) {
  static TokenBucket& bucket = *new TokenBucket(Clock::System(), {.per_second = 1, .burst = 10});
  static std::atomic<std::uint64_t> left_out{0};
  if (!bucket.TryTake()) {
    ++left_out;
    return;
  }
  if (const std::uint64_t more = left_out.exchange(0); more > 0) {
    message += " (" + std::to_string(more) + " lines of gRPC before this one were left out)";
  }
  Log(LogLevel::kWarning, "rpc", message);
}

void LogOfGrpc(gpr_log_func_args* args) {
  if (args->severity == GPR_LOG_SEVERITY_ERROR && !quiet) {
    Warn(args->message);
  } else {
    Log(LogLevel::kDebug, "rpc", args->message);
  }
}

}  // namespace

void TakeLogsOfLibraries() {
  google::protobuf::SetLogHandler(LogOfProtobuf);
  gpr_set_log_function(LogOfGrpc);
}

QuietScope::QuietScope() { quiet = true; }
QuietScope::~QuietScope() { quiet = false; }

}  // namespace oofgg::rpc
