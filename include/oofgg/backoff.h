#pragma once

#include <chrono>

#include "oofgg/random.h"

namespace oofgg {

struct BackoffOptions {
  std::chrono::milliseconds initial{100};     ///< Upper bound of the first wait; more than zero.
  std::chrono::milliseconds maximum{10'000};  ///< Upper bound of every wait; at least `initial`.
  double multiplier = 2.0;                    ///< Growth of the bound from one wait to the next; at least 1.
};

/// How long to wait before trying again: exponential with full jitter, so that clients that failed together
/// do not come back together. Threads: not safe; one owner.
class Backoff {
 public:
  explicit Backoff(RandomSource& random, BackoffOptions options = {});

  /// A wait drawn evenly from [0, bound]; the bound then grows.
  [[nodiscard]] std::chrono::milliseconds Next();

  /// Begins again after a success.
  void Reset() { bound_ = options_.initial; }

 private:
  RandomSource& random_;
  BackoffOptions options_;
  std::chrono::milliseconds bound_;
};

}  // namespace oofgg
