#pragma once

#include <string>

#include "oofgg/model/game.h"

namespace oofgg::game {

/// An entity as its `entity` event shows it:
/// {"attributes":{"open":true},"controller":"PLAYER","data":"…","id":"…","name":"gate","player_id":"…",
/// "type":"door","version":2}. Attributes are plain JSON values; what is empty is left out.
[[nodiscard]] std::string ToJsonText(const Entity& entity);

}  // namespace oofgg::game
