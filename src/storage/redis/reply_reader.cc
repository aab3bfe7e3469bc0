#include "storage/redis/reply_reader.h"

#include <read.h>

#include <string>
#include <utility>

namespace oofgg::storage::redis {
namespace {

constexpr std::size_t kMaxNodes = 1 << 20;
constexpr int kMaxDepth = 32;

int DepthOf(const redisReadTask* task) {
  int depth = 0;
  for (; task != nullptr; task = task->parent) ++depth;
  return depth;
}

RedisReply::Kind KindOf(int type) {
  switch (type) {
    case REDIS_REPLY_ERROR:
      return RedisReply::Kind::kError;
    case REDIS_REPLY_INTEGER:
      return RedisReply::Kind::kInteger;
    case REDIS_REPLY_DOUBLE:
      return RedisReply::Kind::kDouble;
    case REDIS_REPLY_BOOL:
      return RedisReply::Kind::kBool;
    case REDIS_REPLY_NIL:
      return RedisReply::Kind::kNil;
    case REDIS_REPLY_ARRAY:
      return RedisReply::Kind::kArray;
    case REDIS_REPLY_MAP:
      return RedisReply::Kind::kMap;
    case REDIS_REPLY_SET:
      return RedisReply::Kind::kSet;
    case REDIS_REPLY_PUSH:
    case REDIS_REPLY_ATTR:
      return RedisReply::Kind::kPush;  // Out of band as well: no command asked for it.
    default:
      return RedisReply::Kind::kString;
  }
}

/// Puts a value where it belongs: the root on the heap, all others behind the siblings that came before.
/// Those are complete, so that nobody holds a pointer into the vector when it grows. Null makes hiredis give
/// up.
RedisReply* Place(const redisReadTask* task, RedisReply reply) {
  std::size_t& nodes = *static_cast<std::size_t*>(task->privdata);
  if (++nodes > kMaxNodes) return nullptr;
  if (task->parent == nullptr) return new RedisReply(std::move(reply));
  return &static_cast<RedisReply*>(task->parent->obj)->elements.emplace_back(std::move(reply));
}

void* CreateString(const redisReadTask* task, char* text, std::size_t size) {
  if (task->type == REDIS_REPLY_VERB && size >= 4) {  // "txt:", "mkd:"
    text += 4;
    size -= 4;
  }
  return Place(task, {.kind = KindOf(task->type), .text = std::string(text, size)});
}

// The count that a server announces is not believed: memory grows with what really comes.
void* CreateArray(const redisReadTask* task, std::size_t /*elements*/) {
  if (DepthOf(task) > kMaxDepth) return nullptr;
  return Place(task, {.kind = KindOf(task->type)});
}

void* CreateInteger(const redisReadTask* task, long long value) {
  return Place(task, {.kind = RedisReply::Kind::kInteger, .integer = value});
}

void* CreateDouble(const redisReadTask* task, double value, char* /*text*/, std::size_t /*size*/) {
  return Place(task, {.kind = RedisReply::Kind::kDouble, .number = value});
}

void* CreateNil(const redisReadTask* task) { return Place(task, {}); }

void* CreateBool(const redisReadTask* task, int value) {
  return Place(task, {.kind = RedisReply::Kind::kBool, .integer = value != 0 ? 1 : 0});
}

// Only ever asked to free a root.
void FreeObject(void* object) { delete static_cast<RedisReply*>(object); }

redisReplyObjectFunctions functions = {.createString = CreateString,
                                       .createArray = CreateArray,
                                       .createInteger = CreateInteger,
                                       .createDouble = CreateDouble,
                                       .createNil = CreateNil,
                                       .createBool = CreateBool,
                                       .freeObject = FreeObject};

}  // namespace

void ReplyReader::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

ReplyReader::ReplyReader(std::size_t max_reply_bytes)
    : max_reply_bytes_(max_reply_bytes), reader_(redisReaderCreateWithFunctions(&functions)) {
  reader_->privdata = &nodes_;
  reader_->maxelements = static_cast<long long>(kMaxNodes);
}

Status ReplyReader::Feed(std::string_view bytes) {
  unfinished_bytes_ += bytes.size();
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) {
    return MakeStatus(StatusCode::kInternal, "the Redis server's reply cannot be kept");
  }
  return absl::OkStatus();
}

StatusOr<std::optional<RedisReply>> ReplyReader::Next() {
  void* object = nullptr;
  if (redisReaderGetReply(reader_.get(), &object) != REDIS_OK) {
    return MakeStatus(StatusCode::kInternal, "the server does not speak the protocol of Redis");
  }
  if (object == nullptr) {
    if (unfinished_bytes_ <= max_reply_bytes_) return std::optional<RedisReply>();
    return MakeStatus(StatusCode::kInternal, "the Redis server's reply is longer than " +
                                                 std::to_string(max_reply_bytes_) + " bytes");
  }
  const std::unique_ptr<RedisReply> root(static_cast<RedisReply*>(object));
  unfinished_bytes_ = reader_->len - reader_->pos;
  nodes_ = 0;
  return std::optional<RedisReply>(std::move(*root));
}

}  // namespace oofgg::storage::redis
