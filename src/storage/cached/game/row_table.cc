#include "storage/cached/game/row_table.h"

#include <utility>

namespace oofgg::storage {
namespace {

constexpr std::size_t kBytesOfEntry = 160;  // Key, pointers and the map's own, about.

}  // namespace

RowTable::RowTable(const Clock& clock, const RowCacheOptions& options) : clock_(clock), options_(options) {}

// By the upper bits: the maps use the lower ones.
RowTable::Part& RowTable::PartOf(std::string_view key) {
  const std::uint64_t hash = game::StringHash()(key);
  return parts_[(hash >> 32) % kParts];
}

RowTable::RowPtr RowTable::Find(std::string_view key) {
  const TimePoint now = Now();
  const auto is_fresh = [&](const Entry& entry) {
    return is_exact() || now - entry.read_at <= options_.max_age;
  };
  Entries over;  // Declared before the lock, so that what goes, goes after it.
  Part& part = PartOf(key);
  const std::lock_guard lock(part.mutex);
  if (const auto young = part.young.find(key); young != part.young.end()) {
    return is_fresh(young->second) ? young->second.row : nullptr;
  }
  const auto old = part.old.find(key);
  if (old == part.old.end()) return nullptr;
  Entry entry = std::move(old->second);
  part.old.erase(old);
  if (!is_fresh(entry)) return nullptr;
  RowPtr row = entry.row;
  Put(part, key, std::move(entry), over);
  return row;
}

RowTable::Reading RowTable::BeginReading(std::string_view key) {
  const TimePoint now = Now();
  Part& part = PartOf(key);
  const std::lock_guard lock(part.mutex);
  return {.writes = part.writes, .quiet = part.writing == 0, .begun = now};
}

void RowTable::Keep(const Reading& reading, std::string_view key, RowPtr row, std::size_t bytes) {
  if (!reading.quiet) return;
  Entries over;
  Part& part = PartOf(key);
  const std::lock_guard lock(part.mutex);
  if (part.writes != reading.writes) return;
  // Somebody who began later was faster.
  const auto there = part.young.find(key);
  if (there != part.young.end() && there->second.read_at > reading.begun) return;
  Put(part, key, {std::move(row), bytes + key.size() + kBytesOfEntry, reading.begun}, over);
}

RowTable::Reading RowTable::BeginWriting(std::string_view key) {
  const TimePoint now = Now();
  Part& part = PartOf(key);
  const std::lock_guard lock(part.mutex);
  Erase(part, key);
  const bool alone = part.writing++ == 0;
  return {.writes = ++part.writes, .quiet = alone, .begun = now};
}

// Of two writes at once nobody here knows which came last, so that neither leaves its row.
void RowTable::EndWriting(const Reading& writing, std::string_view key, RowPtr row, std::size_t bytes) {
  Entries over;
  Part& part = PartOf(key);
  const std::lock_guard lock(part.mutex);
  --part.writing;
  if (row == nullptr || !writing.quiet || part.writes != writing.writes) return;
  Put(part, key, {std::move(row), bytes + key.size() + kBytesOfEntry, writing.begun}, over);
}

void RowTable::BeginWritingSome(absl::FunctionRef<bool(const void* row)> is_one) {
  for (Part& part : parts_) {
    const std::lock_guard lock(part.mutex);
    const auto goes = [&](const auto& entry) { return is_one(entry.second.row.get()); };
    absl::erase_if(part.old, goes);
    absl::erase_if(part.young, [&](const auto& entry) {
      if (!goes(entry)) return false;
      part.young_bytes -= entry.second.bytes;
      return true;
    });
    ++part.writing;
    ++part.writes;
  }
}

void RowTable::EndWritingSome() {
  for (Part& part : parts_) {
    const std::lock_guard lock(part.mutex);
    --part.writing;
  }
}

void RowTable::Put(Part& part, std::string_view key, Entry entry, Entries& over) const {
  Erase(part, key);
  part.young_bytes += entry.bytes;
  part.young.emplace(std::string(key), std::move(entry));
  if (part.young_bytes <= options_.max_bytes / kParts / 2) return;
  over = std::exchange(part.old, std::exchange(part.young, {}));
  part.young_bytes = 0;
}

void RowTable::Erase(Part& part, std::string_view key) {
  part.old.erase(key);
  const auto young = part.young.find(key);
  if (young == part.young.end()) return;
  part.young_bytes -= young->second.bytes;
  part.young.erase(young);
}

}  // namespace oofgg::storage
