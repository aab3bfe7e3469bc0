#include "oofgg/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace oofgg {
namespace {

class SystemRandom final : public RandomSource {
 public:
  void Fill(std::span<std::uint8_t> out) override {
    while (!out.empty()) {
      const ssize_t got = getrandom(out.data(), out.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        // Keys made from anything else would be worthless, so there is no way to go on.
        std::fputs("oofgg: the kernel gives no random bytes\n", stderr);
        std::abort();
      }
      out = out.subspan(static_cast<std::size_t>(got));
    }
  }
};

std::uint64_t SplitMix64(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t RandomSource::Next() {
  std::array<std::uint8_t, 8> bytes;
  Fill(bytes);
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = (value << 8) | byte;
  return value;
}

std::uint64_t RandomSource::Below(std::uint64_t bound) {
  // The lowest 2^64 mod bound values are thrown away, so that the rest divides evenly.
  const std::uint64_t rejected = (0 - bound) % bound;
  std::uint64_t value = Next();
  while (value < rejected) value = Next();
  return value % bound;
}

std::string RandomSource::Bytes(std::size_t count) {
  std::string bytes(count, '\0');
  Fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

RandomSource& RandomSource::System() {
  static SystemRandom& random = *new SystemRandom;
  return random;
}

void SeededRandom::Fill(std::span<std::uint8_t> out) {
  // Byte by byte from the top, so that the sequence is the same on every machine.
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % 8 == 0) word = SplitMix64(state_);
    out[i] = static_cast<std::uint8_t>(word >> 56);
    word <<= 8;
  }
}

}  // namespace oofgg
