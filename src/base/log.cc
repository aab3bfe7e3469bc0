#include "oofgg/log.h"

#include <memory>
#include <mutex>
#include <utility>

namespace oofgg {
namespace {

struct SinkHolder {
  std::mutex mutex;
  std::shared_ptr<const LogSink> sink;  // Null drops every line.
};

SinkHolder& Holder() {
  static SinkHolder& holder = *new SinkHolder;
  return holder;
}

}  // namespace

void SetLogSink(LogSink sink) {
  auto shared = sink ? std::make_shared<const LogSink>(std::move(sink)) : nullptr;
  SinkHolder& holder = Holder();
  const std::lock_guard lock(holder.mutex);
  holder.sink.swap(shared);
}

void Log(LogLevel level, std::string_view room, std::string_view message) {
  // The copy keeps the sink alive while it runs, without running it under the lock.
  std::shared_ptr<const LogSink> sink;
  {
    SinkHolder& holder = Holder();
    const std::lock_guard lock(holder.mutex);
    sink = holder.sink;
  }
  if (sink != nullptr) (*sink)(level, room, message);
}

}  // namespace oofgg
