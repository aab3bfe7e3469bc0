#include "oofgg/presence_client.h"

#include <utility>

#include "client/presence_feed.h"

namespace oofgg {

PresenceWatch PresenceClient::Watch(std::vector<std::string> friends, OnUpdate on_update,
                                    PresenceWatchOptions options) {
  auto feed = std::make_shared<internal::PresenceFeed>(core_, std::move(friends), std::move(on_update),
                                                       std::move(options));
  feed->Start();
  return PresenceWatch(std::move(feed));
}

PresenceWatch::PresenceWatch(std::shared_ptr<internal::PresenceFeed> feed)
    : feed_(feed), call_(std::move(feed)) {}

void PresenceWatch::SetFriends(std::vector<std::string> friends) {
  if (feed_ != nullptr) feed_->SetFriends(std::move(friends));
}

void PresenceWatch::SetStatus(PresenceStatus status) {
  if (feed_ != nullptr) feed_->SetStatus(std::move(status));
}

void PresenceWatch::SignOff() {
  if (feed_ != nullptr) feed_->SignOff();
}

}  // namespace oofgg
