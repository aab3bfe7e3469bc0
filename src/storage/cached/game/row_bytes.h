#pragma once

#include <cstddef>

#include "game/score_store.h"
#include "game/session_store.h"
#include "oofgg/model/game.h"

namespace oofgg::storage {

/// What a row holds in memory, about.
[[nodiscard]] std::size_t BytesOf(const Player& player);
[[nodiscard]] std::size_t BytesOf(const Game& game);
[[nodiscard]] std::size_t BytesOf(const game::SessionRecord& session);
[[nodiscard]] std::size_t BytesOf(const game::ScoreRecord& score);

}  // namespace oofgg::storage
