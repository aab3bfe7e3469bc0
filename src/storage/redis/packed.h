#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace oofgg::storage {

/// Fields behind one another, in the forms of `struct.unpack` of Redis' Lua: `>B`, `>I4` and `>I4c0`.
class PackedWriter {
 public:
  PackedWriter& Byte(std::uint8_t value);
  PackedWriter& Number(std::uint32_t value);
  PackedWriter& Text(std::string_view text);  ///< Its length, and its bytes.
  PackedWriter& Raw(std::string_view bytes);

  [[nodiscard]] std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads them again. What is not there reads as nothing, and `ok` says so at the end.
class PackedReader {
 public:
  explicit PackedReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t Byte();
  std::uint32_t Number();
  std::string_view Text();
  std::string_view Raw(std::size_t size);
  std::string_view Rest() { return Raw(rest_.size()); }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  /// Whether all that was read was there.
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// `id` among what belongs to `owner`: in the order of these, all of one owner stand together.
[[nodiscard]] std::string OwnedName(std::string_view owner, std::string_view id);

struct OwnedParts {
  std::string owner;
  std::string id;
};
/// Of what is no such name they are empty.
[[nodiscard]] OwnedParts PartsOfOwned(std::string_view name);

}  // namespace oofgg::storage
