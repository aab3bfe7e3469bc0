#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"

namespace oofgg::storage {

/// What Redis answered. RESP2 and RESP3 alike, but for what only RESP3 tells apart: a server before version 6
/// sends maps and sets as arrays, doubles as strings, booleans as integers.
struct RedisReply {
  enum class Kind { kNil, kInteger, kDouble, kBool, kString, kError, kArray, kMap, kSet, kPush };

  Kind kind = Kind::kNil;
  std::int64_t integer = 0;            ///< kInteger; kBool as 0 or 1.
  double number = 0.0;                 ///< kDouble.
  std::string text{};                  ///< kString (bulk, simple, verbatim, big number) and kError.
  std::vector<RedisReply> elements{};  ///< kArray, kSet, kPush; kMap as key, value, key, value, …

  [[nodiscard]] bool is_nil() const { return kind == Kind::kNil; }
  [[nodiscard]] bool is_error() const { return kind == Kind::kError; }

  /// The value as what the caller expects. Errors: kInternal if it is something else.
  [[nodiscard]] StatusOr<std::int64_t> AsInteger() const;
  [[nodiscard]] StatusOr<std::string_view> AsText() const;
};

/// The status of a kError, by the word it begins with (https://redis.io/docs: "Redis serialization protocol",
/// simple errors); without the arguments that Redis repeats in some.
/// kPermissionDenied (wrong or missing credentials, or an ACL forbids it) · kUnavailable (loading, busy, no
/// master; try again) · kResourceExhausted (Redis is out of memory) ·
/// kInvalidArgument (in a cluster, keys of several slots) · kInternal (all others).
[[nodiscard]] Status StatusOfError(const RedisReply& error);

/// Whether the error begins with `word`, such as "NOSCRIPT".
[[nodiscard]] bool IsErrorOf(const RedisReply& reply, std::string_view word);

}  // namespace oofgg::storage
