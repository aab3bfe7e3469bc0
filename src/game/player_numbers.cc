#include "game/player_numbers.h"

#include <array>
#include <functional>

namespace oofgg::game {
namespace {

constexpr std::size_t kUuidLength = 36;

constexpr bool IsUuidDash(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// 0 to 15, or 16 for what is no lower-case digit: upper-case ones would come back as lower-case.
constexpr std::array<std::uint8_t, 256> kHexValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(16);
  for (unsigned i = 0; i < 16; ++i) values[static_cast<unsigned char>("0123456789abcdef"[i])] = i & 0xff;
  return values;
}();

}  // namespace

std::uint32_t PlayerNumbers::NumberOf(std::string_view player_id) {
  const auto uuid = PackUuid(player_id);
  const std::lock_guard lock(mutex_);
  const std::uint32_t known = FindNumber(uuid, player_id);
  if (known != NumberIndex::kNone) return known;
  const auto number = static_cast<std::uint32_t>(ids_.size());
  ids_.push_back(uuid.has_value() ? *uuid : Packed{texts_.size(), 0});
  if (!uuid.has_value()) texts_.emplace_back(player_id);
  numbers_.Insert(KeyOf(uuid, player_id), number);
  return number;
}

std::optional<std::uint32_t> PlayerNumbers::Find(std::string_view player_id) const {
  const auto uuid = PackUuid(player_id);
  const std::lock_guard lock(mutex_);
  const std::uint32_t number = FindNumber(uuid, player_id);
  return number == NumberIndex::kNone ? std::nullopt : std::optional(number);
}

std::string PlayerNumbers::IdOf(std::uint32_t number) const {
  const std::lock_guard lock(mutex_);
  const Packed& id = ids_[number];
  return id.is_uuid() ? UuidText(id) : texts_[static_cast<std::size_t>(id.high)];
}

std::size_t PlayerNumbers::size() const {
  const std::lock_guard lock(mutex_);
  return ids_.size();
}

std::size_t PlayerNumbers::MemoryUsage() const {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = ids_.size() * sizeof(Packed) + numbers_.MemoryUsage();
  for (const std::string& text : texts_) bytes += sizeof(std::string) + text.capacity();
  return bytes;
}

std::optional<PlayerNumbers::Packed> PlayerNumbers::PackUuid(std::string_view text) {
  if (text.size() != kUuidLength) return std::nullopt;
  Packed id;
  for (std::size_t i = 0; i < kUuidLength; ++i) {
    if (IsUuidDash(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const std::uint8_t digit = kHexValues[static_cast<unsigned char>(text[i])];
    if (digit > 15) return std::nullopt;
    std::uint64_t& half = i < 18 ? id.high : id.low;  // 16 digits and two dashes.
    half = half << 4 | digit;
  }
  return id.is_uuid() ? std::optional(id) : std::nullopt;
}

std::string PlayerNumbers::UuidText(const Packed& id) {
  std::string text(kUuidLength, '-');
  std::uint64_t half = id.low;
  for (std::size_t i = kUuidLength; i-- > 0;) {
    if (i == 18) half = id.high;
    if (IsUuidDash(i)) continue;
    text[i] = "0123456789abcdef"[half & 15];
    half >>= 4;
  }
  return text;
}

std::uint32_t PlayerNumbers::KeyOf(const std::optional<Packed>& uuid, std::string_view text) {
  if (!uuid.has_value()) return static_cast<std::uint32_t>(std::hash<std::string_view>()(text));
  const std::uint64_t sum = (uuid->high ^ uuid->low * 0x9e3779b97f4a7c15) * 0xc4ceb9fe1a85ec53;
  return static_cast<std::uint32_t>(sum >> 32);
}

std::uint32_t PlayerNumbers::FindNumber(const std::optional<Packed>& uuid, std::string_view text) const {
  return numbers_.FindIf(KeyOf(uuid, text), [&](std::uint32_t number) {
    const Packed& id = ids_[number];
    if (uuid.has_value()) return id == *uuid;
    return !id.is_uuid() && texts_[static_cast<std::size_t>(id.high)] == text;
  });
}

}  // namespace oofgg::game
