#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "oofgg/clock.h"
#include "oofgg/random.h"

namespace oofgg {

/// A fresh id: a UUID of version 7 (RFC 9562) in its 36-character lower-case form. Ids sort by their time
/// of making down to a quarter of a microsecond (the RFC's method 3); those made at the same instant are
/// in no order. Carries 62 random bits, so it is unique but not a secret.
/// Threads: as safe as `random`.
[[nodiscard]] std::string NewUuidV7(const Clock& clock, RandomSource& random);

/// Makes UUIDs of version 7 that sort in the order they were made, even within a millisecond and when the
/// wall clock steps back. Threads: safe, and `random` is used under its lock.
class UuidGenerator {
 public:
  UuidGenerator(const Clock& clock, RandomSource& random) : clock_(clock), random_(random) {}

  [[nodiscard]] std::string Next();

 private:
  const Clock& clock_;
  RandomSource& random_;
  std::mutex mutex_;
  std::uint64_t last_millis_ = 0;
  std::uint64_t counter_ = 0;  // 12 bits, RFC 9562 section 6.2, method 1.
};

}  // namespace oofgg
