#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "orchestration/request_store.h"

namespace oofgg::storage {

/// The seats of done requests that were read from a file, so that they need not be read again. It says
/// nothing that the file does not say: one process alone writes the file, whoever writes forgets what is not
/// so any more before the write returns, and whoever read meanwhile learns nothing from it.
///
/// Bounded: it forgets some when it is full. Threads: safe; never waits for the file.
class KnownSeats {
 public:
  using SeatFound = orchestration::RequestStore::SeatFound;

  /// Stands for the moment before a read.
  struct Reading {
    std::uint64_t forgotten = 0;
  };

  [[nodiscard]] Reading BeginToRead(const orchestration::RequestKey& key);
  /// What was read since.
  void Learn(const Reading& reading, const orchestration::RequestKey& key, const SeatFound& seat);
  /// After a write.
  void Forget(const orchestration::RequestKey& key);

  [[nodiscard]] std::optional<SeatFound> Find(const orchestration::RequestKey& key);

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kMostOfShard = 8192;

  struct Shard {
    std::mutex mutex;
    std::uint64_t forgotten = 0;  // How often something was.
    std::unordered_map<std::string, SeatFound> seats;
  };

  [[nodiscard]] static std::string NameOf(const orchestration::RequestKey& key);
  [[nodiscard]] Shard& Of(const std::string& name);

  std::array<Shard, kShards> shards_;
};

}  // namespace oofgg::storage
