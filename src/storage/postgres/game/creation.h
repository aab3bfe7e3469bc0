#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "game/creation_key.h"
#include "game/purge.h"
#include "oofgg/status.h"
#include "storage/postgres/result.h"
#include "storage/postgres/statement.h"

namespace oofgg::storage {

class PostgresDatabase;

/// How a creation went, in the numbers that the functions of the schema give.
enum class GameCreation : std::int64_t {
  kDone = 0,
  kMadeBefore = 1,
  kTaken = 2,  ///< The id, or what else only one may have.
  kFull = 3,
  kNoParent = 4,
  kBusy = 5,  ///< It would have to wait for others, and is a statement that does not; nothing was written.
};

struct GameCreationResult {
  GameCreation outcome = GameCreation::kDone;
  std::string made;  ///< What the key made, with kMadeBefore.
  /// The creation may have been run, and stored, once before: what took the id may be our own.
  bool repeated = false;
};

/// The first three parameters of each of these functions.
[[nodiscard]] PgParams ParamsOf(const game::CreationKey& key);

/// What the first row of such a function's answer says: outcome, what was made, its fingerprint.
/// kInvalidArgument: another request made something under the key.
StatusOr<GameCreationResult> CreationIn(const PgResult& answer, const game::CreationKey& key);

/// Runs the statement of a creation. kInvalidArgument: another request made something under the key.
StatusOr<GameCreationResult> RunCreation(PostgresDatabase& database, const PgStatement& statement,
                                         PgParams params, const game::CreationKey& key);

/// As the stores' `Purge`, for keys of this `kind`.
StatusOr<bool> PurgeCreationKeys(PostgresDatabase& database, std::string_view kind, const game::Sweep& sweep);

}  // namespace oofgg::storage
