#include "tests/unit/net_websocket/fake_sessions.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include "game/session_events.h"

namespace oofgg::net {

class FakeSessions::Stream final : public StreamHandler<GameEvent, GameEvent> {
 public:
  Stream(FakeSessions& room, std::string player, std::shared_ptr<StreamHost> host,
         std::function<void(const Status&)> on_refused)
      : room_(room), player_(std::move(player)), host_(std::move(host)), on_refused_(std::move(on_refused)) {
    const std::lock_guard lock(room_.mutex_);
    ++room_.handlers_;
  }

  void OnMessage(GameEvent message) override {
    const Alone alone(*this);
    if (!IsAtHand()) room_.Wait();
    if (session_.empty()) return Enter(message);
    if (game::IsServerEvent(message.name)) return on_refused_(InvalidField("event_name", "is the backend's"));
    if (message.name == "too fast") {
      return on_refused_(
          RetryLater(StatusCode::kResourceExhausted, "too fast", std::chrono::milliseconds(10)));
    }
    message.player_id = player_;
    room_.Publish(std::move(message));
  }

  void OnClose() override {
    const Alone alone(*this);
    const std::lock_guard lock(room_.mutex_);
    --room_.handlers_;
    if (session_.empty()) return;
    auto& streams = room_.sessions_[session_].streams;
    streams.erase(std::remove(streams.begin(), streams.end(), this), streams.end());
    --room_.streams_;
  }

  std::optional<GameEvent> Next() override {
    const Alone alone(*this);
    if (!IsAtHand()) room_.Wait();
    const std::lock_guard lock(room_.mutex_);
    const auto& events = room_.sessions_[session_].events;
    if (next_ >= events.size()) return std::nullopt;
    GameEvent event = events[next_++];
    event.session_id = session_;
    return event;
  }

  [[nodiscard]] bool IsAtHand() const override { return !session_.empty() && !is_slow(); }

  [[nodiscard]] const std::shared_ptr<StreamHost>& host() const { return host_; }

 private:
  struct Alone {
    explicit Alone(Stream& in) : stream(in) {
      if (stream.busy_.exchange(true)) stream.room_.overlapped_ = true;
    }
    ~Alone() { stream.busy_ = false; }
    Stream& stream;
  };

  [[nodiscard]] bool is_slow() const { return session_ == "slow"; }

  void Enter(const GameEvent& first) {
    if (first.session_id == "forbidden") {
      return host_->Finish(MakeStatus(StatusCode::kPermissionDenied, "is for its members"));
    }
    if (first.session_id == "missing")
      return host_->Finish(MakeStatus(StatusCode::kNotFound, "is not there"));
    if (first.session_id == "away") return host_->Finish(MakeStatus(StatusCode::kUnavailable, "try later"));
    const std::lock_guard lock(room_.mutex_);
    Session& session = room_.sessions_[first.session_id];
    if (first.sequence > session.events.size()) {
      return host_->Finish(
          WithReason(MakeStatus(StatusCode::kOutOfRange, "events 1 to 5 are gone"), "EVENTS_GONE"));
    }
    session_ = first.session_id;
    next_ = first.sequence > 0 ? first.sequence : session.events.size();
    session.streams.push_back(this);
    ++room_.streams_;
    ++room_.entries_;
  }

  FakeSessions& room_;
  const std::string player_;
  const std::shared_ptr<StreamHost> host_;
  const std::function<void(const Status&)> on_refused_;
  std::string session_;
  std::size_t next_ = 0;
  std::atomic<bool> busy_ = false;
};

OpenEvents FakeSessions::Opener() {
  return [this](const CallContext& context, std::shared_ptr<StreamHost> host,
                std::function<void(const Status&)> on_refused) -> StatusOr<EventHandler> {
    return EventHandler(
        std::make_shared<Stream>(*this, context.caller->user_id, std::move(host), std::move(on_refused)));
  };
}

void FakeSessions::Say(GameEvent event) { Publish(std::move(event)); }

std::uint64_t FakeSessions::Publish(GameEvent event) {
  std::vector<std::shared_ptr<StreamHost>> hosts;
  std::uint64_t sequence = 0;
  {
    const std::lock_guard lock(mutex_);
    Session& session = sessions_[event.session_id];
    sequence = session.events.size() + 1;
    event.sequence = sequence;
    if (!event.name.empty()) event.id = event.session_id + "/" + std::to_string(sequence);
    session.events.push_back(std::move(event));
    for (const Stream* stream : session.streams) hosts.push_back(stream->host());
  }
  for (const auto& host : hosts) host->Wake();
  return sequence;
}

void FakeSessions::End(const std::string& session_id, const Status& why) {
  std::vector<std::shared_ptr<StreamHost>> hosts;
  {
    const std::lock_guard lock(mutex_);
    for (const Stream* stream : sessions_[session_id].streams) hosts.push_back(stream->host());
  }
  for (const auto& host : hosts) host->Finish(why);
}

std::size_t FakeSessions::streams() const {
  const std::lock_guard lock(mutex_);
  return streams_;
}

std::size_t FakeSessions::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

std::size_t FakeSessions::handlers() const {
  const std::lock_guard lock(mutex_);
  return handlers_;
}

std::vector<GameEvent> FakeSessions::events(const std::string& session_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(session_id);
  return found == sessions_.end() ? std::vector<GameEvent>() : found->second.events;
}

}  // namespace oofgg::net
