#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "oofgg/status.h"
#include "presence/lazy_string.h"

namespace oofgg::presence {

/// Cuts a stream of bytes into JSON objects, however they were split over or packed into segments. Knows
/// only braces, brackets and strings; whether an object is well formed is the parser's question.
///
/// Holds nothing but the bytes of an unfinished object, and no memory between objects.
/// Cost: each byte is looked at once. Threads: not safe; one owner.
class JsonFramer {
 public:
  struct Limits {
    std::size_t max_bytes = std::size_t{256} * 1024;  ///< Of one object.
    std::uint16_t max_depth = 32;                     ///< Of objects and arrays in each other.
  };

  /// Takes bytes off the front of `input` until an object is whole or `input` is empty. The object is valid
  /// until `input`'s bytes go or the next call; call until there is none, which also frees its memory.
  /// Errors: kInvalidArgument for what is not an object or nests too deep, kOutOfRange for one that is
  /// too long. The stream is then past saving, and every further call gives the same error.
  [[nodiscard]] StatusOr<std::optional<std::string_view>> Next(std::string_view& input, const Limits& limits);

  /// Whether an object has begun and is not whole.
  [[nodiscard]] bool unfinished() const { return depth_ > 0; }

 private:
  enum class Fault : std::uint8_t { kNoFault, kNotAnObject, kTooLong, kTooDeep };

  Status Explain(const Limits& limits) const;
  void ScanByte(char byte);

  LazyString buffer_;  ///< The part of the object that came with earlier input, or all of it when given out.
  std::uint16_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool given_out_ = false;
  Fault fault_ = Fault::kNoFault;
};

}  // namespace oofgg::presence
