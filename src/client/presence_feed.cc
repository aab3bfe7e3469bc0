#include "client/presence_feed.h"

#include <utility>

#include "wire/codec.h"

namespace oofgg::internal {
namespace {

using M = wire::methods::Connect;

}  // namespace

PresenceFeed::PresenceFeed(const std::shared_ptr<ClientCore>& core, std::vector<std::string> friends,
                           PresenceClient::OnUpdate on_update)
    : Subscription(core, wire::InfoOf<M>(), core->callbacks()), on_update_(std::move(on_update)) {
  Watch(std::move(friends));
}

void PresenceFeed::Watch(std::vector<std::string> friends) {
  absl::flat_hash_map<std::string, Friend> states;
  for (const std::string& user_id : friends) {
    auto known = states_.find(user_id);
    states.emplace(user_id, known == states_.end() ? Friend() : std::move(known->second));
  }
  states_ = std::move(states);
  friends_ = std::move(friends);
}

void PresenceFeed::SetFriends(std::vector<std::string> friends) {
  bool is_stuck = false;
  {
    std::lock_guard lock(mutex_);
    if (finished()) return;
    Watch(std::move(friends));
    if (!has_link()) return;  // Said when there is one.
    is_stuck =
        !WriteLocked(wire::EncodeRequest<M>({.friends = friends_, .set_friends = true, .sign_off = false}));
  }
  if (is_stuck) Reopen();
}

void PresenceFeed::SignOff() {
  {
    std::lock_guard lock(mutex_);
    signing_off_ = true;
    if (WriteLocked(wire::EncodeRequest<M>({.friends = {}, .set_friends = false, .sign_off = true}))) {
      return HalfCloseLocked();
    }
  }
  Cancel();  // Without a link the server takes us offline by itself.
}

std::vector<std::string> PresenceFeed::OnOpen() {
  return {wire::EncodeRequest<M>({.friends = friends_, .set_friends = true, .sign_off = false})};
}

StatusOr<Subscription::Next> PresenceFeed::OnMessage(const std::string& bytes) {
  OOFGG_ASSIGN_OR_RETURN(PresenceUpdate update, wire::DecodeResponse<M>(bytes));
  auto known = states_.find(update.user_id);
  if (known == states_.end()) return Next::kGoOn;  // Was on its way when the list changed.
  Friend& state = known->second;
  const bool is_queued = state.newest.has_value();
  const std::string user_id = update.user_id;
  state.newest = std::move(update);
  if (!is_queued) PushLocked([this, user_id] { Report(user_id); });
  return Next::kGoOn;
}

void PresenceFeed::Report(const std::string& user_id) {
  PresenceUpdate update;
  {
    std::lock_guard lock(mutex_);
    auto known = states_.find(user_id);
    if (known == states_.end() || !known->second.newest) return;  // No longer watched.
    update = *std::exchange(known->second.newest, std::nullopt);
    if (known->second.reported == update.state) return;  // Went and came between two ticks.
    known->second.reported = update.state;
  }
  on_update_(std::move(update));
}

void PresenceFeed::OnError(const Status& error) {
  PushLocked([this, error] { on_update_(error); });
}

}  // namespace oofgg::internal
