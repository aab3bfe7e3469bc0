#include "storage/redis/slot_ranges.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "storage/redis/key_slot.h"

namespace oofgg::storage::redis {
namespace {

using Kind = RedisReply::Kind;

constexpr std::size_t kMostRanges = kSlots;
constexpr std::size_t kMostNodes = 1000;  // What Redis' authors name as the most.

Status Malformed(std::string_view how) {
  return MakeStatus(StatusCode::kInternal, "the answer to CLUSTER SLOTS " + std::string(how));
}

std::optional<std::uint16_t> SlotIn(const RedisReply& reply) {
  if (reply.kind != Kind::kInteger || reply.integer < 0 || reply.integer >= std::int64_t{kSlots})
    return std::nullopt;
  return static_cast<std::uint16_t>(reply.integer);
}

/// `[host, port, id, …]`. "?" is Redis' word for a name that it was not told: a node that cannot be called.
std::optional<HostPort> NodeIn(const RedisReply& reply, const HostPort& asked) {
  if (reply.kind != Kind::kArray || reply.elements.size() < 2) return std::nullopt;
  const RedisReply& host = reply.elements[0];
  const RedisReply& port = reply.elements[1];
  if ((host.kind != Kind::kString && !host.is_nil()) || port.kind != Kind::kInteger || port.integer < 1 ||
      port.integer > 65'535 || host.text == "?" || host.text.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  return HostPort{.host = host.text.empty() ? asked.host : host.text,
                  .port = static_cast<std::uint16_t>(port.integer)};
}

template <typename Node>
void AddOnce(std::vector<Node>& nodes, Node node) {
  if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) nodes.push_back(std::move(node));
}

/// `[first, last, master, replica…]`.
Status ReadRange(const RedisReply& reply, const HostPort& asked, SlotRanges& into,
                 std::vector<HostPort>& masters) {
  if (reply.kind != Kind::kArray || reply.elements.size() < 3) return Malformed("holds what is no range");
  const auto first = SlotIn(reply.elements[0]);
  const auto last = SlotIn(reply.elements[1]);
  if (!first || !last || *first > *last) return Malformed("holds a range that cannot be");
  for (std::size_t i = 3; i < reply.elements.size() && into.replicas.size() < kMostNodes; ++i) {
    if (auto replica = NodeIn(reply.elements[i], asked)) AddOnce(into.replicas, *std::move(replica));
  }
  auto master = NodeIn(reply.elements[2], asked);
  if (!master) return Malformed("names a master that cannot be called");
  AddOnce(masters, *master);
  if (masters.size() > kMostNodes) return Malformed("names too many masters");
  into.ranges.push_back({*first, *last, *std::move(master)});
  return absl::OkStatus();
}

Status StatusOfRefusal(const RedisReply& error) {
  const Status status = StatusOfError(error);
  const bool is_none = status.code() == StatusCode::kInternal;
  return is_none ? Annotate(MakeStatus(StatusCode::kFailedPrecondition, std::string(status.message())),
                            "it is no Redis Cluster")
                 : status;
}

}  // namespace

StatusOr<SlotRanges> ParseClusterSlots(const RedisReply& reply, const HostPort& asked) {
  if (reply.is_error()) return StatusOfRefusal(reply);
  if (reply.kind != Kind::kArray || reply.elements.size() > kMostRanges) return Malformed("is none");
  if (reply.elements.empty())
    return MakeStatus(StatusCode::kUnavailable, "the Redis Cluster has no slots yet");
  SlotRanges slots;
  std::vector<HostPort> masters;
  for (const RedisReply& range : reply.elements) {
    OOFGG_RETURN_IF_ERROR(ReadRange(range, asked, slots, masters));
  }
  const auto by_first = [](const SlotRange& a, const SlotRange& b) { return a.first < b.first; };
  std::sort(slots.ranges.begin(), slots.ranges.end(), by_first);
  for (std::size_t i = 1; i < slots.ranges.size(); ++i) {
    if (slots.ranges[i].first <= slots.ranges[i - 1].last) return Malformed("gives a slot twice");
  }
  return slots;
}

}  // namespace oofgg::storage::redis
