#include "storage/postgres/game/creation.h"

#include <utility>

#include "storage/millis.h"
#include "storage/postgres/database.h"

namespace oofgg::storage {
namespace {

constexpr PgStatement kPurgeKeys{"SELECT game_purge_keys($1, $2, $3, $4)", PgKind::kWrite,
                                 /*repeatable=*/true};

}  // namespace

PgParams ParamsOf(const game::CreationKey& key) {
  PgParams params;
  params.Text(key.creator).Text(key.key).Int(key.fingerprint);
  return params;
}

StatusOr<GameCreationResult> CreationIn(const PgResult& answer, const game::CreationKey& key) {
  GameCreationResult result{.outcome = static_cast<GameCreation>(answer.Int(0, 0)),
                            .made = answer.Text(0, 1),
                            .repeated = answer.repeated()};
  if (result.outcome == GameCreation::kMadeBefore) {
    OOFGG_RETURN_IF_ERROR(game::CheckSameRequest(answer.Int(0, 2), key));
  }
  return result;
}

StatusOr<GameCreationResult> RunCreation(PostgresDatabase& database, const PgStatement& statement,
                                         PgParams params, const game::CreationKey& key) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult answer, database.Run(statement, std::move(params)));
  return CreationIn(answer, key);
}

StatusOr<bool> PurgeCreationKeys(PostgresDatabase& database, std::string_view kind,
                                 const game::Sweep& sweep) {
  OOFGG_ASSIGN_OR_RETURN(const PgResult purged,
                         database.Run(kPurgeKeys, PgParams()
                                                      .Text(kind)
                                                      .Int(ToMillis(sweep.now))
                                                      .Int(ToMillis(sweep.now - sweep.keep))
                                                      .Int(static_cast<std::int64_t>(sweep.limit))));
  return purged.Bool(0, 0);
}

}  // namespace oofgg::storage
