#pragma once

#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Whether a session may be put from one state into another:
///
///     CREATED ─┬→ WAITING ─┬→ STARTED ⇄ PAUSED
///              └───────────┘     └────────┴──→ FINISHED → DELETED
///
/// CREATED and WAITING may be left for FINISHED and any state for DELETED too; from DELETED nothing leads
/// back. QUEUED, a place in the queue, is entered and left by the queue alone. To stay is always allowed.
/// Errors: kFailedPrecondition with reason STATE_TRANSITION.
[[nodiscard]] Status CheckTransition(SessionState from, SessionState to);

/// As the contract spells it, such as STATE_STARTED.
[[nodiscard]] std::string_view NameOf(SessionState state);

}  // namespace oofgg::game
