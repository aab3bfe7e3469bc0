#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "oofgg/model/presence.h"

namespace oofgg::cli {

/// What a status is called on the command line. As a wish, offline is called invisible.
[[nodiscard]] const std::map<std::string, PresenceState>& ShownStates();

/// `online`, `offline`, `away` or `in a match`, and the words for others behind it.
[[nodiscard]] std::string StateText(const PresenceUpdate& update);

/// As `oofgg presence --json` shows it.
[[nodiscard]] nlohmann::json JsonOf(const PresenceUpdate& update);

}  // namespace oofgg::cli
