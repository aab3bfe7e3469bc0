#include "storage/sqlite/orchestration/known_seats.h"

#include <functional>

namespace oofgg::storage {

using orchestration::RequestKey;

std::string KnownSeats::NameOf(const RequestKey& key) {
  std::string name;
  name.reserve(key.fleet.size() + 1 + key.id.size());
  return name.append(key.fleet).append(1, '\0').append(key.id);  // No fleet has a zero in its name.
}

KnownSeats::Shard& KnownSeats::Of(const std::string& name) {
  return shards_[std::hash<std::string>()(name) % kShards];
}

KnownSeats::Reading KnownSeats::BeginToRead(const RequestKey& key) {
  Shard& shard = Of(NameOf(key));
  const std::lock_guard lock(shard.mutex);
  return {shard.forgotten};
}

void KnownSeats::Learn(const Reading& reading, const RequestKey& key, const SeatFound& seat) {
  std::string name = NameOf(key);
  Shard& shard = Of(name);
  const std::lock_guard lock(shard.mutex);
  if (shard.forgotten != reading.forgotten) return;  // It may have been this one.
  if (shard.seats.size() >= kMostOfShard) shard.seats.clear();
  shard.seats.insert_or_assign(std::move(name), seat);
}

void KnownSeats::Forget(const RequestKey& key) {
  const std::string name = NameOf(key);
  Shard& shard = Of(name);
  const std::lock_guard lock(shard.mutex);
  ++shard.forgotten;
  shard.seats.erase(name);
}

std::optional<KnownSeats::SeatFound> KnownSeats::Find(const RequestKey& key) {
  const std::string name = NameOf(key);
  Shard& shard = Of(name);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.seats.find(name);
  if (found == shard.seats.end()) return std::nullopt;
  return found->second;
}

}  // namespace oofgg::storage
