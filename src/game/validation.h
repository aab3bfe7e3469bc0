#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "game/creation_key.h"
#include "oofgg/caller.h"
#include "oofgg/model/attribute.h"
#include "oofgg/model/score.h"
#include "oofgg/status.h"

namespace oofgg::game {

// Limits of this room; docs/authorization.md repeats them for readers.
inline constexpr std::size_t kMaxIdBytes = 128;
inline constexpr std::size_t kMaxNameBytes = 100;
inline constexpr std::size_t kMaxDescriptionBytes = 4096;
inline constexpr std::size_t kMaxDataBytes = 64 * 1024;
inline constexpr std::size_t kMaxAttributes = 64;
inline constexpr std::size_t kMaxAttributeKeyBytes = 64;
inline constexpr std::size_t kMaxAttributeTextBytes = 4096;
inline constexpr std::size_t kMaxMetadataEntries = 32;
inline constexpr std::size_t kMaxMetadataTextBytes = 1024;
inline constexpr std::size_t kMaxMembers = 1000;
inline constexpr std::uint32_t kMaxEntities = 256;        // Of a session.
inline constexpr std::size_t kMaxEntityBytes = 8 * 1024;  // So that all of a session fit into one answer.
inline constexpr std::size_t kMaxAddressees = 100;        // Of an event.
inline constexpr std::size_t kMaxScoreRules = 32;
inline constexpr std::size_t kMaxUrlBytes = 2048;
inline constexpr std::size_t kDefaultPage = 10;
inline constexpr std::size_t kMaxPage = 100;
inline constexpr std::int32_t kMaxRegion = 13;  // RegionEnum's GLOBAL.

/// All checks return kInvalidArgument that names the field and says what would be right.

/// 1 to 128 bytes of [A-Za-z0-9_.:-].
[[nodiscard]] Status CheckId(std::string_view field, std::string_view id);
/// An id, or empty.
[[nodiscard]] Status CheckOptionalId(std::string_view field, std::string_view id);
/// `min` to `max` bytes of UTF-8 without control characters, line breaks and tabs excepted.
[[nodiscard]] Status CheckText(std::string_view field, std::string_view text, std::size_t min,
                               std::size_t max);
/// At most `max` bytes of UTF-8; otherwise the game's own affair.
[[nodiscard]] Status CheckData(std::string_view field, std::string_view data,
                               std::size_t max = kMaxDataBytes);
/// At most 64, with keys and texts within their limits and finite numbers.
[[nodiscard]] Status CheckAttributes(std::string_view field, const Attributes& attributes);
/// Bytes of keys and values.
[[nodiscard]] std::size_t SizeOf(const Attributes& attributes);
/// Empty, or an absolute http(s) URL without blanks, 2,048 bytes at most.
[[nodiscard]] Status CheckUrl(std::string_view field, std::string_view url);
/// At most 32, under score types that are ids, with limits in order.
[[nodiscard]] Status CheckScoreRules(const ScoreRules& rules);
/// At most 32, with keys and texts within their limits.
[[nodiscard]] Status CheckMetadata(std::string_view field,
                                   const std::map<std::string, std::string>& metadata);
/// A value of the contract's RegionEnum.
[[nodiscard]] Status CheckRegion(std::int32_t region);

/// How many to list: 0 means the default, more than the maximum is refused.
[[nodiscard]] StatusOr<std::size_t> PageSize(std::int32_t limit);

/// The call's idempotency key; an empty one is fine. `context` must have a caller.
[[nodiscard]] StatusOr<CreationKey> MakeCreationKey(const CallContext& context,
                                                    const Fingerprint& fingerprint);

/// Whether `text` is well-formed UTF-8 (RFC 3629).
[[nodiscard]] bool IsUtf8(std::string_view text);

}  // namespace oofgg::game
