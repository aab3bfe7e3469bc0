#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "game/creation_key.h"
#include "game/purge.h"
#include "oofgg/status.h"

namespace oofgg::storage {

class Connection;

/// What `key` made before of this `kind`, or empty. kInvalidArgument: by another request.
StatusOr<std::string> FindMade(Connection& connection, std::string_view kind, const game::CreationKey& key);

/// In the transaction that makes it, so that neither is there without the other.
Status RememberMade(Connection& connection, std::string_view kind, const game::CreationKey& key,
                    std::string_view made);

/// As the stores' `Purge`, for keys of this `kind`.
StatusOr<bool> PurgeMade(Connection& connection, std::string_view kind, const game::Sweep& sweep);

/// Times as they are stored.
[[nodiscard]] std::int64_t Milliseconds(WallTime time);

}  // namespace oofgg::storage
