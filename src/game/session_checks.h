#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// How many members a session of the game may have.
[[nodiscard]] std::size_t CapacityOf(const Game& game);

/// kFailedPrecondition with reason SESSION_FULL.
[[nodiscard]] Status SessionIsFull();

/// kFailedPrecondition with reason SESSION_CLOSED: it has begun, or is over, and takes nobody in.
[[nodiscard]] Status SessionIsClosed();

/// At most `capacity` ids, none of them twice.
[[nodiscard]] Status CheckMembers(const std::vector<std::string>& user_ids, std::size_t capacity);

/// `CheckAttributes`, and none of those that only the server sets.
[[nodiscard]] Status CheckSessionAttributes(const Attributes& attributes);

[[nodiscard]] Status CheckNewSession(const CreateSessionRequest& request);
[[nodiscard]] Status CheckSessionUpdate(const UpdateSessionRequest& request);

}  // namespace oofgg::game
