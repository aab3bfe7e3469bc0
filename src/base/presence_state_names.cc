#include "base/presence_state_names.h"

#include <array>
#include <utility>

namespace oofgg::presence {
namespace {

constexpr std::array<std::pair<std::string_view, PresenceState>, 4> kStates{{
    {"online", PresenceState::kOnline},
    {"away", PresenceState::kAway},
    {"in_match", PresenceState::kInMatch},
    {"invisible", PresenceState::kOffline},
}};

}  // namespace

std::string_view NameOf(PresenceState state) {
  for (const auto& [name, known] : kStates) {
    if (known == state) return name;
  }
  return "online";
}

std::optional<PresenceState> StateCalled(std::string_view name) {
  for (const auto& [known, state] : kStates) {
    if (known == name) return state;
  }
  return std::nullopt;
}

}  // namespace oofgg::presence
