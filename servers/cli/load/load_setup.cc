#include "servers/cli/load/load_setup.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "oofgg/random.h"

namespace oofgg::load {
namespace {

constexpr std::uint32_t kServersMostPerAddress = 1'000;  // Its defaults; see oofgg-game --help.
constexpr std::uint32_t kServersMostFriendsPerAddress = 200'000;
constexpr std::uint32_t kSpareDescriptors = 64;
constexpr std::uint32_t kServersSpareDescriptors = 1'000;
constexpr std::uint32_t kUdpAddresses = 250;  // Of which one socket serves a player each.

}  // namespace

std::uint32_t RaiseDescriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t kEnough = 1'000'000;
  return static_cast<std::uint32_t>(std::min(limit.rlim_max, kEnough));
}

Status CheckCapacity(const PresenceLoadOptions& options, std::uint32_t descriptors) {
  const std::uint32_t each = std::max(descriptors, kServersSpareDescriptors + 1) - kServersSpareDescriptors;
  const std::uint32_t users = options.steps.back();
  const std::uint32_t needed = (users + each - 1) / each;
  const bool is_one_away = options.cluster.drain || options.cluster.chaos.count() > 0;
  const std::uint32_t least = needed + (is_one_away ? 1 : 0);
  if (options.cluster.instances >= least) return {};
  return InvalidField("--instances", "must be at least " + std::to_string(least) + " for " +
                                         std::to_string(users) + " connections, of which each takes " +
                                         std::to_string(each) +
                                         " (`ulimit -Hn`, and a thousand kept for other things)");
}

FriendGraph BuildGraph(const PresenceLoadOptions& options) {
  SeededRandom random(options.seed);
  std::vector<Watches> edges;
  User first = 0;
  for (const User step : options.steps) {
    const auto add = options.shape == GraphShape::kRegular ? AddRegular : AddPowerLaw;
    if (options.friends > 0) add(edges, first, step - first, options.friends, random);
    first = step;
  }
  for (User follower = 1; follower <= options.celebrity; ++follower) edges.push_back({follower, 0});
  return FriendGraph(options.steps.back(), std::move(edges));
}

std::uint32_t WorkersFor(const PresenceLoadOptions& options) {
  if (options.protocol == Protocol::kUdp) return 1;  // A socket serves many players.
  const std::uint32_t limit = RaiseDescriptors();
  // Workers inherit two pipes of each program that we start.
  const std::uint32_t spare = kSpareDescriptors + 4 * options.cluster.instances;
  const std::uint32_t each = limit > 2 * spare ? limit - spare : spare;
  return (options.steps.back() + each - 1) / each;
}

std::uint32_t PerAddress(const PresenceLoadOptions& options, const FriendGraph& graph) {
  if (options.per_address > 0) return options.per_address;
  // The server counts the friends lists of an address too; a tenth is left for chance.
  const std::size_t mean = graph.entries() / graph.users() + 1;
  const auto by_lists = static_cast<std::uint32_t>(kServersMostFriendsPerAddress * 9 / 10 / mean);
  std::uint32_t each = std::clamp(by_lists, 1U, kServersMostPerAddress);
  // Over UDP addresses cost nothing, and sockets do.
  if (options.protocol == Protocol::kUdp) each = std::min(each, graph.users() / kUdpAddresses + 1);
  return each;
}

std::uint64_t FirstId(const PresenceLoadOptions& options) {
  constexpr std::uint64_t kIdsOfARun = 4'000'000;
  constexpr std::uint64_t kRuns = 1'000'000;  // Hence ids of 13 digits at most.
  if (options.first_id > 0) return options.first_id;
  return 1 + RandomSource::System().Below(kRuns) * kIdsOfARun;
}

}  // namespace oofgg::load
