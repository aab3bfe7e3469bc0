#include "servers/common/event_log.h"

#include <chrono>
#include <filesystem>
#include <utility>

#include "oofgg/log.h"
#include "servers/common/flags.h"
#include "storage/jsonl/jsonl_event_log.h"
#include "storage/kafka/kafka_event_log.h"

namespace oofgg::servers {
namespace {

constexpr std::chrono::seconds kSyncPeriod{1};
constexpr std::chrono::seconds kWorthTelling{5};  // Of records that wait for Kafka.

StatusOr<storage::KafkaOptions> KafkaOptionsOf(const EventLogSettings& settings,
                                               const ServerEventLog::Needs& needs) {
  storage::KafkaOptions options{.brokers = settings.kafka,
                                .client_id = needs.program,
                                .topic_prefix = settings.topic_prefix,
                                .partitions = static_cast<int>(settings.partitions)};
  if (!settings.kafka_config.empty()) {
    auto properties = storage::ReadKafkaProperties(settings.kafka_config);
    if (!properties.ok()) return Annotate(properties.status(), "--kafka-config");
    options.properties = *std::move(properties);
  }
  if (const Status brokers = storage::CheckBrokers(options, needs.insecure); !brokers.ok()) {
    return Annotate(brokers, "--kafka");
  }
  return options;
}

std::string SpoolOf(const EventLogSettings& settings) { return settings.folder + "/spool"; }

StatusOr<std::unique_ptr<storage::KafkaEventLog>> OpenKafka(const EventLogSettings& settings,
                                                            const ServerEventLog::Needs& needs) {
  OOFGG_ASSIGN_OR_RETURN(auto options, KafkaOptionsOf(settings, needs));
  storage::KafkaEventLog::Parts parts;
  parts.folder = SpoolOf(settings);
  parts.kafka = std::move(options);
  parts.spool.limit_bytes = static_cast<std::uint64_t>(settings.spool_mib) << 20U;
  parts.stop = needs.stop;
  auto log = storage::KafkaEventLog::Open(std::move(parts), needs.clock, needs.random);
  if (!log.ok()) return Annotate(log.status(), "--kafka");
  return log;
}

/// Records that a former run did not get rid of are nothing to forget in silence.
void WarnOfSpool(const EventLogSettings& settings) {
  std::error_code ignored;
  if (!std::filesystem::exists(SpoolOf(settings), ignored)) return;
  auto spool = storage::Spool::Open(SpoolOf(settings));
  if (!spool.ok() || (*spool)->waiting_bytes() == 0) return;
  Log(LogLevel::kWarning, "event_log",
      SpoolOf(settings) + " has " + std::to_string((*spool)->waiting_bytes()) +
          " bytes of records that Kafka never got; they are sent when --kafka is given again");
}

StatusOr<std::unique_ptr<EventLog>> OpenLines(const EventLogSettings& settings,
                                              const ServerEventLog::Needs& needs) {
  auto log = storage::JsonlEventLog::Open(settings.folder, needs.clock, needs.random);
  if (!log.ok()) return Annotate(log.status(), "--event-log");
  WarnOfSpool(settings);
  return *std::move(log);
}

}  // namespace

void AddEventLogFlags(Flags& flags, EventLogSettings& settings) {
  flags.Add({.name = "event-log",
             .help = "Where the event log is written: JSON lines, or with --kafka what waits for it",
             .value = "DIR"},
            &settings.folder);
  flags.Add(
      {.name = "kafka", .help = "Where the event log goes; none: it stays in files", .value = "HOST:PORT,…"},
      &settings.kafka);
  flags.Add({.name = "kafka-config",
             .help = "librdkafka's properties for it, NAME=VALUE a line: TLS, SASL; mode 0600",
             .value = "FILE"},
            &settings.kafka_config);
  flags.Add({.name = "kafka-topic-prefix",
             .help = "What its topics begin with, which end in logs, scores and matches"},
            &settings.topic_prefix);
  flags.Add(
      {.name = "kafka-partitions", .help = "Of topics that are not there yet; 0: as the brokers have it"},
      &settings.partitions, 0, 10'000);
  flags.Add(
      {.name = "event-spool-mib", .help = "How much may wait on disk for Kafka before calls are refused"},
      &settings.spool_mib, 1, std::int64_t{1} << 30);
}

StatusOr<std::unique_ptr<ServerEventLog>> ServerEventLog::Open(const EventLogSettings& settings,
                                                               const Needs& needs) {
  if (settings.kafka.empty()) {
    OOFGG_ASSIGN_OR_RETURN(auto lines, OpenLines(settings, needs));
    return std::unique_ptr<ServerEventLog>(new ServerEventLog(std::move(lines), nullptr, needs));
  }
  OOFGG_ASSIGN_OR_RETURN(auto kafka, OpenKafka(settings, needs));
  const storage::KafkaEventLog* const opened = kafka.get();
  return std::unique_ptr<ServerEventLog>(new ServerEventLog(std::move(kafka), opened, needs));
}

ServerEventLog::ServerEventLog(std::unique_ptr<EventLog> log, const storage::KafkaEventLog* kafka,
                               const Needs& needs)
    : log_(std::move(log)),
      kafka_(kafka),
      syncing_(needs.executor, needs.clock, kSyncPeriod, [log = log_.get()] { return log->Flush(); }) {}

ServerEventLog::~ServerEventLog() = default;

void ServerEventLog::AddHealth(OpsServer& ops) const {
  if (kafka_ == nullptr) return;
  ops.AddGauge("oofgg_event_log_spool_bytes", "Records on disk that wait for Kafka.",
               [this] { return static_cast<double>(kafka_->spool().waiting_bytes()); });
  ops.AddGauge("oofgg_event_log_spool_limit_bytes", "How much may wait; then calls are refused.",
               [this] { return static_cast<double>(kafka_->spool().limit_bytes()); });
  ops.AddGauge("oofgg_event_log_oldest_wait_seconds", "How long the oldest of them has waited.",
               [this] { return std::chrono::duration<double>(kafka_->oldest_waits()).count(); });
  ops.AddCounter("oofgg_event_log_shipped_total", "Records that Kafka acknowledged.",
                 [this] { return static_cast<double>(kafka_->counts().shipped); });
  ops.AddCounter("oofgg_event_log_failures_total", "Times that sending broke and began anew.",
                 [this] { return static_cast<double>(kafka_->counts().failures); });
  ops.AddCounter("oofgg_event_log_refusals_total", "Times that there was no room for a record.",
                 [this] { return static_cast<double>(kafka_->spool().refusals()); });
  ops.AddNote([this]() -> std::string {
    const auto waits = std::chrono::floor<std::chrono::seconds>(kafka_->oldest_waits());
    if (waits < kWorthTelling) return {};
    return "records wait for Kafka: " + std::to_string(kafka_->spool().waiting_bytes()) + " bytes since " +
           std::to_string(waits.count()) + " s";
  });
}

}  // namespace oofgg::servers
