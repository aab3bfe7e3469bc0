#include "storage/redis/cluster_subscriber.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/redis/key_slot.h"
#include "storage/redis/listener.h"
#include "storage/redis/shard_link.h"
#include "storage/redis/slot_watch.h"

namespace oofgg::storage::redis {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBetweenPlacings = 50ms;  // Of a channel that its master refused.
constexpr std::size_t kMostHosts = 2000;

/// Which channels are wanted, and on which master's link each is. What happens on the links comes to the
/// watch's thread, where all callbacks run.
class ClusterSubscriber final : public SubscriberCore, public ShardLinkOwner, public SlotWatchUser {
 public:
  ClusterSubscriber(RedisOptions options, std::function<void()> on_rest)
      : options_(options), on_rest_(std::move(on_rest)), owners_(kSlots), watch_(*this, std::move(options)) {}
  ~ClusterSubscriber() override { ClusterSubscriber::Stop(); }
  ClusterSubscriber(const ClusterSubscriber&) = delete;
  ClusterSubscriber& operator=(const ClusterSubscriber&) = delete;

  void Stop() override;
  void Add(const std::shared_ptr<Listener>& listener) override;
  void Remove(const std::shared_ptr<Listener>& listener) override;
  void ListenAnew() override;

  void OnShardEvent(ShardEvent event) override;

  void OnSlots(const SlotRanges& slots) override;
  void OnNoSlots(const Status& /*why*/) override {}
  TimePoint OnTime(TimePoint now) override;

 private:
  using Listeners = std::vector<std::shared_ptr<Listener>>;
  using LinkPtr = std::shared_ptr<ShardLink>;

  struct Channel {
    Listeners listeners;
    LinkPtr link;  // Null: not placed.
    bool confirmed = false;
    TimePoint not_before = TimePoint::min();  // Of the next placing.

    [[nodiscard]] bool IsOn(std::uint64_t its_link) const {
      return link != nullptr && link->number() == its_link;
    }
  };

  void Take(const ShardEvent& event, TimePoint now);
  void TakeGone(const ShardEvent& event, TimePoint now);
  void TakeLost(std::uint64_t link);
  [[nodiscard]] LinkPtr LinkTo(const HostPort& address);
  [[nodiscard]] Listeners Place(const std::string& name, TimePoint now);
  void PlaceChanged(TimePoint now);
  void TellJoined();
  void LetLinksGo();

  const RedisOptions options_;
  const std::function<void()> on_rest_;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, Channel> channels_;
  std::set<std::string> changed_;  // Channels that have to be looked at,
  std::set<std::string> joined_;   // and those that somebody has joined.
  bool listens_anew_ = false;
  std::vector<ShardEvent> events_;  // From the links,
  std::size_t event_bytes_ = 0;     // with so much in them.
  bool stopped_ = false;
  std::condition_variable room_;  // For more of them.

  // Of the watch's thread.
  std::vector<HostPort> owners_;  // By slot; port 0: nobody.
  std::vector<LinkPtr> links_;
  std::vector<LinkPtr> leaving_;
  std::uint64_t links_made_ = 0;
  std::vector<ShardEvent> taken_;
  SlotWatch watch_;  // Last: its thread uses the others.
};

void ClusterSubscriber::Stop() {
  watch_.Stop();
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  room_.notify_all();
  for (const std::vector<LinkPtr>* links : {&links_, &leaving_}) {
    for (const LinkPtr& link : *links) link->BeginToStop();
  }
  for (const std::vector<LinkPtr>* links : {&links_, &leaving_}) {
    for (const LinkPtr& link : *links) link->Stop();
  }
}

void ClusterSubscriber::Add(const std::shared_ptr<Listener>& listener) {
  {
    const std::lock_guard lock(mutex_);
    channels_[listener->channel()].listeners.push_back(listener);
    changed_.insert(listener->channel());
    joined_.insert(listener->channel());
  }
  watch_.Wake();
}

void ClusterSubscriber::Remove(const std::shared_ptr<Listener>& listener) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(listener->channel());
    if (found == channels_.end()) return;
    std::erase(found->second.listeners, listener);
    changed_.insert(listener->channel());
  }
  watch_.Wake();
}

void ClusterSubscriber::ListenAnew() {
  {
    const std::lock_guard lock(mutex_);
    listens_anew_ = true;
  }
  watch_.Wake();
}

/// Callbacks that are slower than the messages come keep the links from reading, so that these pile up at
/// Redis, which knows a bound, and not here.
void ClusterSubscriber::OnShardEvent(ShardEvent event) {
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return stopped_ || event_bytes_ < options_.max_reply_bytes; });
    event_bytes_ += sizeof event + event.channel.size() + event.message.size();
    events_.push_back(std::move(event));
  }
  watch_.Wake();
}

void ClusterSubscriber::OnSlots(const SlotRanges& slots) {
  std::vector<HostPort> owners(kSlots);
  for (const SlotRange& range : slots.ranges) {
    std::fill(owners.begin() + range.first, owners.begin() + range.last + 1, range.master);
  }
  if (owners == owners_) return;
  owners_ = std::move(owners);
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, channel] : channels_) changed_.insert(name);
  }
  std::erase_if(links_, [&](const LinkPtr& link) {
    const bool stays = std::any_of(slots.ranges.begin(), slots.ranges.end(),
                                   [&](const SlotRange& range) { return range.master == link->address(); });
    if (!stays) leaving_.push_back(link);
    return !stays;
  });
}

