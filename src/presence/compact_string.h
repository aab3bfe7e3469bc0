#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace oofgg::presence {

/// A string that does not change, in 16 bytes where std::string takes 32: up to 15 bytes without the heap.
class CompactString {
 public:
  CompactString() = default;
  explicit CompactString(std::string_view text) {
    char* into = bytes_;
    if (text.size() > kMostInline) {
      into = new char[text.size()];
      const auto size = static_cast<std::uint32_t>(text.size());
      std::memcpy(bytes_, &into, sizeof into);
      std::memcpy(bytes_ + sizeof into, &size, sizeof size);
      bytes_[kMostInline] = kOnHeap;
    } else {
      bytes_[kMostInline] = static_cast<char>(text.size());
    }
    if (!text.empty()) std::memcpy(into, text.data(), text.size());
  }
  ~CompactString() {
    if (on_heap()) delete[] view().data();
  }
  CompactString(CompactString&& other) noexcept { swap(other); }
  CompactString& operator=(CompactString&& other) noexcept {
    CompactString moved(std::move(other));
    swap(moved);
    return *this;
  }

  [[nodiscard]] std::string_view view() const {
    if (!on_heap()) return {bytes_, static_cast<std::size_t>(bytes_[kMostInline])};
    const char* text = nullptr;
    std::uint32_t size = 0;
    std::memcpy(&text, bytes_, sizeof text);
    std::memcpy(&size, bytes_ + sizeof text, sizeof size);
    return {text, size};
  }

 private:
  static constexpr std::size_t kMostInline = 15;
  static constexpr char kOnHeap = 0x7F;

  [[nodiscard]] bool on_heap() const { return bytes_[kMostInline] == kOnHeap; }
  void swap(CompactString& other) { std::swap(bytes_, other.bytes_); }

  char bytes_[kMostInline + 1] =
      {};  ///< The text, or where it is and its size; in the last one its size, too.
};

}  // namespace oofgg::presence
