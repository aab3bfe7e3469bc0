#include "storage/redis/key_slot.h"

#include <array>

namespace oofgg::storage::redis {
namespace {

constexpr std::array<std::uint16_t, 256> MakeCrcTable() {
  constexpr unsigned kPolynomial = 0x1021;
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? kPolynomial : 0);
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}

constexpr std::array<std::uint16_t, 256> kCrcTable = MakeCrcTable();

std::uint16_t Crc16(std::string_view text) {
  std::uint16_t crc = 0;
  for (const char byte : text) {
    const unsigned index = ((crc >> 8) ^ static_cast<unsigned char>(byte)) & 0xff;
    crc = static_cast<std::uint16_t>((crc << 8) ^ kCrcTable[index]);
  }
  return crc;
}

std::string_view HashedPart(std::string_view key) {
  const std::size_t open = key.find('{');
  if (open == std::string_view::npos) return key;
  const std::size_t close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

}  // namespace

std::uint16_t KeySlot(std::string_view key) {
  return static_cast<std::uint16_t>(Crc16(HashedPart(key)) % kSlots);
}

}  // namespace oofgg::storage::redis
