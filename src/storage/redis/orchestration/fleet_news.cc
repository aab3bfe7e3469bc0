#include "storage/redis/orchestration/fleet_news.h"

#include <string_view>
#include <utility>

#include "storage/redis/orchestration/request_keys.h"

namespace oofgg::storage {
namespace {

using orchestration::FleetKeeper;
using orchestration::RequestWaiters;

void Bring(std::string_view news, const std::string& fleet, RequestWaiters& waiters, FleetKeeper* keeper) {
  if (news.empty()) return;
  const std::string_view what = news.substr(1);
  if (news.front() == 'c') return waiters.Notify({fleet, std::string(what)});
  if (keeper == nullptr) return;
  if (news.front() == 'w') keeper->Wake();
  if (news.front() == 'r') keeper->SeatsReleased();
  if (news.front() == 'd') keeper->SeatDenied(what);
  if (news.front() == 'f') keeper->LeaseFree();
  if (news.front() == 'o') keeper->OrdersChanged();
}

void Look(RequestWaiters& waiters, FleetKeeper* keeper) {
  waiters.WakeAll();
  if (keeper == nullptr) return;
  keeper->Wake();
  keeper->SeatsReleased();
  keeper->OrdersChanged();
}

}  // namespace

RedisSubscription FollowFleet(RedisSubscriber& subscriber, std::string fleet, RequestWaiters& waiters,
                              FleetKeeper* keeper) {
  std::string channel = request_keys::News(fleet);
  return subscriber.Subscribe(
      std::move(channel),
      [fleet = std::move(fleet), &waiters, keeper](std::string_view news) {
        Bring(news, fleet, waiters, keeper);
      },
      [&waiters, keeper](RedisChannelState state) {
        if (state != RedisChannelState::kLost) Look(waiters, keeper);
      });
}

}  // namespace oofgg::storage
