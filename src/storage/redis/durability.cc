#include "storage/redis/durability.h"

#include <algorithm>
#include <string>
#include <vector>

#include "oofgg/log.h"
#include "storage/redis/slot_ranges.h"

namespace oofgg::storage {
namespace {

/// The servers that acknowledge: in a cluster each of its masters, as a server of its own.
StatusOr<std::vector<RedisUrl>> Acknowledgers(RedisClient& client, TimePoint deadline) {
  RedisUrl one = client.options().url;
  one.is_cluster = false;
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         client.Call(RedisCommand({"CLUSTER", "SLOTS"}).Keyless().Idempotent(), deadline));
  OOFGG_ASSIGN_OR_RETURN(const redis::SlotRanges slots, redis::ParseClusterSlots(reply, one.hosts.front()));
  std::vector<RedisUrl> urls;
  for (const redis::SlotRange& range : slots.ranges) {
    one.hosts = {range.master};
    const bool known =
        std::any_of(urls.begin(), urls.end(), [&](const RedisUrl& url) { return url.hosts == one.hosts; });
    if (!known) urls.push_back(one);
  }
  return urls;
}

Status CheckOne(RedisClient& client, bool allow_volatile, TimePoint deadline) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         client.Call(RedisCommand({"INFO", "persistence"}).Idempotent(), deadline));
  OOFGG_ASSIGN_OR_RETURN(const std::string_view facts, reply.AsText());
  if (facts.find("aof_enabled:1") != std::string_view::npos) return absl::OkStatus();
  const std::string fault = "Redis at " + client.options().url.Redacted() +
                            " keeps no append-only file, so a restart of it loses what was acknowledged";
  const std::string remedy = "; set `appendonly yes` in its configuration";
  if (allow_volatile) {
    Log(LogLevel::kWarning, "redis", fault + remedy);
    return absl::OkStatus();
  }
  return MakeStatus(StatusCode::kFailedPrecondition, fault + remedy + ", or pass --allow-volatile-redis");
}

}  // namespace

Status CheckDurability(RedisClient& client, bool allow_volatile, TimePoint deadline) {
  if (!client.options().url.is_cluster) return CheckOne(client, allow_volatile, deadline);
  OOFGG_ASSIGN_OR_RETURN(const std::vector<RedisUrl> urls, Acknowledgers(client, deadline));
  for (const RedisUrl& url : urls) {
    RedisOptions options = client.options();
    options.url = url;
    OOFGG_ASSIGN_OR_RETURN(const auto master, RedisClient::Connect(options, deadline));
    OOFGG_RETURN_IF_ERROR(CheckOne(*master, allow_volatile, deadline));
  }
  return absl::OkStatus();
}

}  // namespace oofgg::storage
