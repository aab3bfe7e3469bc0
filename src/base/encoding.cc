#include "base/encoding.h"

#include <array>
#include <cstdint>

namespace oofgg::base {
namespace {

constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> Invert(std::string_view alphabet) {
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) value = kNoDigit;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr auto kBase64UrlValues = Invert(kBase64Url);

std::uint8_t HexValue(char digit) {
  static constexpr auto kLower = Invert(kHex);
  static constexpr auto kUpper = Invert("0123456789ABCDEF");
  const auto index = static_cast<std::uint8_t>(digit);
  return kLower[index] != kNoDigit ? kLower[index] : kUpper[index];
}

}  // namespace

std::string Base64UrlEncode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char byte : bytes) {
    pending = ((pending << 8) | static_cast<std::uint8_t>(byte)) & 0xffff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += kBase64Url[(pending >> bits) & 0x3f];
    }
  }
  if (bits > 0) text += kBase64Url[(pending << (6 - bits)) & 0x3f];
  return text;
}

std::optional<std::string> Base64UrlDecode(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes(text.size() * 3 / 4, '\0');
  std::size_t written = 0;
  std::uint32_t seen = 0;  // All values at once: what is no digit has higher bits.
  for (; text.size() >= 4; text.remove_prefix(4)) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::uint32_t value = kBase64UrlValues[static_cast<std::uint8_t>(text[i])];
      seen |= value;
      group = (group << 6) | (value & 0x3f);
    }
    for (const int shift : {16, 8, 0}) bytes[written++] = static_cast<char>((group >> shift) & 0xff);
  }
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char digit : text) {
    const std::uint32_t value = kBase64UrlValues[static_cast<std::uint8_t>(digit)];
    seen |= value;
    pending = (pending << 6) | (value & 0x3f);
    bits += 6;
  }
  for (; bits >= 8; bits -= 8) bytes[written++] = static_cast<char>((pending >> (bits - 8)) & 0xff);
  const bool stray_bits = (pending & ((1U << bits) - 1)) != 0;
  if (stray_bits || seen > 0x3f) return std::nullopt;
  return bytes;
}

std::string HexEncode(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    text += kHex[static_cast<std::uint8_t>(byte) >> 4];
    text += kHex[static_cast<std::uint8_t>(byte) & 0xf];
  }
  return text;
}

std::optional<std::string> HexDecode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::uint8_t high = HexValue(text[i]);
    const std::uint8_t low = HexValue(text[i + 1]);
    if (high == kNoDigit || low == kNoDigit) return std::nullopt;
    bytes += static_cast<char>((high << 4) | low);
  }
  return bytes;
}

}  // namespace oofgg::base
