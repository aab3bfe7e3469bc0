#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oofgg::base {

/// How our servers write what they tell each other: integers big-endian, texts behind their length.
template <typename Integer>
void PutInteger(std::string& out, Integer value) {
  for (std::size_t shift = sizeof(Integer) * 8; shift > 0; shift -= 8) {
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (shift - 8));
  }
}

/// What is longer than 65,535 bytes is cut.
inline void PutText(std::string& out, std::string_view text) {
  text = text.substr(0, UINT16_MAX);
  PutInteger(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

/// Takes from the front; once something is missing, nothing more is there. What it reads outlives it.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <typename Integer>
  Integer Take() {
    std::uint64_t value = 0;
    for (const char byte : TakeBytes(sizeof(Integer))) value = value << 8 | static_cast<unsigned char>(byte);
    return static_cast<Integer>(value);
  }
  std::string_view TakeText() { return TakeBytes(Take<std::uint16_t>()); }

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool has_more() const { return good_ && !rest_.empty(); }
  [[nodiscard]] bool is_whole() const { return good_ && rest_.empty(); }

 private:
  std::string_view TakeBytes(std::size_t count) {
    good_ = good_ && count <= rest_.size();
    if (!good_) return {};
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace oofgg::base
