#include "oofgg/uuid.h"

#include <string_view>

namespace oofgg {
namespace {

constexpr std::uint64_t kTwelveBits = 0xfff;
constexpr std::uint64_t kNanosPerMilli = 1'000'000;

std::uint64_t NanosOf(WallTime time) {
  const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  return nanos < 0 ? 0 : static_cast<std::uint64_t>(nanos);
}

// RFC 9562 section 5.7: 48 bits of milliseconds, version 7, 12 bits, variant 10, 62 random bits.
std::string Format(std::uint64_t millis, std::uint64_t twelve_bits, std::uint64_t random) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::uint64_t high = (millis << 16) | 0x7000U | twelve_bits;
  const std::uint64_t low = (random & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
  std::string text;
  text.reserve(36);
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text += '-';
    const std::uint64_t half = nibble < 16 ? high : low;
    text += kDigits[(half >> (60 - 4 * (nibble % 16))) & 0xf];
  }
  return text;
}

}  // namespace

std::string NewUuidV7(const Clock& clock, RandomSource& random) {
  const std::uint64_t nanos = NanosOf(clock.WallNow());
  const std::uint64_t fraction = (nanos % kNanosPerMilli) * (kTwelveBits + 1) / kNanosPerMilli;
  return Format(nanos / kNanosPerMilli, fraction, random.Next());
}

std::string UuidGenerator::Next() {
  const std::uint64_t now = NanosOf(clock_.WallNow()) / kNanosPerMilli;
  const std::lock_guard lock(mutex_);
  if (now > last_millis_) {
    last_millis_ = now;
    // Begins in the lower half, so that at least 2048 more fit into this millisecond.
    counter_ = random_.Next() & (kTwelveBits >> 1);
  } else if (++counter_ > kTwelveBits) {
    // The RFC allows to run ahead of the clock rather than to wait for it.
    ++last_millis_;
    counter_ = 0;
  }
  return Format(last_millis_, counter_, random_.Next());
}

}  // namespace oofgg
