#pragma once

#include <cstdint>
#include <string_view>

namespace oofgg::storage {

/// CRC-32 as of zlib (IEEE 802.3).
[[nodiscard]] std::uint32_t Crc32(std::string_view bytes);

}  // namespace oofgg::storage
