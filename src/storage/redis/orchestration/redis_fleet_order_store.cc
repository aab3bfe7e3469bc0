#include "storage/redis/orchestration/redis_fleet_order_store.h"

#include <string>

#include "oofgg/parse.h"
#include "storage/redis/orchestration/request_keys.h"
#include "storage/redis/publish.h"

namespace oofgg::storage {

using orchestration::FleetOrders;
using orchestration::FleetPace;

namespace {

constexpr std::string_view kPaceMilliseconds = "120000";

/// Sent again because its answer was lost, it finds its own mark.
const RedisScript& PutOrders() {
  static const RedisScript script(R"lua(
local version, mark, orders, publish = unpack(ARGV)
local stored = redis.call('HMGET', KEYS[1], 'version', 'mark')
if stored[2] == mark then return 'done' end
if (stored[1] or '0') ~= version then return 'changed' end
redis.call('HSET', KEYS[1], 'version', string.format('%.0f', tonumber(version) + 1), 'mark', mark, 'orders', orders)
redis.call(publish, KEYS[2], 'o')
return 'done'
)lua");
  return script;
}

}  // namespace

RedisFleetOrderStore::RedisFleetOrderStore(RedisClient& client, RowOptions options)
    : link_(client, options, "orders for fleets"), publish_(PublishWord(client.options().url)) {}

StatusOr<FleetOrders> RedisFleetOrderStore::Find(std::string_view fleet) {
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply row,
      link_.Call(RedisCommand({"HMGET", request_keys::Orders(fleet), "version", "orders"}).Idempotent()));
  if (row.elements.size() != 2 || row.elements[0].is_nil()) return FleetOrders();
  OOFGG_ASSIGN_OR_RETURN(FleetOrders orders, orchestration::DecodeOrders(row.elements[1].text));
  OOFGG_ASSIGN_OR_RETURN(orders.version, ParseInteger<std::uint64_t>(row.elements[0].text));
  return orders;
}

Status RedisFleetOrderStore::Put(std::string_view fleet, const FleetOrders& orders) {
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply reply,
      link_.Run(PutOrders(), {.keys = {request_keys::Orders(fleet), request_keys::News(fleet)},
                              .arguments = {std::to_string(orders.version), link_.NewMark(),
                                            orchestration::EncodeOrders(orders), publish_},
                              .idempotent = true}));
  if (reply.text == "done") return absl::OkStatus();
  return MakeStatus(StatusCode::kAborted, "the orders of the fleet have been changed meanwhile");
}

Status RedisFleetOrderStore::TellPace(std::string_view fleet, const FleetPace& pace) {
  return link_
      .Call(RedisCommand(
                {"SET", request_keys::Pace(fleet), orchestration::EncodePace(pace), "PX", kPaceMilliseconds})
                .Idempotent())
      .status();
}

StatusOr<std::optional<FleetPace>> RedisFleetOrderStore::Pace(std::string_view fleet) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply pace,
                         link_.Call(RedisCommand({"GET", request_keys::Pace(fleet)}).Idempotent()));
  if (pace.is_nil()) return std::nullopt;
  OOFGG_ASSIGN_OR_RETURN(const FleetPace told, orchestration::DecodePace(pace.text));
  return told;
}

}  // namespace oofgg::storage
