#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "storage/redis/game/events/event_codec.h"

// What others who write to the same Redis may have put in the place of a session's log. The first byte of an
// input says which of the two it is. What is taken is written again, and read again as the same.
namespace oofgg::storage::event_codec {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

void TryEntry(std::string_view bytes) {
  const auto entry = Decode(bytes);
  if (!entry.has_value()) return;
  const std::string again = Encode(*entry);
  const auto read = Decode(again);
  Require(read.has_value() && Encode(*read) == again);
  Require(read->effect == entry->effect && read->event.name == entry->event.name);
  Require(read->why == entry->why && read->row_version == entry->row_version);
}

void TryBatch(std::string_view bytes) {
  const auto batch = DecodeBatch(bytes);
  if (!batch.has_value()) return;
  Require(batch->previous < batch->first && !batch->entries.empty());
  std::size_t size = 17;
  for (const std::string_view each : batch->entries) size += 4 + each.size();
  Require(size == bytes.size());
}

}  // namespace
}  // namespace oofgg::storage::event_codec

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace codec = oofgg::storage::event_codec;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  data[0] % 2 == 0 ? codec::TryEntry(bytes) : codec::TryBatch(bytes);
  return 0;
}