TimePoint ClusterSubscriber::OnTime(TimePoint now) {
  {
    const std::lock_guard lock(mutex_);
    taken_.swap(events_);
    if (std::exchange(listens_anew_, false)) {
      for (const LinkPtr& link : links_) link->Redial();
    }
    event_bytes_ = 0;
  }
  room_.notify_all();
  for (const ShardEvent& event : taken_) Take(event, now);
  taken_.clear();
  PlaceChanged(now);
  TellJoined();
  if (on_rest_) on_rest_();
  LetLinksGo();
  const std::lock_guard lock(mutex_);
  return changed_.empty() && leaving_.empty() ? kNever : now + kBetweenPlacings;
}

/// What comes from a link that the channel is no more on is of no concern: that has been told already.
void ClusterSubscriber::Take(const ShardEvent& event, TimePoint now) {
  if (event.kind == ShardEvent::Kind::kLost) return TakeLost(event.link);
  if (event.kind == ShardEvent::Kind::kGone) return TakeGone(event, now);
  Listeners listeners;
  {
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(event.channel);
    if (found == channels_.end() || !found->second.IsOn(event.link)) return;
    if (event.kind == ShardEvent::Kind::kConfirmed) found->second.confirmed = true;
    listeners = found->second.listeners;
  }
  for (const auto& listener : listeners) {
    if (event.kind == ShardEvent::Kind::kConfirmed) {
      listener->TellSubscribed();
    } else {
      listener->Tell(event.message);
    }
  }
}

void ClusterSubscriber::TakeGone(const ShardEvent& event, TimePoint now) {
  watch_.Refresh();
  Listeners listeners;
  {
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(event.channel);
    if (found == channels_.end() || !found->second.IsOn(event.link)) return;
    Channel& channel = found->second;
    channel.link = nullptr;
    channel.confirmed = false;
    channel.not_before = now + kBetweenPlacings;
    if (event.redirect) {
      HostPort& owner = owners_[event.redirect->slot];
      if (owner != event.redirect->to) channel.not_before = now;
      owner = event.redirect->to;
    }
    changed_.insert(event.channel);
    listeners = channel.listeners;
  }
  for (const auto& listener : listeners) listener->TellLost();
}

void ClusterSubscriber::TakeLost(std::uint64_t link) {
  watch_.Refresh();
  Listeners listeners;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [name, channel] : channels_) {
      if (!channel.IsOn(link)) continue;
      channel.confirmed = false;
      listeners.insert(listeners.end(), channel.listeners.begin(), channel.listeners.end());
    }
  }
  for (const auto& listener : listeners) listener->TellLost();
}

ClusterSubscriber::LinkPtr ClusterSubscriber::LinkTo(const HostPort& address) {
  for (const LinkPtr& link : links_) {
    if (link->address() == address) return link;
  }
  if (address.port == 0 || links_.size() >= kMostHosts) return nullptr;
  return links_.emplace_back(std::make_shared<ShardLink>(*this, options_, address, ++links_made_));
}

/// Puts a channel where its slot is, under the lock. Who has to be told that it was elsewhere?
ClusterSubscriber::Listeners ClusterSubscriber::Place(const std::string& name, TimePoint now) {
  const auto found = channels_.find(name);
  if (found == channels_.end()) return {};
  Channel& channel = found->second;
  if (channel.listeners.empty()) {
    if (channel.link != nullptr) channel.link->Unwant(name);
    channels_.erase(found);
    return {};
  }
  if (channel.link == nullptr && now < channel.not_before) {
    changed_.insert(name);
    return {};
  }
  LinkPtr link = LinkTo(owners_[KeySlot(name)]);
  if (link == channel.link) return {};
  if (channel.link != nullptr) channel.link->Unwant(name);
  if (link != nullptr) link->Want(name);
  channel.link = std::move(link);
  channel.confirmed = false;
  return channel.listeners;
}

void ClusterSubscriber::PlaceChanged(TimePoint now) {
  Listeners listeners;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : std::exchange(changed_, {})) {
      const Listeners moved = Place(name, now);
      listeners.insert(listeners.end(), moved.begin(), moved.end());
    }
  }
  for (const auto& listener : listeners) listener->TellLost();
}

void ClusterSubscriber::TellJoined() {
  Listeners listeners;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : std::exchange(joined_, {})) {
      const auto found = channels_.find(name);
      if (found == channels_.end() || !found->second.confirmed) continue;
      listeners.insert(listeners.end(), found->second.listeners.begin(), found->second.listeners.end());
    }
  }
  for (const auto& listener : listeners) listener->TellSubscribed();
}

void ClusterSubscriber::LetLinksGo() {
  std::erase_if(leaving_, [](const LinkPtr& link) {
    link->BeginToStop();
    return link->has_ended();
  });
}

}  // namespace

std::shared_ptr<SubscriberCore> MakeClusterSubscriber(RedisOptions options, std::function<void()> on_rest) {
  return std::make_shared<ClusterSubscriber>(std::move(options), std::move(on_rest));
}

}  // namespace oofgg::storage::redis
