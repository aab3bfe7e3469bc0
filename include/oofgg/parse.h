#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "oofgg/status.h"

namespace oofgg {

/// `15m`, `500ms`, `30d`: a whole number and one of ms, s, m, h, d. A bare number is counted in `bare_unit`
/// if the caller gives one, else it is refused. Errors: kInvalidArgument that says what is right.
[[nodiscard]] StatusOr<std::chrono::milliseconds> ParseDuration(
    std::string_view text, std::optional<std::chrono::milliseconds> bare_unit = std::nullopt);

/// Where to listen or to connect.
struct HostPort {
  std::string host;  ///< A name, an IPv4 address, or an IPv6 address without brackets; empty: all interfaces.
  std::uint16_t port = 0;  ///< 0 lets a listener take any free port.

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

/// `HOST:PORT`, `[IPV6]:PORT`, or `:PORT`, as in the flags of the servers.
[[nodiscard]] StatusOr<HostPort> ParseHostPort(std::string_view text);

/// Its inverse.
[[nodiscard]] std::string FormatHostPort(const HostPort& address);

/// Whether `host` is this machine and nobody else's: `localhost`, 127.0.0.0/8 or ::1, without brackets. Names
/// that only look so, such as `127.example`, are not.
[[nodiscard]] bool IsLoopback(const std::string& host);

namespace internal {
[[nodiscard]] StatusOr<std::int64_t> ParseSigned(std::string_view text, std::int64_t least,
                                                 std::int64_t greatest);
[[nodiscard]] StatusOr<std::uint64_t> ParseUnsigned(std::string_view text, std::uint64_t least,
                                                    std::uint64_t greatest);
}  // namespace internal

/// A decimal integer in [least, greatest] and nothing else: no sign but `-`, no white space.
template <std::integral T>
[[nodiscard]] StatusOr<T> ParseInteger(std::string_view text, T least = std::numeric_limits<T>::lowest(),
                                       T greatest = (std::numeric_limits<T>::max)()) {
  if constexpr (std::is_signed_v<T>) {
    OOFGG_ASSIGN_OR_RETURN(const std::int64_t value, internal::ParseSigned(text, least, greatest));
    return static_cast<T>(value);
  } else {
    OOFGG_ASSIGN_OR_RETURN(const std::uint64_t value, internal::ParseUnsigned(text, least, greatest));
    return static_cast<T>(value);
  }
}

}  // namespace oofgg
