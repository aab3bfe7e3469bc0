#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg::base {
class WorkQueue;
}

namespace oofgg::auth {

class HashMemory;

/// The cost of one hash. The defaults are the first line of OWASP's Password Storage Cheat Sheet for
/// Argon2id; raise them with the hardware, and logins rehash what was stored at a lower price.
struct PasswordHasherOptions {
  std::uint32_t memory_kib = 19 * 1024;  ///< At least 8 × parallelism; 1 GiB at most.
  std::uint32_t iterations = 2;          ///< 1 to 64.
  std::uint32_t parallelism = 1;         ///< Lanes, computed one after the other; 1 to 16.

  /// As cheap as the algorithm allows, for tests. Protects nothing.
  [[nodiscard]] static PasswordHasherOptions CheapForTests() { return {.memory_kib = 8, .iterations = 1}; }

  friend bool operator==(const PasswordHasherOptions&, const PasswordHasherOptions&) = default;
};

/// Argon2id (RFC 9106) with PHC strings, `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.
///
/// Cost: `Hash` and `Verify` each take `memory_kib` and tens of milliseconds of CPU, so a server runs
/// them on a bounded executor. Threads: safe.
/// Errors: kResourceExhausted (no memory for a hash).
class PasswordHasher {
 public:
  /// Asked before a hash: whether short calls are about, for which it shall make way. Threads: any.
  using MakeWay = std::function<bool()>;

  /// `random` salts; it must outlive the hasher. Options out of range are brought into it. With `at_once` of
  /// 0 the calling thread computes its hash. Otherwise as many threads of the hasher's own do, at a low
  /// priority (`ThreadPriority::kLow`), and callers wait for them: with one for each core, and more callers
  /// than that, what these do besides hashing costs no hash, and short calls come before hashes. Where
  /// `make_way` says so, these threads also let the kernel in every 200 µs, which costs hashes, and saves
  /// short calls from waiting for a scheduler's tick (docs/decisions/0023-hashes-make-way.md).
  explicit PasswordHasher(PasswordHasherOptions options = {}, RandomSource& random = RandomSource::System(),
                          std::size_t at_once = 0, MakeWay make_way = {});

  [[nodiscard]] StatusOr<std::string> Hash(std::string_view password) const;

  /// Whether `password` is the one that `phc` was made of, compared in constant time, with the cost that
  /// is written in `phc`. kDataLoss if that is not such a string, or asks for more than the limits above.
  [[nodiscard]] StatusOr<bool> Verify(std::string_view password, std::string_view phc) const;

  /// Whether `phc` was made at another cost than ours (or by something else), and so should be replaced
  /// while the password is at hand.
  [[nodiscard]] bool NeedsRehash(std::string_view phc) const;

  /// A string that costs as much to verify as ours and that no password matches. Verifying it when there
  /// is no such user takes the time that a wrong password would. Cheap to make.
  [[nodiscard]] std::string Decoy() const;

 private:
  [[nodiscard]] StatusOr<std::string> Compute(const PasswordHasherOptions& cost, std::string_view password,
                                              std::string_view salt, std::size_t hash_bytes) const;

  PasswordHasherOptions options_;
  RandomSource* random_;
  MakeWay make_way_;
  std::shared_ptr<HashMemory> memory_;
  std::shared_ptr<base::WorkQueue>
      workers_;  // As many as there are blocks of memory; null: the caller works.
};

}  // namespace oofgg::auth
