#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace oofgg {

/// Where randomness comes from. Threads: safe from any thread unless an implementation says otherwise.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void Fill(std::span<std::uint8_t> out) = 0;

  /// A uniform 64-bit value.
  [[nodiscard]] std::uint64_t Next();
  /// A uniform value in [0, bound), without modulo bias. `bound` must not be 0.
  [[nodiscard]] std::uint64_t Below(std::uint64_t bound);
  /// `count` random bytes.
  [[nodiscard]] std::string Bytes(std::size_t count);

  /// The kernel's CSPRNG (getrandom(2)); fit for keys and tokens; lives for ever.
  [[nodiscard]] static RandomSource& System();
};

/// The same sequence for the same seed. For tests, simulation and tie-breaking, never for secrets.
/// Threads: not safe; one owner.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void Fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

}  // namespace oofgg
