#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "oofgg/model/presence.h"

namespace oofgg::cli {

/// What states are called on the command line: as a wish of what others are to see, and as what they see.
/// What is invisible to who wishes it is offline to them.
using StateNames = std::map<std::string, PresenceState>;
[[nodiscard]] const StateNames& WishedStates();
[[nodiscard]] const StateNames& SeenStates();
/// `online, away`, with `separator` between them.
[[nodiscard]] std::string NamesOf(const StateNames& states, const std::string& separator);

/// `online`, `offline`, `away` or `in a match`, and the words for others behind it.
[[nodiscard]] std::string StateText(const PresenceUpdate& update);

/// As `oofgg presence --json` shows it.
[[nodiscard]] nlohmann::json JsonOf(const PresenceUpdate& update);

}  // namespace oofgg::cli
