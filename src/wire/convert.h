#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "oofgg/clock.h"
#include "oofgg/status.h"

/// What the conversions of wire/proto_*.h share. Internal: only rpc and wire's tests may include this.
namespace oofgg::wire {

/// How to take values that the plain structs cannot hold.
enum class Reading {
  kStrict,    ///< A server refuses them with the field's name: guessing what a caller meant does harm later.
  kTolerant,  ///< A client takes the nearest or the default: a later server must not break a shipped game.
};

/// The nearest value that `To` can hold.
template <std::integral To, std::integral From>
[[nodiscard]] constexpr To Saturated(From value) {
  if (std::cmp_less(value, std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
  if (std::cmp_greater(value, std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
  return static_cast<To>(value);
}

/// The number in `text`; empty is 0, as proto3 writes it for a string that was never set.
Status ReadDecimal(std::string_view text, std::string_view field, Reading reading, std::uint32_t& to);

/// True if `value` is one of 0 … `last`; where it is not, `status` says so in strict reading.
[[nodiscard]] bool IsKnown(int value, int last, std::string_view field, Reading reading, Status& status);

/// A plain enum with the numbers of the wire's, the highest of which is `last`.
template <class Enum>
Status ReadEnum(int value, int last, std::string_view field, Reading reading, Enum& to) {
  Status status;
  to = IsKnown(value, last, field, reading, status) ? static_cast<Enum>(value) : Enum{};
  return status;
}

/// A wire enum of the same numbers.
template <class ProtoEnum, class Enum>
[[nodiscard]] ProtoEnum WrittenEnum(Enum value) {
  return static_cast<ProtoEnum>(static_cast<int>(value));
}

void WriteTimestamp(WallTime time, ::google::protobuf::Timestamp& to);

/// Clamped to what WallTime can hold, some 292 years around 1970.
[[nodiscard]] WallTime ReadTimestamp(const ::google::protobuf::Timestamp& from);

/// Milliseconds since 1970, as oofgg.v1 writes moments; rounded down.
[[nodiscard]] std::int64_t MillisOf(WallTime time);

/// Clamped as above.
[[nodiscard]] WallTime TimeOfMillis(std::int64_t millis);

/// A span of time that a caller asks for: 0 to a hundred years, so that a sum with it is still a moment.
Status ReadSeconds(std::int64_t count, std::string_view field, Reading reading, std::chrono::seconds& to);

/// kUnknown if a wrapped answer carries a code of its own. Ours never do: failures are gRPC statuses.
[[nodiscard]] Status CheckCode(int code, std::string_view message);

/// kInternal: the answer came without the object that was asked for.
[[nodiscard]] Status LacksData(std::string_view what);

}  // namespace oofgg::wire
