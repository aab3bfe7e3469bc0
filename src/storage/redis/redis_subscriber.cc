#include "storage/redis/redis_subscriber.h"

#include <utility>

#include "storage/redis/cluster_subscriber.h"
#include "storage/redis/listener.h"
#include "storage/redis/single_subscriber.h"

namespace oofgg::storage {

RedisSubscription& RedisSubscription::operator=(RedisSubscription&& other) noexcept {
  if (this != &other) {
    Cancel();
    core_ = std::exchange(other.core_, {});
    listener_ = std::exchange(other.listener_, nullptr);
  }
  return *this;
}

void RedisSubscription::Cancel() {
  if (listener_ == nullptr) return;
  if (const auto core = core_.lock()) core->Remove(listener_);
  std::exchange(listener_, nullptr)->Close();
}

RedisSubscriber::RedisSubscriber(RedisOptions options, std::function<void()> on_rest)
    : core_(options.url.is_cluster ? redis::MakeClusterSubscriber(std::move(options), std::move(on_rest))
                                   : redis::MakeSingleSubscriber(std::move(options), std::move(on_rest))) {}

RedisSubscriber::~RedisSubscriber() { core_->Stop(); }

void RedisSubscriber::ListenAnew() { core_->ListenAnew(); }

RedisSubscription RedisSubscriber::Subscribe(std::string channel, OnMessage on_message, OnState on_state) {
  auto listener =
      std::make_shared<redis::Listener>(std::move(channel), std::move(on_message), std::move(on_state));
  core_->Add(listener);
  return {core_, std::move(listener)};
}

}  // namespace oofgg::storage
