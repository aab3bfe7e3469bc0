#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "oofgg/status.h"
#include "storage/kafka/kafka_options.h"
#include "storage/kafka/message_producer.h"

struct rd_kafka_s;
struct rd_kafka_queue_s;
struct rd_kafka_message_s;

namespace oofgg::storage {

/// librdkafka's idempotent producer, all replicas acknowledging, no message given up.
/// Its threads are librdkafka's; callbacks come from within `Serve` and `CheckReachable`.
class KafkaProducer final : public MessageProducer {
 public:
  /// kInvalidArgument: a property that librdkafka does not know or take.
  static StatusOr<std::unique_ptr<KafkaProducer>> Make(const KafkaOptions& options, OnDelivered on_delivered);
  ~KafkaProducer() override;
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  /// Waits until a broker answers. kUnavailable: none did within `patience`. kCancelled: `stop` said so.
  Status CheckReachable(std::chrono::milliseconds patience, const std::function<bool()>& stop);
  /// Makes the topics that are not there; 0 partitions: as the brokers have it. kUnavailable: why it could
  /// not. kCancelled: `stop` said so.
  Status EnsureTopics(std::span<const std::string> topics, int partitions, const std::function<bool()>& stop);

  bool Produce(const OutgoingMessage& message) override;
  void Serve(std::chrono::milliseconds wait) override;
  void Wake() override;
  [[nodiscard]] Status CheckAlive() const override { return broken_; }

 private:
  KafkaProducer(std::string brokers, OnDelivered on_delivered)
      : brokers_(std::move(brokers)), on_delivered_(std::move(on_delivered)) {}
  Status Open(const KafkaOptions& options);
  void NoteError(int error, const char* reason);
  void NoteDelivery(const rd_kafka_message_s& message);

  const std::string brokers_;
  const OnDelivered on_delivered_;
  rd_kafka_s* kafka_ = nullptr;
  rd_kafka_queue_s* events_ = nullptr;
  Status broken_;
  std::string last_error_;   // Of a connection, for messages.
  bool is_refused_ = false;  // The last error was about who we are, or who they are.
  bool is_away_ = false;
};

}  // namespace oofgg::storage
