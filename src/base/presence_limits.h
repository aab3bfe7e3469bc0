#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "oofgg/model/presence.h"
#include "oofgg/status.h"

// What the presence port takes (docs/presence.md), for its server and its clients.
namespace oofgg::presence {

inline constexpr std::size_t kMaxFriends = 5'000;
inline constexpr std::size_t kMaxIdBytes = 128;
inline constexpr std::size_t kMaxStatusBytes = 256;
inline constexpr std::size_t kMaxDatagramBytes = 1'200;
inline constexpr std::uint32_t kMaxListParts = 256;  ///< 5,000 ids of 128 bytes hardly fill more datagrams.
/// Of what is counted: beyond it not every reader of JSON counts.
inline constexpr std::uint64_t kMostCounted = (std::uint64_t{1} << 53) - 1;

/// Checks one user id, 1 to 128 bytes; the error names `field`.
[[nodiscard]] Status CheckId(std::string_view field, std::string_view id);

/// Checks a list of at most 5,000 ids; the error names `field` or, as in `friends[3]`, its member.
[[nodiscard]] Status CheckFriends(std::string_view field, std::span<const std::string> friends);

/// Checks what a user wants to show; the error names the member of it, behind `prefix`.
[[nodiscard]] Status CheckStatus(std::string_view prefix, const PresenceStatus& status);

/// The same answer for each door a list is too long for.
[[nodiscard]] Status TooManyFriends(std::string_view field, std::size_t count, std::size_t allowed);

}  // namespace oofgg::presence
