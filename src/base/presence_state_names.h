#pragma once

#include <optional>
#include <string_view>

#include "oofgg/model/presence.h"

namespace oofgg::presence {

/// What a state is called in the JSON of the presence port. As a wish, offline is `invisible`.
[[nodiscard]] std::string_view NameOf(PresenceState state);

/// Its inverse; nothing for what no state is called.
[[nodiscard]] std::optional<PresenceState> StateCalled(std::string_view name);

}  // namespace oofgg::presence
