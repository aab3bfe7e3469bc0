#include "game/player_numbers.h"

#include <array>
#include <functional>
#include <utility>

namespace oofgg::game {
namespace {

constexpr std::size_t kUuidLength = 36;
// Where the digits are, between the dashes.
constexpr std::array<std::uint8_t, 32> kDigitPlaces = {0,  1,  2,  3,  4,  5,  6,  7,  9,  10, 11,
                                                       12, 14, 15, 16, 17, 19, 20, 21, 22, 24, 25,
                                                       26, 27, 28, 29, 30, 31, 32, 33, 34, 35};

// 0 to 15, or 16 for what is no lower-case digit: upper-case ones would come back as lower-case.
constexpr std::array<std::uint8_t, 256> kHexValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(16);
  for (unsigned i = 0; i < 16; ++i) values[static_cast<unsigned char>("0123456789abcdef"[i])] = i & 0xff;
  return values;
}();

}  // namespace

PlayerNumbers::Id::Id(std::string_view id_text) : text(id_text), uuid(PackUuid(id_text)) {
  const std::uint64_t sum = uuid.has_value()
                                ? (uuid->high ^ uuid->low * 0x9e3779b97f4a7c15) * 0xc4ceb9fe1a85ec53
                                : std::uint64_t{std::hash<std::string_view>()(text)};
  key = static_cast<std::uint32_t>(sum >> 32);
}

std::uint32_t PlayerNumbers::NumberOf(std::string_view player_id) {
  const Id id(player_id);
  const std::lock_guard lock(mutex_);
  return FindOrMake(id);
}

std::optional<std::uint32_t> PlayerNumbers::Find(std::string_view player_id) const {
  const Id id(player_id);
  const std::lock_guard lock(mutex_);
  const std::uint32_t number = FindNumber(id);
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
  if (text.size() != kUuidLength || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') {
    return std::nullopt;
  }
  Packed id;
  unsigned seen = 0;  // All digits at once, to see at the end whether one was none.
  const auto take = [&](std::size_t i, std::uint64_t& half) {
    const unsigned digit = kHexValues[static_cast<unsigned char>(text[kDigitPlaces[i]])];
    seen |= digit;
    half = half << 4 | digit;
  };
  for (std::size_t i = 0; i < 16; ++i) take(i, id.high);
  for (std::size_t i = 16; i < 32; ++i) take(i, id.low);
  return seen < 16 && id.is_uuid() ? std::optional(id) : std::nullopt;
}

std::string PlayerNumbers::UuidText(const Packed& id) {
  std::string text(kUuidLength, '-');
  for (std::size_t i = 0; i < 32; ++i) {
    const std::uint64_t half = i < 16 ? id.high : id.low;
    text[kDigitPlaces[i]] = "0123456789abcdef"[half >> (60 - i % 16 * 4) & 15];
  }
  return text;
}

std::uint32_t PlayerNumbers::FindNumber(const Id& id) const {
  return numbers_.FindIf(id.key, [&](std::uint32_t number) {
    const Packed& known = ids_[number];
    if (id.uuid.has_value()) return known == *id.uuid;
    return !known.is_uuid() && texts_[static_cast<std::size_t>(known.high)] == id.text;
  });
}

std::uint32_t PlayerNumbers::FindOrMake(const Id& id) {
  const std::uint32_t known = FindNumber(id);
  if (known != NumberIndex::kNone) return known;
  const std::uint32_t number = Make(id);
  numbers_.Insert(id.key, number);
  return number;
}

// The index does not have it yet.
std::uint32_t PlayerNumbers::Make(const Id& id) {
  const auto number = static_cast<std::uint32_t>(ids_.size());
  ids_.push_back(id.uuid.value_or(Packed{texts_.size(), 0}));
  if (!id.uuid.has_value()) texts_.emplace_back(id.text);
  return number;
}

// Two looks at memory, at the index and at the id that it leads to: all are asked for before the first is
// needed.
void PlayerNumbers::Enrolment::Add(std::span<const std::string_view> player_ids,
                                   std::vector<std::uint32_t>& numbers) {
  const std::vector<Id> ids(player_ids.begin(), player_ids.end());
  numbers.clear();
  const std::lock_guard lock(numbers_.mutex_);
  if (numbers_.numbers_.size() > 0) {
    for (const Id& id : ids) numbers_.numbers_.Prefetch(id.key);
    for (const Id& id : ids) {
      const std::uint32_t likely = numbers_.numbers_.Find(id.key);
      if (likely != NumberIndex::kNone) __builtin_prefetch(&numbers_.ids_[likely]);
    }
  }
  for (const Id& id : ids) {
    std::uint32_t number = numbers_.FindNumber(id);
    if (number == NumberIndex::kNone) {
      number = numbers_.Make(id);
      fresh_.push_back({id.key, number});
    }
    numbers.push_back(number);
  }
}

void PlayerNumbers::Enrolment::Finish() {
  if (fresh_.empty()) return;
  const std::lock_guard lock(numbers_.mutex_);
  numbers_.numbers_.InsertAll(std::exchange(fresh_, {}));
}

}  // namespace oofgg::game
