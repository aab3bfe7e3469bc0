#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "oofgg/status.h"

namespace oofgg::storage {

/// A message for a topic.
struct OutgoingMessage {
  const std::string& topic;
  const std::string& key;
  const std::string& value;
  std::int64_t at_ms = 0;
  std::uint64_t number = 0;  ///< By which its delivery is told.
};

/// Hands messages to Kafka: those of one key in order, each at least once while it lives, and none twice
/// unless it was asked to. Threads: one owner, but for `Wake`.
class MessageProducer {
 public:
  /// OK once the broker, and its replicas as the topic wants them, has the message.
  using OnDelivered = std::function<void(std::uint64_t number, const Status& status)>;

  virtual ~MessageProducer() = default;

  /// Takes a copy. False: it takes no more now.
  virtual bool Produce(const OutgoingMessage& message) = 0;
  /// Tells of deliveries, waiting for at most so long if there are none.
  virtual void Serve(std::chrono::milliseconds wait) = 0;
  /// Ends a wait of `Serve`, or of the next one. Threads: any.
  virtual void Wake() = 0;
  /// Not OK: nothing will come of it any more, and another has to be made.
  [[nodiscard]] virtual Status CheckAlive() const = 0;
};

/// May take seconds, but once `stop` says so it gives up soon, with kCancelled or what it has.
using ProducerFactory = std::function<StatusOr<std::unique_ptr<MessageProducer>>(
    MessageProducer::OnDelivered on_delivered, const std::function<bool()>& stop)>;

}  // namespace oofgg::storage
