#include "base/match_attributes.h"

#include <array>
#include <string>

namespace oofgg::base {
namespace {

constexpr std::array<std::string_view, 4> kResultNames = {"none", "win", "loss", "draw"};
constexpr std::array<std::string_view, 6> kEndNames = {"unknown", "finished",  "abandoned",
                                                       "expired", "host_lost", "deleted"};

constexpr std::string_view kPlayerResult = "result.";
constexpr std::string_view kPlayerPlacement = "placement.";
constexpr std::string_view kTeamResult = "team_result.";
constexpr std::string_view kTeamPlacement = "team_placement.";

std::string KeyOf(std::string_view prefix, std::string_view id) {
  return std::string(prefix) + std::string(id);
}

void AddOutcome(Attributes& attributes, std::string_view result, std::string_view placement,
                const std::string& id, const MatchOutcome& outcome) {
  if (outcome.result != MatchResult::kNone) {
    attributes.insert_or_assign(KeyOf(result, id), std::string(NameOf(outcome.result)));
  }
  if (outcome.placement > 0) attributes.insert_or_assign(KeyOf(placement, id), outcome.placement);
}

MatchResult ResultAt(const Attributes& attributes, const std::string& key) {
  const auto found = attributes.find(key);
  if (found == attributes.end()) return MatchResult::kNone;
  const auto* text = std::get_if<std::string>(&found->second);
  for (std::size_t i = 0; text != nullptr && i < kResultNames.size(); ++i) {
    if (*text == kResultNames[i]) return static_cast<MatchResult>(i);
  }
  return MatchResult::kNone;
}

std::int32_t PlacementAt(const Attributes& attributes, const std::string& key) {
  const auto found = attributes.find(key);
  if (found == attributes.end()) return 0;
  const auto* number = std::get_if<std::int32_t>(&found->second);
  return number != nullptr && *number > 0 ? *number : 0;
}

}  // namespace

std::string_view NameOf(MatchResult result) { return kResultNames[static_cast<std::size_t>(result)]; }

std::string_view NameOf(MatchEnd end) { return kEndNames[static_cast<std::size_t>(end)]; }

Attributes AttributesOf(const MatchReport& report) {
  Attributes attributes;
  for (const auto& [id, outcome] : report.players) {
    AddOutcome(attributes, kPlayerResult, kPlayerPlacement, id, outcome);
  }
  for (const auto& [id, outcome] : report.teams) {
    AddOutcome(attributes, kTeamResult, kTeamPlacement, id, outcome);
  }
  return attributes;
}

MatchOutcome OutcomeIn(const Attributes& attributes, std::string_view player_id, std::string_view team_id) {
  MatchOutcome outcome{.result = ResultAt(attributes, KeyOf(kPlayerResult, player_id)),
                       .placement = PlacementAt(attributes, KeyOf(kPlayerPlacement, player_id))};
  if (team_id.empty()) return outcome;
  if (outcome.result == MatchResult::kNone) {
    outcome.result = ResultAt(attributes, KeyOf(kTeamResult, team_id));
  }
  if (outcome.placement == 0) outcome.placement = PlacementAt(attributes, KeyOf(kTeamPlacement, team_id));
  return outcome;
}

}  // namespace oofgg::base
