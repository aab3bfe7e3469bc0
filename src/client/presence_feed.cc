#include "client/presence_feed.h"

#include <utility>

#include "client/show_the_same.h"
#include "wire/codec.h"

namespace oofgg::internal {
namespace {

using ConnectMethod = wire::methods::Connect;

}  // namespace

PresenceFeed::PresenceFeed(const std::shared_ptr<ClientCore>& core, std::vector<std::string> friends,
                           PresenceClient::OnUpdate on_update, PresenceWatchOptions options)
    : Subscription(core, wire::InfoOf<ConnectMethod>(), core->callbacks()),
      on_update_(std::move(on_update)),
      on_stale_(std::move(options.on_stale)),
      on_trouble_(std::move(options.on_trouble)),
      tells_staleness_(on_stale_ != nullptr),
      tells_trouble_(on_trouble_ != nullptr),
      status_(std::move(options.status)) {
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
  unheard_ = 0;
  for (const auto& [user_id, state] : states_) unheard_ += state.heard ? 0 : 1;
}

void PresenceFeed::SetFriends(std::vector<std::string> friends) {
  bool is_stuck = false;
  {
    std::lock_guard lock(mutex_);
    if (finished()) return;
    Watch(std::move(friends));
    if (!has_link()) return;  // Said when there is one.
    TellWhetherStaleLocked();
    is_stuck = !WriteLocked(
        wire::EncodeRequest<ConnectMethod>({.friends = friends_, .set_friends = true, .sign_off = false}));
  }
  if (is_stuck) Reopen();
}

void PresenceFeed::SetStatus(PresenceStatus status) {
  bool is_stuck = false;
  {
    std::lock_guard lock(mutex_);
    if (finished()) return;
    status_ = std::move(status);
    if (!has_link()) return;  // Said when there is one.
    is_stuck = !WriteLocked(wire::EncodeRequest<ConnectMethod>(
        {.friends = {}, .set_friends = false, .sign_off = false, .status = status_}));
  }
  if (is_stuck) Reopen();
}

void PresenceFeed::SignOff() {
  {
    std::lock_guard lock(mutex_);
    signing_off_ = true;
    if (WriteLocked(
            wire::EncodeRequest<ConnectMethod>({.friends = {}, .set_friends = false, .sign_off = true}))) {
      return HalfCloseLocked();
    }
  }
  Cancel();  // Without a link the server takes us offline by itself.
}

std::vector<std::string> PresenceFeed::OnOpen() {
  for (auto& [user_id, state] : states_) state.heard = false;
  unheard_ = states_.size();
  accepted_ = false;
  TellWhetherStaleLocked();
  return {wire::EncodeRequest<ConnectMethod>(
      {.friends = friends_, .set_friends = true, .sign_off = false, .status = status_})};
}

void PresenceFeed::OnAccepted() {
  accepted_ = true;
  TellWhetherStaleLocked();
}

StatusOr<Subscription::Next> PresenceFeed::OnMessage(const std::string& bytes) {
  OOFGG_ASSIGN_OR_RETURN(PresenceUpdate update, wire::DecodeResponse<ConnectMethod>(bytes));
  auto known = states_.find(update.user_id);
  if (known == states_.end()) return Next::kGoOn;  // Was on its way when the list changed.
  Friend& state = known->second;
  const bool is_queued = state.newest.has_value();
  const std::string user_id = update.user_id;
  state.newest = std::move(update);
  if (!is_queued) PushLocked([this, user_id] { Report(user_id); });
  if (!std::exchange(state.heard, true)) --unheard_;
  accepted_ = true;
  TellWhetherStaleLocked();
  return Next::kGoOn;
}

bool PresenceFeed::OnLinkEnded() {
  accepted_ = false;
  TellWhetherStaleLocked();
  return signing_off_;
}

void PresenceFeed::DropCallback() {
  on_update_ = nullptr;
  on_stale_ = nullptr;
  on_trouble_ = nullptr;
}

void PresenceFeed::TellWhetherStaleLocked() {
  const bool stale = !accepted_ || unheard_ > 0;
  if (std::exchange(stale_, stale) == stale || !tells_staleness_) return;
  PushLocked([this, stale] { on_stale_(stale); });
}

void PresenceFeed::Report(const std::string& user_id) {
  PresenceUpdate update;
  {
    std::lock_guard lock(mutex_);
    auto known = states_.find(user_id);
    if (known == states_.end() || !known->second.newest) return;  // No longer watched.
    update = *std::exchange(known->second.newest, std::nullopt);
    std::optional<PresenceUpdate>& reported = known->second.reported;
    if (reported.has_value() && ShowTheSame(*reported, update)) return;  // Went and came between two ticks.
    reported = update;
  }
  on_update_(std::move(update));
}

void PresenceFeed::OnTrouble(const Status& why) {
  if (tells_trouble_) PushLocked([this, why] { on_trouble_(why); });
}

void PresenceFeed::OnError(const Status& error) {
  PushLocked([this, error] { on_update_(error); });
}

}  // namespace oofgg::internal
