#include "game/creation_key.h"

#include <bit>

namespace oofgg::game {

void Fingerprint::AddByte(std::uint8_t byte) {
  state_ ^= byte;
  state_ *= 0x100000001b3;
}

Fingerprint& Fingerprint::Add(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  for (unsigned shift = 0; shift < 64; shift += 8) AddByte(static_cast<std::uint8_t>(bits >> shift));
  return *this;
}

Fingerprint& Fingerprint::Add(std::string_view text) {
  Add(static_cast<std::int64_t>(text.size()));  // Else "ab","c" and "a","bc" would be the same.
  for (const char c : text) AddByte(static_cast<std::uint8_t>(c));
  return *this;
}

std::int64_t Fingerprint::value() const { return static_cast<std::int64_t>(state_); }

void AddAttributes(Fingerprint& sum, const Attributes& attributes) {
  for (const auto& [key, value] : attributes) {
    sum.Add(key).Add(static_cast<std::int64_t>(value.index()));
    if (const auto* text = std::get_if<std::string>(&value)) sum.Add(*text);
    if (const auto* number = std::get_if<std::int32_t>(&value)) sum.Add(*number);
    // By its bits: as text with some digits, small numbers would all be the same.
    if (const auto* real = std::get_if<float>(&value))
      sum.Add(std::int64_t{std::bit_cast<std::uint32_t>(*real)});
    if (const auto* flag = std::get_if<bool>(&value)) sum.Add(std::int64_t{*flag});
  }
}

Status CheckSameRequest(std::int64_t stored_fingerprint, const CreationKey& key) {
  if (stored_fingerprint == key.fingerprint) return {};
  return InvalidField("idempotency-key", "was used before for a different request; use a fresh key");
}

}  // namespace oofgg::game
