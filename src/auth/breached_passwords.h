#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::auth {

/// A text of lines in ascending order, each 40 upper-case hexadecimal digits (a SHA-1) and perhaps `:COUNT`,
/// searched in place by halving. Threads: safe if `Read` is.
class BreachedPasswords {
 public:
  /// The bytes at `offset`, `size` of them or fewer at the end.
  using Read = std::function<StatusOr<std::string>(std::uint64_t offset, std::size_t size)>;

  BreachedPasswords(std::uint64_t size, Read read) : size_(size), read_(std::move(read)) {}

  /// Over a file. Errors: kNotFound, kPermissionDenied, kFailedPrecondition (no regular file).
  [[nodiscard]] static StatusOr<std::unique_ptr<BreachedPasswords>> OpenFile(const std::string& path);

  /// Looks at some lines from the first to the last. kFailedPrecondition: empty, other lines, or another
  /// order.
  [[nodiscard]] Status CheckSamples() const;

  /// Whether there is a line for this SHA-1, in upper-case hexadecimal digits. Errors: those of `Read`.
  [[nodiscard]] StatusOr<bool> Contains(std::string_view hash) const;

 private:
  struct Block;
  StatusOr<Block> ReadBlock(std::uint64_t from) const;

  const std::uint64_t size_;
  const Read read_;
};

}  // namespace oofgg::auth
