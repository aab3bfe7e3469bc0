#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "storage/kafka/message_producer.h"
#include "storage/kafka/spool.h"
#include "storage/kafka/spool_reader.h"

namespace oofgg::storage {

struct ShipperOptions {
  std::array<std::string, 3> topics;                  ///< By EventStream.
  std::size_t max_in_flight = 10'000;                 ///< Records that were sent and not heard of.
  std::size_t max_in_flight_bytes = 8 * 1024 * 1024;  ///< Likewise, their keys and values.
  std::chrono::milliseconds retry_delay{1000};        ///< From a producer that broke to the next one.
  std::chrono::milliseconds farewell{2000};           ///< How long the end waits for what is on its way.
};

/// Takes a spool's records to Kafka, in order, on a thread of its own, and marks how far it has come. A
/// producer that breaks is replaced, and what it was not heard of is sent again: at least once, and in the
/// order of each key, if readers drop repeats. How long Kafka is away costs disk, not memory.
/// Threads: safe.
class Shipper {
 public:
  struct Counts {
    std::uint64_t shipped = 0;
    std::uint64_t failures = 0;  ///< Producers that broke or could not be made.
    std::int64_t oldest_ms = 0;  ///< When the oldest record on its way was appended; 0: none is.
  };

  /// All outlive it. `make` is called on its thread.
  Shipper(Spool& spool, ProducerFactory make, const Clock& clock, ShipperOptions options);
  /// Sends what is left, for as long as `farewell`; the rest stays in the spool.
  ~Shipper();
  Shipper(const Shipper&) = delete;
  Shipper& operator=(const Shipper&) = delete;

  /// There is more in the spool.
  void Wake();
  [[nodiscard]] Counts counts() const;

 private:
  /// A record that was sent.
  struct Sent {
    SpoolPlace end;
    std::int64_t at_ms = 0;
    std::size_t bytes = 0;
    bool is_delivered = false;
  };

  void Run();
  void ShipWith(MessageProducer& producer);
  bool SendSome(MessageProducer& producer);
  [[nodiscard]] bool HasRoom() const;
  void WaitForNews(MessageProducer& producer);
  void Delivered(std::uint64_t number, const Status& status);
  void MarkDelivered();
  void SetWaker(MessageProducer* producer);
  [[nodiscard]] bool IsStopping();
  /// False: it is to end.
  bool PauseUnlessStopping();
  [[nodiscard]] bool IsOver();

  Spool& spool_;
  const ProducerFactory make_;
  const Clock& clock_;
  const ShipperOptions options_;

  // The thread's own.
  std::optional<SpoolReader> reader_;
  std::vector<SpooledRecord> read_;  // And not sent from `next_` on.
  std::size_t next_ = 0;
  std::deque<Sent> in_flight_;
  std::size_t in_flight_bytes_ = 0;
  std::uint64_t first_number_ = 0;  // Of `in_flight_`.
  Status failure_;                  // Of the present producer.

  std::atomic<std::uint64_t> shipped_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::int64_t> oldest_ms_{0};
  std::atomic<bool> wants_more_{false};  // It waits, and not because too much is on its way.

  std::mutex mutex_;  // Guards what follows; a leaf, but for the producer's own.
  std::condition_variable stop_;
  bool stopping_ = false;
  TimePoint stop_by_{};
  MessageProducer* waker_ = nullptr;
  std::thread thread_;  // Last: it uses all of the above.
};

}  // namespace oofgg::storage
