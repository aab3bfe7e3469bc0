#pragma once

#include <cstddef>

namespace oofgg::auth {

inline constexpr std::size_t kEd25519KeyBytes = 32;      ///< A seed or a public key; RFC 8032 §5.1.5.
inline constexpr std::size_t kP256CoordinateBytes = 32;  ///< RFC 7518 §6.2.1.2.

}  // namespace oofgg::auth
