#include "rpc/stream_registry.h"

#include <chrono>
#include <utility>

#include "base/session_revoked.h"

namespace oofgg::rpc {
namespace {

Status Reconnect() {
  return WithReason(RetryLater(StatusCode::kUnavailable, "connect again, to be recognised anew",
                               std::chrono::milliseconds(0)),
                    "RECONNECT");
}

}  // namespace

Status StreamRegistry::Add(const std::shared_ptr<StreamHost>& stream, std::string_view session_id,
                           std::optional<std::uint64_t> checked_in) {
  std::string session(session_id);
  const std::lock_guard lock(mutex_);
  if (ended_) return DrainStatus();
  if (ended_sessions_.count(session) > 0) return SessionRevoked();
  if (checked_in.has_value() && *checked_in != generation_) return Reconnect();
  if (!session.empty()) of_session_[session].push_back(stream.get());
  streams_.emplace(stream.get(), Entry{stream, std::move(session)});
  return {};
}

void StreamRegistry::Remove(const StreamHost* stream) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  if (const auto session = of_session_.find(found->second.session_id); session != of_session_.end()) {
    std::erase(session->second, stream);
    if (session->second.empty()) of_session_.erase(session);
  }
  streams_.erase(found);
}

void StreamRegistry::EndAll() {
  std::vector<std::shared_ptr<StreamHost>> streams;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    streams = OpenLocked();
  }
  // Outside the lock, as a stream that ends removes itself.
  for (const auto& stream : streams) stream->Finish(DrainStatus());
}

void StreamRegistry::SendAway() {
  std::vector<std::shared_ptr<StreamHost>> streams;
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
    streams = OpenLocked();
  }
  for (const auto& stream : streams) stream->Finish(Reconnect());
}

std::vector<std::shared_ptr<StreamHost>> StreamRegistry::OpenLocked() const {
  std::vector<std::shared_ptr<StreamHost>> streams;
  streams.reserve(streams_.size());
  for (const auto& [key, entry] : streams_) {
    if (auto stream = entry.stream.lock()) streams.push_back(std::move(stream));
  }
  return streams;
}

void StreamRegistry::EndSession(std::string_view session_id) {
  const std::string session(session_id);
  if (session.empty()) return;
  std::vector<std::shared_ptr<StreamHost>> streams;
  {
    const std::lock_guard lock(mutex_);
    Remember(session);
    const auto found = of_session_.find(session);
    if (found == of_session_.end()) return;
    for (const StreamHost* const key : found->second) {
      if (auto stream = streams_.at(key).stream.lock()) streams.push_back(std::move(stream));
    }
  }
  for (const auto& stream : streams) stream->Finish(SessionRevoked());
}

/// With the lock held.
void StreamRegistry::Remember(const std::string& session_id) {
  if (!ended_sessions_.insert(session_id).second) return;
  ended_in_order_.push_back(session_id);
  if (ended_in_order_.size() <= kRememberedSessions) return;
  ended_sessions_.erase(ended_in_order_.front());
  ended_in_order_.pop_front();
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
