#include "servers/cli/presence_text.h"

#include <nlohmann/json.hpp>

namespace oofgg::cli {

namespace {

StateNames WithOfflineAs(const std::string& name) {
  return {{"online", PresenceState::kOnline},
          {"away", PresenceState::kAway},
          {"in_match", PresenceState::kInMatch},
          {name, PresenceState::kOffline}};
}

std::string SeenName(PresenceState state) {
  for (const auto& [name, named] : SeenStates()) {
    if (named == state) return name;
  }
  return "online";
}

}  // namespace

const StateNames& WishedStates() {
  static const StateNames states = WithOfflineAs("invisible");
  return states;
}

const StateNames& SeenStates() {
  static const StateNames states = WithOfflineAs("offline");
  return states;
}

std::string NamesOf(const StateNames& states, const std::string& separator) {
  std::string names;
  for (const auto& [name, state] : states) names += (names.empty() ? "" : separator) + name;
  return names;
}

std::string StateText(const PresenceUpdate& update) {
  const std::string text = update.state == PresenceState::kInMatch ? "in a match" : SeenName(update.state);
  return update.text.empty() ? text : text + ": " + update.text;
}

nlohmann::json JsonOf(const PresenceUpdate& update) {
  nlohmann::json object = {{"user_id", update.user_id},
                           {"online", update.state != PresenceState::kOffline},
                           {"version", update.version}};
  const bool is_special = update.state == PresenceState::kAway || update.state == PresenceState::kInMatch;
  if (is_special) object["state"] = SeenName(update.state);
  if (!update.text.empty()) object["text"] = update.text;
  if (!update.session_id.empty()) object["session_id"] = update.session_id;
  return object;
}

}  // namespace oofgg::cli
