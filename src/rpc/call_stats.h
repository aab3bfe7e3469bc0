#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::rpc {

/// How often each method was called, how it ended, and how long it took: what a server shows of its calls.
/// The methods are those of wire/methods.h, so that what is counted is bounded whatever peers ask for.
/// Threads: safe; counting takes no lock.
class CallStats {
 public:
  CallStats() = default;
  /// Sees all that calls did before their `CountEnd`, by whatever way it is known that they have ended.
  ~CallStats();
  CallStats(const CallStats&) = delete;
  CallStats& operator=(const CallStats&) = delete;

  /// A method's number, the same in all objects of the process.
  using MethodId = std::size_t;

  static constexpr std::size_t kCodes = 17;  ///< OK and gRPC's sixteen errors.
  /// Upper ends of the histogram's buckets, in seconds; what took longer is in none.
  static constexpr std::array<double, 12> kBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                                   0.01,   0.025,   0.05,   0.1,   0.5,    2.5};

  struct Row {
    std::string_view path;
    std::array<std::uint64_t, kCodes> ended{};            ///< By status code.
    std::array<std::uint64_t, kBuckets.size()> within{};  ///< Of unary calls; each bucket by itself.
    std::uint64_t timed = 0;                              ///< Unary calls that have ended.
    double seconds = 0;                                   ///< What they took together.
    std::uint64_t open = 0;                               ///< Streams and calls that have not ended.
    std::uint64_t heard = 0;                              ///< Messages of streams' peers.
    std::uint64_t said = 0;                               ///< Messages to streams' peers.
  };

  /// The method with that path, which must last for ever. At most `kMostMethods`.
  [[nodiscard]] static MethodId Register(std::string_view path);

  void CountBegin(MethodId method) { cells_[method].open.fetch_add(1, std::memory_order_relaxed); }
  /// The last of a call.
  void CountEnd(MethodId method, StatusCode code);
  void CountHeard(MethodId method) { cells_[method].heard.fetch_add(1, std::memory_order_relaxed); }
  void CountSaid(MethodId method) { cells_[method].said.fetch_add(1, std::memory_order_relaxed); }
  void CountTime(MethodId method, Duration took);

  /// Of the methods that were called since the start.
  [[nodiscard]] std::vector<Row> Read() const;

 private:
  static constexpr std::size_t kMostMethods = 128;

  struct Cells {
    std::array<std::atomic<std::uint64_t>, kCodes> ended{};
    std::array<std::atomic<std::uint64_t>, kBuckets.size()> within{};
    std::atomic<std::uint64_t> timed = 0;
    std::atomic<std::uint64_t> nanoseconds = 0;
    std::atomic<std::uint64_t> open = 0;
    std::atomic<std::uint64_t> heard = 0;
    std::atomic<std::uint64_t> said = 0;
  };

  std::array<Cells, kMostMethods> cells_{};
};

/// The number of method M of wire/methods.h.
template <class M>
[[nodiscard]] CallStats::MethodId MethodIdOf() {
  static const CallStats::MethodId id = CallStats::Register(M::kPath);
  return id;
}

}  // namespace oofgg::rpc
