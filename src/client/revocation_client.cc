#include "oofgg/revocation_client.h"

#include "client/revocation_feed.h"

namespace oofgg {

Call RevocationClient::Watch(OnRevocations on_revocations, std::string cursor) {
  auto feed = std::make_shared<internal::RevocationFeed>(core_, std::move(cursor), std::move(on_revocations));
  feed->Start();
  return Call(std::move(feed));
}

}  // namespace oofgg
