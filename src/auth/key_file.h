#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// `signing-20300101T000000Z-KIDKIDKI.pem`: from when on the key signs, in UTC, and the beginning of its
/// name.
[[nodiscard]] std::string KeyFileName(WallTime signs_from, std::string_view kid);

/// The time in such a name; nothing for any other name.
[[nodiscard]] std::optional<WallTime> TimeInKeyFileName(std::string_view name);

/// Names of the files `*.pem`, sorted, without hidden ones.
[[nodiscard]] StatusOr<std::vector<std::string>> ListKeyFiles(const std::string& directory);

}  // namespace oofgg::auth
