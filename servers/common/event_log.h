#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/event_log.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/random.h"
#include "oofgg/status.h"
#include "servers/common/flags.h"
#include "servers/common/ops_server.h"
#include "servers/common/tidy_timer.h"

namespace oofgg::storage {
class KafkaEventLog;
}

namespace oofgg::servers {

/// Where a server's event log goes. What is empty is not asked for.
struct EventLogSettings {
  std::string folder;
  std::string kafka = {};
  std::string kafka_config = {};
  std::string topic_prefix = "oofgg.";
  std::int64_t partitions = 6;
  std::int64_t spool_mib = 1024;
};

/// Adds the flags of `settings`, whose present values are the defaults.
void AddEventLogFlags(Flags& flags, EventLogSettings& settings);

/// The event log of a server, and its sync every second. Threads: of `log()`, any; one owner.
class ServerEventLog {
 public:
  struct Needs {
    std::string program;  ///< Kafka's name for us.
    bool insecure = false;
    std::function<bool()> stop;  ///< Ends the wait for Kafka.
    Executor& executor;          ///< This and the following outlive the log.
    const Clock& clock;
    RandomSource& random;
  };
  /// JSON lines in the folder, or with `--kafka` a spool in `FOLDER/spool` and Kafka, which must answer now.
  /// Errors name the flag: those of storage::JsonlEventLog::Open and storage::KafkaEventLog::Open, and
  /// kFailedPrecondition where records would cross a network without TLS.
  static StatusOr<std::unique_ptr<ServerEventLog>> Open(const EventLogSettings& settings, const Needs& needs);
  ~ServerEventLog();

  [[nodiscard]] EventLog& log() { return *log_; }
  /// How Kafka is followed, for /metrics and /readyz; nothing without it. Before `ops.Listen`; outlives
  /// `ops`.
  void AddHealth(OpsServer& ops) const;

 private:
  explicit ServerEventLog(std::unique_ptr<EventLog> log, const storage::KafkaEventLog* kafka,
                          const Needs& needs);
  std::unique_ptr<EventLog> log_;
  const storage::KafkaEventLog* kafka_;  // The same, if it is one.
  TidyTimer syncing_;
};

}  // namespace oofgg::servers
