#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace oofgg::storage::redis {

/// Of a Redis Cluster.
inline constexpr std::size_t kSlots = 16'384;

/// In which of them a key, or a sharded channel, lives: CRC16/XMODEM of the key, or of what stands between
/// its first `{` and the next `}` if that is anything ("hash tag" in the Redis Cluster specification).
[[nodiscard]] std::uint16_t KeySlot(std::string_view key);

}  // namespace oofgg::storage::redis
