#pragma once

#include <optional>
#include <string>
#include <vector>

#include "game/creation_key.h"
#include "game/purge.h"
#include "oofgg/status.h"
#include "storage/redis/redis_reply.h"

namespace oofgg::storage {

/// The name of a creation key among others of its kind; empty where there is none.
[[nodiscard]] std::string NameOf(const game::CreationKey& key);

/// What a script that creates says.
struct RowCreation {
  std::string outcome;
  std::string made{};                ///< With 'before': the name of what the key made.
  std::optional<std::string> row{};  ///< And its row, if it still has one.
};

/// kInvalidArgument: the key made something else.
[[nodiscard]] StatusOr<RowCreation> RowCreationIn(const RedisReply& reply, const game::CreationKey& key);

/// Of the scripts that purge, and what their answer says.
[[nodiscard]] std::vector<std::string> PurgeArguments(const game::Sweep& sweep);
[[nodiscard]] StatusOr<bool> MoreIn(const StatusOr<RedisReply>& reply);

}  // namespace oofgg::storage
