#include "orchestration/fleet_report.h"

#include <nlohmann/json.hpp>

namespace oofgg::orchestration {

std::string FleetReport(const std::vector<GameServerInfo>& servers) {
  nlohmann::json list = nlohmann::json::array();
  for (const GameServerInfo& server : servers) {
    list.push_back({server.id, static_cast<int>(server.state), server.address, server.slots, server.reserved,
                    server.outdated});
  }
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

StatusOr<std::vector<GameServerInfo>> ReadFleetReport(std::string_view fleet, std::string_view text) {
  const Status strange = MakeStatus(StatusCode::kUnavailable,
                                    "the worker of fleet " + std::string(fleet) +
                                        " tells of its servers in a way that is not known here; are all "
                                        "makers of one version?");
  if (text.empty()) return std::vector<GameServerInfo>();
  const auto list = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!list.is_array()) return strange;
  std::vector<GameServerInfo> servers;
  for (const auto& row : list) {
    const bool fits = row.is_array() && row.size() >= 5 && row[0].is_string() &&
                      row[1].is_number_unsigned() && row[2].is_string() && row[3].is_number_unsigned() &&
                      row[4].is_number_unsigned();
    if (!fits) return strange;
    servers.push_back({.id = row[0].get<std::string>(),
                       .fleet = std::string(fleet),
                       .state = static_cast<GameServerState>(row[1].get<std::uint8_t>()),
                       .address = row[2].get<std::string>(),
                       .slots = row[3].get<std::uint32_t>(),
                       .reserved = row[4].get<std::uint32_t>(),
                       .outdated = row.size() > 5 && row[5] == true});
  }
  return servers;
}

}  // namespace oofgg::orchestration
