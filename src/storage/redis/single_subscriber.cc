#include "storage/redis/single_subscriber.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/redis/link.h"
#include "storage/redis/listener.h"
#include "storage/redis/redis_command.h"

namespace oofgg::storage::redis {
namespace {

/// Which channels are wanted, and which the server has been told of; `Fill` makes the second equal the first.
class SingleSubscriber final : public SubscriberCore, public LinkUser {
 public:
  SingleSubscriber(RedisOptions options, std::function<void()> on_rest)
      : on_rest_(std::move(on_rest)), link_(*this, std::move(options)) {}

  void Stop() override { link_.Stop(); }
  void ListenAnew() override { link_.Redial(); }

  void Add(const std::shared_ptr<Listener>& listener) override {
    {
      const std::lock_guard lock(mutex_);
      channels_[listener->channel()].listeners.push_back(listener);
      changed_.insert(listener->channel());
      joined_.insert(listener->channel());
    }
    link_.Wake();
  }

  void Remove(const std::shared_ptr<Listener>& listener) override {
    {
      const std::lock_guard lock(mutex_);
      const auto found = channels_.find(listener->channel());
      if (found == channels_.end()) return;
      std::erase(found->second.listeners, listener);
      if (found->second.IsIdle()) {
        channels_.erase(found);
      } else {
        changed_.insert(listener->channel());
      }
    }
    link_.Wake();
  }

  void OnUp(const HostPort& /*server*/) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, channel] : channels_) changed_.insert(name);
  }

  void OnDown(const Status& /*why*/) override {
    std::vector<std::shared_ptr<Listener>> listeners;
    {
      const std::lock_guard lock(mutex_);
      for (auto& [name, channel] : channels_) {
        channel.told = false;
        channel.unconfirmed = 0;
        listeners.insert(listeners.end(), channel.listeners.begin(), channel.listeners.end());
      }
      std::erase_if(channels_, [](const auto& entry) { return entry.second.IsIdle(); });
    }
    for (const auto& listener : listeners) listener->TellLost();
  }
  void OnNoLink(const Status& /*why*/) override {}

  void Fill(std::string& out) override {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : std::exchange(changed_, {})) {
      const auto found = channels_.find(name);
      if (found == channels_.end()) continue;
      Channel& channel = found->second;
      const bool wanted = !channel.listeners.empty();
      if (wanted && !channel.told) {
        RedisCommand({"SUBSCRIBE", name}).AppendTo(out);
        ++channel.unconfirmed;
      } else if (!wanted && channel.told) {
        RedisCommand({"UNSUBSCRIBE", name}).AppendTo(out);
      }
      channel.told = wanted;
      if (channel.IsIdle()) channels_.erase(found);
    }
  }

  // RESP2 answers it with an array and RESP3 with a string; any sign of life will do.
  void AddPing(std::string& out) override { RedisCommand({"PING"}).AppendTo(out); }

  TimePoint OnTime(TimePoint /*now*/) override {
    for (const auto& listener : Joined()) listener->TellSubscribed();
    if (on_rest_) on_rest_();
    return kNever;
  }

  Status OnReply(RedisReply reply) override {
    if (reply.is_error()) return StatusOfError(reply);
    if (reply.elements.size() != 3) return absl::OkStatus();  // The answer to a PING.
    const std::string& kind = reply.elements[0].text;
    const std::string& channel = reply.elements[1].text;
    if (kind == "message") {
      for (const auto& listener : ListenersOf(channel)) listener->Tell(reply.elements[2].text);
    } else if (kind == "subscribe") {
      for (const auto& listener : Confirm(channel)) listener->TellSubscribed();
    }
    return absl::OkStatus();
  }

 private:
  struct Channel {
    std::vector<std::shared_ptr<Listener>> listeners;
    bool told = false;            // SUBSCRIBE is the last that the server was sent about it.
    std::size_t unconfirmed = 0;  // How many SUBSCRIBE it has not confirmed yet.

    [[nodiscard]] bool IsConfirmed() const { return told && unconfirmed == 0; }
    [[nodiscard]] bool IsIdle() const { return listeners.empty() && !told && unconfirmed == 0; }
  };
  using Listeners = std::vector<std::shared_ptr<Listener>>;

  Listeners ListenersOf(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(name);
    return found == channels_.end() ? Listeners() : found->second.listeners;
  }

  /// Whom a confirmation concerns: all, unless it is that of an earlier SUBSCRIBE than the last.
  Listeners Confirm(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(name);
    if (found == channels_.end()) return {};
    Channel& channel = found->second;
    if (channel.unconfirmed > 0) --channel.unconfirmed;
    if (channel.IsConfirmed()) return channel.listeners;
    if (channel.IsIdle()) channels_.erase(found);
    return {};
  }

  /// Who may have joined a channel that was confirmed before.
  Listeners Joined() {
    const std::lock_guard lock(mutex_);
    Listeners listeners;
    for (const std::string& name : std::exchange(joined_, {})) {
      const auto found = channels_.find(name);
      if (found == channels_.end() || !found->second.IsConfirmed()) continue;
      listeners.insert(listeners.end(), found->second.listeners.begin(), found->second.listeners.end());
    }
    return listeners;
  }

  const std::function<void()> on_rest_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<std::string, Channel> channels_;
  std::set<std::string> changed_;  // Channels that `Fill` has to look at,
  std::set<std::string> joined_;   // and those that somebody has joined.
  Link link_;                      // Last: its thread uses the others.
};

}  // namespace

std::shared_ptr<SubscriberCore> MakeSingleSubscriber(RedisOptions options, std::function<void()> on_rest) {
  return std::make_shared<SingleSubscriber>(std::move(options), std::move(on_rest));
}

}  // namespace oofgg::storage::redis
