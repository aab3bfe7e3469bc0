#include "storage/redis/redis_reply.h"

#include <array>
#include <utility>

namespace oofgg::storage {
namespace {

constexpr std::array<std::pair<std::string_view, StatusCode>, 15> kCodes{{
    {"WRONGPASS", StatusCode::kPermissionDenied},
    {"NOAUTH", StatusCode::kPermissionDenied},
    {"NOPERM", StatusCode::kPermissionDenied},
    {"LOADING", StatusCode::kUnavailable},
    {"BUSY", StatusCode::kUnavailable},
    {"MASTERDOWN", StatusCode::kUnavailable},
    {"READONLY", StatusCode::kUnavailable},
    {"TRYAGAIN", StatusCode::kUnavailable},
    {"CLUSTERDOWN", StatusCode::kUnavailable},
    {"NOREPLICAS", StatusCode::kUnavailable},
    {"MISCONF", StatusCode::kUnavailable},  // The disk refuses: nothing is written until it takes again.
    {"UNKILLABLE", StatusCode::kUnavailable},
    {"OOM", StatusCode::kResourceExhausted},
    {"CROSSSLOT", StatusCode::kInvalidArgument},
    {"EXECABORT", StatusCode::kInternal},
}};

std::string_view FirstWord(std::string_view text) { return text.substr(0, text.find(' ')); }

std::string_view NameOf(RedisReply::Kind kind) {
  switch (kind) {
    case RedisReply::Kind::kNil:
      return "nothing";
    case RedisReply::Kind::kInteger:
      return "an integer";
    case RedisReply::Kind::kDouble:
      return "a double";
    case RedisReply::Kind::kBool:
      return "a boolean";
    case RedisReply::Kind::kString:
      return "a string";
    case RedisReply::Kind::kError:
      return "an error";
    case RedisReply::Kind::kArray:
      return "an array";
    case RedisReply::Kind::kMap:
      return "a map";
    case RedisReply::Kind::kSet:
      return "a set";
    case RedisReply::Kind::kPush:
      return "a push";
  }
  return "something unknown";
}

Status Unexpected(std::string_view wanted, const RedisReply& reply) {
  if (reply.is_error()) return StatusOfError(reply);
  return MakeStatus(StatusCode::kInternal, "Redis answered " + std::string(NameOf(reply.kind)) + " where " +
                                               std::string(wanted) + " was expected");
}

}  // namespace

StatusOr<std::int64_t> RedisReply::AsInteger() const {
  if (kind != Kind::kInteger && kind != Kind::kBool) return Unexpected("an integer", *this);
  return integer;
}

StatusOr<std::string_view> RedisReply::AsText() const {
  if (kind != Kind::kString) return Unexpected("a string", *this);
  return std::string_view(text);
}

Status StatusOfError(const RedisReply& error) {
  const std::string_view word = FirstWord(error.text);
  StatusCode code = StatusCode::kInternal;
  for (const auto& [name, its_code] : kCodes) {
    if (word == name) code = its_code;
  }
  // To an unknown command Redis repeats its arguments, which are not for logs.
  std::string_view text = error.text;
  text = text.substr(0, text.find(", with args"));
  constexpr std::size_t kLongest = 200;
  return MakeStatus(code, "Redis: " + std::string(text.substr(0, kLongest)));
}

bool IsErrorOf(const RedisReply& reply, std::string_view word) {
  return reply.is_error() && FirstWord(reply.text) == word;
}

}  // namespace oofgg::storage
