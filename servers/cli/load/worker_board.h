#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "servers/cli/load/followers.h"
#include "servers/cli/load/histogram.h"
#include "servers/cli/load/tally.h"

// What the conductor and its workers, which are processes, know of each other. All of it lies in shared
// memory.
namespace oofgg::load {

/// What the workers are to do next. Written by the conductor while they have nothing to do.
struct Command {
  /// kBrace: nothing but to know `on_cut` by now.
  enum class Kind : std::uint8_t { kNone, kConnect, kChange, kVerify, kBrace, kQuit };
  /// What becomes of users whose server ends: an error that is counted; gone, as if they had left at
  /// `fault_at`; or they come back, at another server.
  enum class OnCut : std::uint8_t { kDropped, kGone, kReturn };
  std::atomic<std::uint32_t> number{0};  ///< Written last.
  Kind kind = Kind::kNone;
  OnCut on_cut = OnCut::kDropped;
  std::atomic<std::uint64_t> up{
      ~std::uint64_t{0}};  ///< Servers that take users, a bit each; changes any time.
  std::atomic<Nanos> fault_at{0};
  std::uint32_t phase = 0;  ///< Which tallies count it.
  User users = 0;           ///< So many take part, of all workers.
  double per_second = 0;    ///< Connects or changes, of all workers; connects 0: as fast as it goes.
  Nanos start = 0;          ///< Of changes.
  Nanos end = 0;
  std::uint32_t celebrity_base = 0;  ///< Number of the celebrity's last change before.
};

/// What one worker counted in one phase.
struct PhaseTallies {
  Histogram hello;      ///< From connect to the answer to the first object.
  Histogram latency;    ///< From when a change was due to when a follower's bytes came.
  Histogram celebrity;  ///< The same of the celebrity's changes, which are not in `latency`.
  Histogram
      lateness;  ///< From when a change was due to when it was handed to the kernel: ours, not the server's.
  Tally changes;
  std::array<Tally, kKindsOfHeard> heard;
  Tally ambiguous;
  Tally lost;        ///< At the last count.
  Tally cut;         ///< Users whose server ended, as it was to.
  Tally returned;    ///< Of them, those who are back; from when they were lost until then is in `hello`.
  Tally stale;       ///< For how long at most what they believed was wrong, when they were back.
  Tally last_ready;  ///< When the last connection was ready.
};

/// What one worker counted in all.
struct WorkerBoard {
  std::atomic<std::uint32_t> done{0};  ///< Number of the last command it has carried out.
  Tally ready;
  Tally failed;   ///< Never got to be ready.
  Tally dropped;  ///< Were ready, and were closed by the server.
  Tally resent;   ///< Datagrams that were sent again.
  Tally away;     ///< Now: lost their server, and are not back yet.
  std::atomic<bool> has_trouble{false};
  std::array<char, 256> trouble{};  ///< The first that went wrong, in words.

  void SetTrouble(const std::string& words) {
    if (has_trouble.load(std::memory_order_relaxed)) return;
    words.copy(trouble.data(), trouble.size() - 1);
    has_trouble.store(true, std::memory_order_release);
  }
};

/// One change of the celebrity, as all workers heard of it.
struct CelebrityRound {
  std::atomic<std::uint64_t> heard{0};
  std::atomic<std::uint64_t> last{0};  ///< Nanoseconds until the last follower heard.
};

}  // namespace oofgg::load
