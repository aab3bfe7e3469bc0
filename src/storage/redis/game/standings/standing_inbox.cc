#include "storage/redis/game/standings/standing_inbox.h"

#include <cstddef>
#include <iterator>
#include <utility>

namespace oofgg::storage {
namespace {

constexpr std::size_t kWaitingAtMost = 65'536;

}  // namespace

void StandingInbox::Put(std::vector<game::StandingNews> news) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + news.size() > kWaitingAtMost) {
    waiting_.clear();
    gap_ = true;
  } else {
    waiting_.insert(waiting_.end(), std::make_move_iterator(news.begin()),
                    std::make_move_iterator(news.end()));
  }
  DeliverSoonLocked();
}

void StandingInbox::PutGap() {
  const std::lock_guard lock(mutex_);
  gap_ = true;
  DeliverSoonLocked();
}

void StandingInbox::Listen(game::StandingChannel::Listener* listener) {
  const std::lock_guard lock(delivering_);
  listener_ = listener;
}

void StandingInbox::DeliverSoonLocked() {
  if (std::exchange(posted_, true)) return;
  executor_.Post([self = shared_from_this()] { self->Deliver(); });
}

void StandingInbox::Deliver() {
  const std::lock_guard delivering(delivering_);
  std::vector<game::StandingNews> news;
  bool gap = false;
  {
    const std::lock_guard lock(mutex_);
    news.swap(waiting_);
    gap = std::exchange(gap_, false);
    posted_ = false;
  }
  if (listener_ == nullptr) return;
  if (!news.empty()) listener_->OnNews(news);
  if (gap) listener_->OnGap();
}

}  // namespace oofgg::storage
