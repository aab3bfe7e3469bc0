#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "oofgg/model/attribute.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// What makes a creation safe to repeat: the same creator saying the same key gets what the first call made.
/// Stores keep it beside the row and check it in the same transaction.
struct CreationKey {
  std::string creator;  ///< Keys of different creators never meet.
  std::string key;      ///< Metadata `idempotency-key`; empty: every call creates.
  std::int64_t fingerprint =
      0;  ///< Of the request, so that a key used twice for different things is noticed.
};

/// Sums up a request, field by field. The same on every machine and in every version, as it is stored.
/// Not cryptographic: whoever finds two requests of one sum only confuses themselves.
class Fingerprint {
 public:
  Fingerprint& Add(std::string_view text);
  Fingerprint& Add(std::int64_t number);
  [[nodiscard]] std::int64_t value() const;

 private:
  void AddByte(std::uint8_t byte);

  std::uint64_t state_ = 0xcbf29ce484222325;  // FNV-1a, 64 bits.
};

/// Keys, types and values.
void AddAttributes(Fingerprint& sum, const Attributes& attributes);

/// What a store answers when `stored` was made under the key, but by another request: kInvalidArgument.
[[nodiscard]] Status CheckSameRequest(std::int64_t stored_fingerprint, const CreationKey& key);

}  // namespace oofgg::game
