#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Keys and channels of instances. What is in braces decides the slot in a cluster.
namespace oofgg::storage::instance_keys {

inline constexpr std::string_view kBeats = "oofgg:presence:{leases}";
inline constexpr std::string_view kSweeper = "oofgg:presence:{leases}:sweeper";
inline constexpr std::string_view kDead = "oofgg:presence:{leases}:dead";

/// Ends, beats, dead lives.
inline std::vector<std::string> Leases() {
  return {"oofgg:presence:{leases}:ends", "oofgg:presence:{leases}:beats", std::string(kDead)};
}
inline std::string ShardChannel(std::uint32_t shard) {
  return "oofgg:presence:{" + std::to_string(shard) + "}";
}
inline std::string Users(std::uint32_t shard) { return ShardChannel(shard) + ":users"; }
inline std::string Inbox(const std::string& life) { return "oofgg:presence:{" + life + "}"; }

}  // namespace oofgg::storage::instance_keys
