#include "base/siphash.h"

#include <bit>
#include <cstddef>

namespace oofgg::base {
namespace {

struct State {
  std::uint64_t v0, v1, v2, v3;

  void Mix(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }

  void Absorb(std::uint64_t word) {
    v3 ^= word;
    Mix(2);
    v0 ^= word;
  }
};

/// The first `count` bytes, at most 8, as a little-endian number.
std::uint64_t WordOf(std::string_view bytes, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) {
    word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return word;
}

}  // namespace

std::uint64_t SipHash::operator()(std::string_view bytes) const {
  State state = {key_[0] ^ 0x736f6d6570736575, key_[1] ^ 0x646f72616e646f6d, key_[0] ^ 0x6c7967656e657261,
                 key_[1] ^ 0x7465646279746573};
  const std::uint64_t length = bytes.size();
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) state.Absorb(WordOf(bytes, 8));
  state.Absorb(WordOf(bytes, bytes.size()) | length << 56);
  state.v2 ^= 0xff;
  state.Mix(4);
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace oofgg::base
