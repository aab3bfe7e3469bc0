#pragma once

#include <string_view>

#include "oofgg/model/attribute.h"
#include "oofgg/model/match_history.h"

namespace oofgg::base {

// How a match came out is said by attributes of its session: `result.PLAYER` and `team_result.TEAM` are the
// texts win, loss and draw, `placement.PLAYER` and `team_placement.TEAM` whole numbers from 1.

[[nodiscard]] Attributes AttributesOf(const MatchReport& report);

/// What the attributes say of a player, and, as far as they say nothing, of the player's team (if any). What
/// is none of the above says nothing.
[[nodiscard]] MatchOutcome OutcomeIn(const Attributes& attributes, std::string_view player_id,
                                     std::string_view team_id);

/// `none`, `win`, `loss` or `draw`.
[[nodiscard]] std::string_view NameOf(MatchResult result);
/// `unknown`, `finished`, `abandoned`, `expired`, `host_lost` or `deleted`.
[[nodiscard]] std::string_view NameOf(MatchEnd end);

}  // namespace oofgg::base
