#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/redis/presence/instance_codec.h"

// What others who write to the same Redis may have put there, or said, in the place of an instance. The first
// byte of an input says which of the four it is. What is taken is written again, and read again as the same.
namespace oofgg::storage::instance_codec {
namespace {

using Registration = PresenceTable::Registration;

void Require(bool promise) {
  if (!promise) std::abort();
}

std::string Sized(std::string_view text) {
  std::string bytes{static_cast<char>(text.size() >> 8), static_cast<char>(text.size())};
  return bytes.append(text);
}

void TryUser(std::string_view bytes) {
  const auto entries = DecodeUser("ann", bytes);
  if (!entries.has_value()) return;
  std::string again;
  for (const auto& each : *entries) {
    Require(each.registration.user_id == "ann");
    again += LifeBytes(each.life) + Sized(EncodeEntry(each.registration));
  }
  const auto read = DecodeUser("ann", again);
  Require(read.has_value() && read->size() == entries->size());
  for (std::size_t i = 0; i < read->size(); ++i) {
    Require((*read)[i].life == (*entries)[i].life && (*read)[i].registration == (*entries)[i].registration);
  }
}

void TryShardMessage(std::string_view bytes) {
  const auto message = DecodeShardMessage(bytes);
  if (!message.has_value()) return;
  std::string again = LifeBytes(message->life);
  for (const Registration& each : message->registrations) {
    again += Sized(each.user_id) + Sized(EncodeEntry(each));
  }
  const auto read = DecodeShardMessage(again);
  Require(read.has_value() && read->life == message->life && read->registrations == message->registrations);
}

void TryBeat(std::string_view bytes) {
  const auto beat = DecodeBeat(bytes);
  if (!beat.has_value()) return;
  Require(beat->ttl.count() >= 0);
  const auto read = DecodeBeat(EncodeBeat(*beat));
  Require(read.has_value() && read->life == beat->life && read->ttl == beat->ttl &&
          read->record == beat->record);
}

void TryFarewell(std::string_view bytes) {
  const auto farewell = DecodeFarewell(bytes);
  if (!farewell.has_value()) return;
  Require(EncodeFarewell(*farewell) == bytes);
}

}  // namespace
}  // namespace oofgg::storage::instance_codec

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace codec = oofgg::storage::instance_codec;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      codec::TryUser(bytes);
      break;
    case 1:
      codec::TryShardMessage(bytes);
      break;
    case 2:
      codec::TryBeat(bytes);
      break;
    default:
      codec::TryFarewell(bytes);
  }
  return 0;
}
