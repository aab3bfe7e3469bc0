#pragma once

#include <absl/functional/function_ref.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "game/purge.h"
#include "game/score_store.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::storage {

class Connection;

/// The rows of `standings` behind SqliteScoreStore, within its transactions.

/// Fills in what the player of `stored.record` has in the periods that it lies in.
[[nodiscard]] Status ReadStandings(Connection& connection, game::StoredScore& stored);

/// Counts the score of `stored.record`, which is new, and fills in what the player has then.
[[nodiscard]] Status KeepStandings(Connection& connection, const ScoreRule& rule, game::StoredScore& stored);

/// See ScoreStore::VisitStandings.
[[nodiscard]] Status VisitCurrentStandings(Connection& connection, WallTime now,
                                           absl::FunctionRef<Status(const game::StandingRow&)> visit);

/// See ScoreStore::ListCounted.
[[nodiscard]] StatusOr<std::vector<game::CountedScore>> ReadCounted(Connection& connection,
                                                                    std::int64_t after, std::int64_t last);

/// Forgets what the player has on the lists that scores of theirs are in. Before those go.
[[nodiscard]] Status EraseStandings(Connection& connection, std::string_view player_id);

/// Forgets at most `sweep.limit` standings of periods before the last one. True: there is more to do.
[[nodiscard]] StatusOr<bool> PurgeStandings(Connection& connection, const game::Sweep& sweep);

}  // namespace oofgg::storage
