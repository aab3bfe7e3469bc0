#include "oofgg/presence_client.h"

#include <utility>

#include "client/presence_feed.h"

namespace oofgg {

PresenceWatch PresenceClient::Watch(std::vector<std::string> friends, OnUpdate on_update) {
  auto feed = std::make_shared<internal::PresenceFeed>(core_, std::move(friends), std::move(on_update));
  feed->Start();
  return PresenceWatch(std::move(feed));
}

PresenceWatch::PresenceWatch(std::shared_ptr<internal::PresenceFeed> feed)
    : feed_(feed), call_(std::move(feed)) {}

void PresenceWatch::SetFriends(std::vector<std::string> friends) {
  if (feed_ != nullptr) feed_->SetFriends(std::move(friends));
}

void PresenceWatch::SignOff() {
  if (feed_ != nullptr) feed_->SignOff();
}

}  // namespace oofgg
