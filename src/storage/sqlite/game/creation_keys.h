#pragma once

#include <string>
#include <string_view>

#include "game/creation_key.h"
#include "oofgg/status.h"

namespace oofgg::storage {

class Connection;

/// What `key` made before of this `kind`, or empty. kInvalidArgument: by another request.
StatusOr<std::string> FindMade(Connection& connection, std::string_view kind, const game::CreationKey& key);

/// In the transaction that makes it, so that neither is there without the other.
Status RememberMade(Connection& connection, std::string_view kind, const game::CreationKey& key,
                    std::string_view made);

}  // namespace oofgg::storage
