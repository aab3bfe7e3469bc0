#include "client/revocation_feed.h"

#include <iterator>
#include <utility>

#include "wire/codec.h"

namespace oofgg::internal {
namespace {

using WatchMethod = wire::methods::WatchRevocations;

// The server speaks every few seconds. One that keeps its connections and says nothing is of no use.
constexpr std::chrono::seconds kLongestSilence{15};

}  // namespace

RevocationFeed::RevocationFeed(const std::shared_ptr<ClientCore>& core, std::string cursor,
                               OnRevocations on_revocations)
    : Subscription(core, wire::InfoOf<WatchMethod>(), core->callbacks()),
      on_revocations_(std::move(on_revocations)),
      cursor_(std::move(cursor)) {}

std::vector<std::string> RevocationFeed::OnOpen() {
  ExpectMessageLocked();
  return {wire::EncodeRequest<WatchMethod>({cursor_})};
}

StatusOr<Subscription::Next> RevocationFeed::OnMessage(const std::string& bytes) {
  OOFGG_ASSIGN_OR_RETURN(Revocations news, wire::DecodeResponse<WatchMethod>(bytes));
  ExpectMessageLocked();
  cursor_ = news.cursor;
  if (!pending_.has_value()) {
    pending_ = std::move(news);
    PushLocked([this] { on_revocations_(Take()); });
    return Next::kGoOn;
  }
  pending_->sessions.insert(pending_->sessions.end(), std::make_move_iterator(news.sessions.begin()),
                            std::make_move_iterator(news.sessions.end()));
  pending_->deleted_users.insert(pending_->deleted_users.end(),
                                 std::make_move_iterator(news.deleted_users.begin()),
                                 std::make_move_iterator(news.deleted_users.end()));
  pending_->cursor = std::move(news.cursor);
  pending_->reset |= news.reset;
  return Next::kGoOn;
}

bool RevocationFeed::OnLinkEnded() {
  silence_.Cancel();  // The next link has a patience of its own.
  return false;
}

void RevocationFeed::OnError(const Status& error) {
  silence_.Cancel();
  PushLocked([this, error] { on_revocations_(error); });
}

void RevocationFeed::ExpectMessageLocked() {
  const TimePoint patience = DeadlineAfter(core_->clock().Now(), kLongestSilence);
  silence_ =
      ScopedTimer(core_->executor(), patience,
                  [weak = std::weak_ptr(std::static_pointer_cast<RevocationFeed>(shared_from_this()))] {
                    if (const auto self = weak.lock()) self->Reopen();
                  });
}

Revocations RevocationFeed::Take() {
  std::lock_guard lock(mutex_);
  Revocations revocations = *std::move(pending_);
  pending_.reset();
  return revocations;
}

}  // namespace oofgg::internal
