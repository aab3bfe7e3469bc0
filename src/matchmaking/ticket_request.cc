#include "matchmaking/ticket_request.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "oofgg/matchmaking/rule_set.h"

namespace oofgg::matchmaking {
namespace {

constexpr std::string_view kNameHint = "give 1 to 64 characters of [A-Za-z0-9_.-]";

std::string Text(std::string_view a, std::string_view b) { return std::string(a).append(b); }

std::string BytesHint(std::size_t most) { return "give 1 to " + std::to_string(most) + " bytes"; }

Status CheckPlayers(const std::vector<std::string>& players, std::string_view caller, bool manages) {
  if (players.size() > static_cast<std::size_t>(RuleSet::kMaxPlayers)) {
    return InvalidField("players", "are " + std::to_string(players.size()) + "; " +
                                       std::to_string(RuleSet::kMaxPlayers) + " at most");
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < players.size(); ++i) {
    const std::string field = "players[" + std::to_string(i) + "]";
    if (players[i].empty() || players[i].size() > kMaxIdBytes) {
      return InvalidField(field, "is no player id; " + BytesHint(kMaxIdBytes));
    }
    if (!seen.insert(players[i]).second)
      return InvalidField(field, "is in the party twice; name each player once");
  }
  if (manages || (seen.size() == 1 && seen.contains(caller))) return absl::OkStatus();
  const std::string description = "may be the caller alone; only the roles admin and service name others";
  return WithFieldViolations(MakeStatus(StatusCode::kPermissionDenied, "players: " + description),
                             {{"players", description}});
}

template <typename Map>
Status CheckNames(const Map& attributes, std::string_view field) {
  if (attributes.size() > kMaxAttributes) {
    return InvalidField(field, "are " + std::to_string(attributes.size()) + "; " +
                                   std::to_string(kMaxAttributes) + " at most");
  }
  for (const auto& [name, value] : attributes) {
    if (!IsMatchmakingName(name)) return InvalidField(field, Text("have a name that is none; ", kNameHint));
  }
  return absl::OkStatus();
}

Status CheckAttributes(const CreateTicketRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckNames(request.numbers, "numbers"));
  OOFGG_RETURN_IF_ERROR(CheckNames(request.strings, "strings"));
  for (const auto& [name, value] : request.numbers) {
    if (!IsMatchmakingNumber(value)) {
      return InvalidField(Text("numbers.", name), "is not a number from -1e9 to 1e9");
    }
  }
  for (const auto& [name, value] : request.strings) {
    if (value.empty() || value.size() > kMaxValueBytes) {
      return InvalidField(Text("strings.", name),
                          "is " + std::to_string(value.size()) + " bytes; " + BytesHint(kMaxValueBytes));
    }
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<CreateTicketRequest> CheckRequest(CreateTicketRequest request, std::string_view caller,
                                           bool manages) {
  if (!IsMatchmakingName(request.game_id)) return InvalidField("game_id", Text("is no game id; ", kNameHint));
  if (request.players.empty()) request.players.emplace_back(caller);
  OOFGG_RETURN_IF_ERROR(CheckPlayers(request.players, caller, manages));
  OOFGG_RETURN_IF_ERROR(CheckAttributes(request));
  return request;
}

bool SameRequest(const CreateTicketRequest& a, const CreateTicketRequest& b) {
  return std::tie(a.game_id, a.players, a.numbers, a.strings) ==
         std::tie(b.game_id, b.players, b.numbers, b.strings);
}

}  // namespace oofgg::matchmaking
