#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/event_log.h"
#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "oofgg/status.h"
#include "oofgg/uuid.h"
#include "storage/kafka/kafka_options.h"
#include "storage/kafka/shipper.h"
#include "storage/kafka/spool.h"

namespace oofgg::storage {

/// The event log in Kafka. A record is first written to a spool on disk, which is what `Append` waits for,
/// and taken to its topic from there; whether Kafka is away is nobody's business but the operator's until
/// the spool is full, and then `CheckRoom` says so. Each record is there at least once, by its id once.
class KafkaEventLog final : public EventLog {
 public:
  struct Parts {
    std::string folder;  ///< Of the spool.
    KafkaOptions kafka;
    SpoolOptions spool{};
    std::chrono::milliseconds patience{5'000};          ///< For a Kafka that is just starting.
    std::function<bool()> stop = [] { return false; };  ///< Ends the wait for it.
  };

  /// Waits until Kafka answers, and makes the topics that it lacks. kUnavailable: nobody answers.
  /// kInvalidArgument: a property. kCancelled: `stop`. Spool::Open's. `clock` and `random` outlive it.
  static StatusOr<std::unique_ptr<KafkaEventLog>> Open(const Parts& parts, const Clock& clock,
                                                       RandomSource& random);

  Status CheckRoom() override { return spool_->CheckRoom(); }
  Status Append(EventRecord record) override;
  Status Flush() override { return spool_->Sync(); }

  [[nodiscard]] const Spool& spool() const { return *spool_; }
  [[nodiscard]] Shipper::Counts counts() const { return shipper_.counts(); }
  /// How long the oldest record has waited that Kafka does not have.
  [[nodiscard]] std::chrono::milliseconds oldest_waits() const;

 private:
  KafkaEventLog(const KafkaOptions& kafka, std::unique_ptr<Spool> spool, const Clock& clock,
                RandomSource& random);

  const Clock& clock_;
  UuidGenerator ids_;
  const std::unique_ptr<Spool> spool_;
  Shipper shipper_;
};

}  // namespace oofgg::storage
