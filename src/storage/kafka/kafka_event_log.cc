#include "storage/kafka/kafka_event_log.h"

#include <algorithm>
#include <utility>

#include "base/event_kinds.h"
#include "oofgg/log.h"
#include "storage/jsonl/json_line.h"
#include "storage/kafka/kafka_producer.h"

namespace oofgg::storage {
namespace {

std::array<std::string, 3> TopicsOf(const KafkaOptions& kafka) {
  std::array<std::string, 3> topics;
  for (const EventStream stream : {EventStream::kLogs, EventStream::kScores, EventStream::kMatches}) {
    topics[static_cast<std::size_t>(stream)] = kafka.topic_prefix + std::string(NameOf(stream));
  }
  return topics;
}

/// Topics that somebody else has to make, or has made, are no reason not to start.
Status PrepareKafka(const KafkaEventLog::Parts& parts) {
  OOFGG_ASSIGN_OR_RETURN(const auto producer,
                         KafkaProducer::Make(parts.kafka, [](std::uint64_t, const Status&) {}));
  OOFGG_RETURN_IF_ERROR(producer->CheckReachable(parts.patience, parts.stop));
  if (const Status made = producer->EnsureTopics(TopicsOf(parts.kafka), parts.kafka.partitions, parts.stop);
      !made.ok()) {
    Log(LogLevel::kWarning, "event_log", std::string(made.message()));
  }
  return {};
}

StatusOr<std::unique_ptr<MessageProducer>> MakeProducer(const KafkaOptions& kafka,
                                                        MessageProducer::OnDelivered on_delivered,
                                                        const std::function<bool()>& stop, bool is_first) {
  constexpr std::chrono::milliseconds kPatience{1000};
  OOFGG_ASSIGN_OR_RETURN(auto producer, KafkaProducer::Make(kafka, std::move(on_delivered)));
  // The one before may have broken because somebody removed a topic.
  if (!is_first && producer->CheckReachable(kPatience, stop).ok()) {
    producer->EnsureTopics(TopicsOf(kafka), kafka.partitions, stop).IgnoreError();
  }
  return producer;
}

std::int64_t MillisecondsOf(WallTime at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

}  // namespace

StatusOr<std::unique_ptr<KafkaEventLog>> KafkaEventLog::Open(const Parts& parts, const Clock& clock,
                                                             RandomSource& random) {
  OOFGG_ASSIGN_OR_RETURN(auto spool, Spool::Open(parts.folder, parts.spool));
  OOFGG_RETURN_IF_ERROR(PrepareKafka(parts));
  return std::unique_ptr<KafkaEventLog>(new KafkaEventLog(parts.kafka, std::move(spool), clock, random));
}

KafkaEventLog::KafkaEventLog(const KafkaOptions& kafka, std::unique_ptr<Spool> spool, const Clock& clock,
                             RandomSource& random)
    : clock_(clock),
      ids_(clock, random),
      spool_(std::move(spool)),
      shipper_(*spool_,
               [kafka, is_first = true](MessageProducer::OnDelivered on_delivered,
                                        const std::function<bool()>& stop) mutable {
                 return MakeProducer(kafka, std::move(on_delivered), stop, std::exchange(is_first, false));
               },
               clock, {.topics = TopicsOf(kafka)}) {}

Status KafkaEventLog::Append(EventRecord record) {
  if (record.id.empty()) record.id = ids_.Next();
  std::string value = ToJsonLine(record);
  value.pop_back();
  OOFGG_RETURN_IF_ERROR(spool_->Append({.stream = StreamOf(record.kind),
                                        .at_ms = MillisecondsOf(clock_.WallNow()),
                                        .key = std::move(record.key),
                                        .value = std::move(value)}));
  shipper_.Wake();
  return {};
}

std::chrono::milliseconds KafkaEventLog::oldest_waits() const {
  const std::int64_t oldest = counts().oldest_ms;
  if (oldest == 0) return std::chrono::milliseconds(0);
  const std::int64_t waited = MillisecondsOf(clock_.WallNow()) - oldest;
  return std::chrono::milliseconds((std::max)(waited, std::int64_t{0}));
}

}  // namespace oofgg::storage
