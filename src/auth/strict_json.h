#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::auth {

/// Parses one JSON object and nothing beside it, for input that may be hostile: a member name that comes
/// twice is refused (readers disagree about which one counts), as are comments, a byte order mark, invalid
/// UTF-8, and more than `max_depth` levels. kInvalidArgument, without any of the text.
[[nodiscard]] StatusOr<nlohmann::json> ParseStrictObject(std::string_view text, std::size_t max_depth);

/// The member, or nothing if it is absent or not of that type.
[[nodiscard]] std::optional<std::string> StringMember(const nlohmann::json& object, const char* name);
[[nodiscard]] std::optional<std::int64_t> IntegerMember(const nlohmann::json& object, const char* name);

/// On one line. Never throws.
[[nodiscard]] std::string ToLine(const nlohmann::json& value);

}  // namespace oofgg::auth
