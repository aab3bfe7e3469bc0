#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace oofgg::base {

/// SipHash-2-4 (Aumasson and Bernstein, 2012): who does not know the key cannot make values collide, hence
/// fit for tables that strangers fill. 1 ns a byte at most.
class SipHash {
 public:
  using Key = std::array<std::uint64_t, 2>;

  explicit SipHash(Key key) : key_(key) {}
  [[nodiscard]] std::uint64_t operator()(std::string_view bytes) const;

 private:
  Key key_;
};

}  // namespace oofgg::base
