#include "storage/redis/packed.h"

namespace oofgg::storage {

PackedWriter& PackedWriter::Byte(std::uint8_t value) {
  bytes_ += static_cast<char>(value);
  return *this;
}

PackedWriter& PackedWriter::Number(std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes_ += static_cast<char>((value >> shift) & 0xFFU);
  return *this;
}

PackedWriter& PackedWriter::Text(std::string_view text) {
  Number(static_cast<std::uint32_t>(text.size()));
  return Raw(text);
}

PackedWriter& PackedWriter::Raw(std::string_view bytes) {
  bytes_ += bytes;
  return *this;
}

std::uint8_t PackedReader::Byte() {
  const std::string_view byte = Raw(1);
  return byte.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(byte.front());
}

std::uint32_t PackedReader::Number() {
  std::uint32_t value = 0;
  for (const char byte : Raw(4)) value = value << 8U | static_cast<std::uint8_t>(byte);
  return value;
}

std::string_view PackedReader::Text() { return Raw(Number()); }

std::string_view PackedReader::Raw(std::size_t size) {
  if (size > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

// The length in two bytes, as `struct.pack('>I2', …)`; ids are shorter.
std::string OwnedName(std::string_view owner, std::string_view id) {
  std::string name;
  name += static_cast<char>((owner.size() >> 8U) & 0xFFU);
  name += static_cast<char>(owner.size() & 0xFFU);
  name += owner;
  name += id;
  return name;
}

OwnedParts PartsOfOwned(std::string_view name) {
  PackedReader reader(name);
  const std::size_t high = reader.Byte();
  const std::size_t size = high << 8U | reader.Byte();
  const std::string_view owner = reader.Raw(size);
  return {.owner = std::string(owner), .id = std::string(reader.Rest())};
}

}  // namespace oofgg::storage
