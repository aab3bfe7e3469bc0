#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "servers/cli/load/friend_graph.h"
#include "servers/cli/load/poisson_schedule.h"
#include "servers/cli/load/shared_array.h"

namespace oofgg::load {

/// What a user shows, in two bits. `kUnheard` is a follower's: nothing was told yet, so the friend is
/// offline.
enum class Shown : std::uint8_t { kOffline, kOnline, kAway, kUnheard };

/// One change of one user. Number 0 is being offline before anything was said, number 1 coming online.
struct Change {
  std::uint32_t number = 0;
  Shown shown = Shown::kOffline;
  Nanos due = 0;
};

/// What each user really shows, in shared memory: one worker, who drives the user, writes; all read. Keeps
/// the last few changes of each, so that who hears of one can tell when it was due.
class TruthBoard {
 public:
  static constexpr std::uint32_t kKept = 8;

  [[nodiscard]] static StatusOr<TruthBoard> Make(User users);

  /// Before the user's worker says it to the server.
  void Put(User user, Shown shown, Nanos due);

  [[nodiscard]] Shown shown(User user) const { return Latest(user).shown; }
  [[nodiscard]] Change Latest(User user) const;
  /// One of the last few; `number` must be one that has been put.
  [[nodiscard]] std::optional<Change> Find(User user, std::uint32_t number) const;

 private:
  struct Record {
    std::atomic<std::uint32_t> latest{0};
    std::array<std::atomic<std::uint64_t>, kKept> changes{};  ///< When due, times 4, and what is shown.
  };
  explicit TruthBoard(SharedArray<Record> records) : records_(std::move(records)) {}

  SharedArray<Record> records_;
};

}  // namespace oofgg::load
