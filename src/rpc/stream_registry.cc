#include "rpc/stream_registry.h"

#include <chrono>
#include <vector>

namespace oofgg::rpc {

bool StreamRegistry::Add(const std::shared_ptr<StreamHost>& stream) {
  const std::lock_guard lock(mutex_);
  if (ended_) return false;
  streams_.emplace(stream.get(), stream);
  return true;
}

void StreamRegistry::Remove(const StreamHost* stream) {
  const std::lock_guard lock(mutex_);
  streams_.erase(stream);
}

void StreamRegistry::EndAll() {
  std::vector<std::shared_ptr<StreamHost>> streams;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    streams.reserve(streams_.size());
    for (const auto& [key, weak] : streams_) {
      if (auto stream = weak.lock()) streams.push_back(std::move(stream));
    }
  }
  // Outside the lock, as a stream that ends removes itself.
  for (const auto& stream : streams) stream->Finish(DrainStatus());
}

std::size_t StreamRegistry::size() const {
  const std::lock_guard lock(mutex_);
  return streams_.size();
}

Status StreamRegistry::DrainStatus() {
  return WithReason(RetryLater(StatusCode::kUnavailable, "this server is going away; connect again",
                               std::chrono::milliseconds(0)),
                    "SERVER_DRAINING");
}

}  // namespace oofgg::rpc
