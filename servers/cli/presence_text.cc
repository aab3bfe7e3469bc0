#include "servers/cli/presence_text.h"

#include <nlohmann/json.hpp>

namespace oofgg::cli {

const std::map<std::string, PresenceState>& ShownStates() {
  static const std::map<std::string, PresenceState> states = {{"online", PresenceState::kOnline},
                                                              {"away", PresenceState::kAway},
                                                              {"in_match", PresenceState::kInMatch},
                                                              {"invisible", PresenceState::kOffline}};
  return states;
}

std::string StateText(const PresenceUpdate& update) {
  std::string text = "offline";
  if (update.state == PresenceState::kOnline) text = "online";
  if (update.state == PresenceState::kAway) text = "away";
  if (update.state == PresenceState::kInMatch) text = "in a match";
  return update.text.empty() ? text : text + ": " + update.text;
}

nlohmann::json JsonOf(const PresenceUpdate& update) {
  nlohmann::json object = {{"user_id", update.user_id},
                           {"online", update.state != PresenceState::kOffline},
                           {"version", update.version}};
  if (update.state == PresenceState::kAway) object["state"] = "away";
  if (update.state == PresenceState::kInMatch) object["state"] = "in_match";
  if (!update.text.empty()) object["text"] = update.text;
  if (!update.session_id.empty()) object["session_id"] = update.session_id;
  return object;
}

}  // namespace oofgg::cli
