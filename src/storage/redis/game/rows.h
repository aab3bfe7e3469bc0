#pragma once

#include <string>
#include <string_view>

#include "game/session_store.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::storage {

// A row in Redis is a version (>I4), the mark of who wrote it last (8 bytes), and a body. The scripts read
// the version and the mark of every row, and of a session's what it is found by, which stands in front.

inline constexpr std::size_t kMarkBytes = 8;

/// A new row, as a script stores it.
[[nodiscard]] std::string FirstRow(std::string_view mark, std::string_view body);

[[nodiscard]] std::string BodyOf(const game::SessionRecord& session);
[[nodiscard]] std::string BodyOf(const Entity& entity);

/// kDataLoss: the row is not what was written.
[[nodiscard]] StatusOr<game::SessionRecord> SessionOf(std::string_view id, std::string_view row);
[[nodiscard]] StatusOr<Entity> EntityOf(std::string_view session_id, std::string_view id,
                                        std::string_view row);

}  // namespace oofgg::storage
