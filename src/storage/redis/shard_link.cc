#include "storage/redis/shard_link.h"

#include <algorithm>
#include <utility>

#include "storage/redis/key_slot.h"

namespace oofgg::storage::redis {
namespace {

RedisOptions OptionsOfShard(RedisOptions options, const HostPort& address) {
  options.url.hosts = {address};
  return options;
}

}  // namespace

ShardLink::ShardLink(ShardLinkOwner& owner, RedisOptions options, const HostPort& address,
                     std::uint64_t number)
    : owner_(owner),
      address_(address),
      number_(number),
      link_(*this, OptionsOfShard(std::move(options), address)) {}

void ShardLink::Want(const std::string& channel) {
  {
    const std::lock_guard lock(mutex_);
    if (!wanted_.try_emplace(channel, false).second) return;
    changed_.insert(channel);
  }
  link_.Wake();
}

void ShardLink::Unwant(const std::string& channel) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = wanted_.find(channel);
    if (found == wanted_.end()) return;
    const bool was_told = found->second;
    wanted_.erase(found);
    // What was never told need not be taken back.
    if (was_told) {
      changed_.insert(channel);
    } else {
      changed_.erase(channel);
    }
  }
  link_.Wake();
}

void ShardLink::OnUp(const HostPort& /*server*/) {
  const std::lock_guard lock(mutex_);
  changed_.clear();
  for (const auto& [channel, told] : wanted_) changed_.insert(channel);
}

void ShardLink::OnDown(const Status& /*why*/) {
  unanswered_.clear();
  {
    const std::lock_guard lock(mutex_);
    for (auto& [channel, told] : wanted_) told = false;
    changed_.clear();
  }
  owner_.OnShardEvent({.kind = ShardEvent::Kind::kLost, .link = number_});
}

void ShardLink::OnNoLink(const Status& /*why*/) {
  owner_.OnShardEvent({.kind = ShardEvent::Kind::kLost, .link = number_});
}

void ShardLink::Fill(std::string& out) {
  const std::lock_guard lock(mutex_);
  for (const std::string& channel : std::exchange(changed_, {})) {
    const auto found = wanted_.find(channel);
    const bool subscribes = found != wanted_.end();
    // Dropped and wanted again before we came to it: the two together ask for what is the case.
    if (subscribes && std::exchange(found->second, true)) continue;
    RedisCommand({subscribes ? "SSUBSCRIBE" : "SUNSUBSCRIBE", channel}).AppendTo(out);
    unanswered_.push_back({channel, subscribes});
  }
}

void ShardLink::AddPing(std::string& out) { RedisCommand({"PING"}).AppendTo(out); }

bool ShardLink::TakeQuestion(const std::string& channel, bool subscribes) {
  const auto found = std::find_if(unanswered_.begin(), unanswered_.end(), [&](const Question& question) {
    return question.channel == channel && question.subscribes == subscribes;
  });
  if (found == unanswered_.end()) return false;
  unanswered_.erase(found);
  return true;
}

bool ShardLink::IsSettled(const std::string& channel) {
  const bool asked = std::any_of(unanswered_.begin(), unanswered_.end(),
                                 [&](const Question& question) { return question.channel == channel; });
  const std::lock_guard lock(mutex_);
  const auto found = wanted_.find(channel);
  return !asked && found != wanted_.end() && found->second;
}

/// The server has it no more, so it is not told to forget it either.
void ShardLink::Drop(const std::string& channel, std::optional<Redirect> redirect) {
  {
    const std::lock_guard lock(mutex_);
    wanted_.erase(channel);
    changed_.erase(channel);
  }
  owner_.OnShardEvent({.kind = ShardEvent::Kind::kGone,
                       .link = number_,
                       .channel = channel,
                       .redirect = std::move(redirect)});
}

Status ShardLink::OnReply(RedisReply reply) {
  if (reply.is_error()) {
    NameRedirectHost(reply, address_.host);
    return OnRefusal(reply);
  }
  if (reply.elements.size() != 3) return absl::OkStatus();  // The answer to a PING.
  const std::string& kind = reply.elements[0].text;
  std::string& channel = reply.elements[1].text;
  if (kind == "smessage") {
    owner_.OnShardEvent({.kind = ShardEvent::Kind::kMessage,
                         .link = number_,
                         .channel = std::move(channel),
                         .message = std::move(reply.elements[2].text)});
  } else if (kind == "ssubscribe") {
    if (TakeQuestion(channel, /*subscribes=*/true) && IsSettled(channel)) {
      owner_.OnShardEvent(
          {.kind = ShardEvent::Kind::kConfirmed, .link = number_, .channel = std::move(channel)});
    }
  } else if (kind == "sunsubscribe") {
    // Unasked it says that the slot has moved.
    if (!TakeQuestion(channel, /*subscribes=*/false)) Drop(channel, std::nullopt);
  }
  return absl::OkStatus();
}

/// A redirect names the slot, and with it the question. One that asked to unsubscribe is answered twice where
/// the slot moves at the same time; the second finds nothing.
Status ShardLink::OnRefusal(const RedisReply& error) {
  const std::optional<Redirect> redirect = ParseRedirect(error);
  if (!redirect) return StatusOfError(error);
  const bool names_slot = redirect->kind != Redirect::Kind::kLater;
  const auto found = std::find_if(unanswered_.begin(), unanswered_.end(), [&](const Question& question) {
    return !names_slot || KeySlot(question.channel) == redirect->slot;
  });
  if (found == unanswered_.end()) return absl::OkStatus();
  const Question question = std::move(*found);
  unanswered_.erase(found);
  if (question.subscribes) Drop(question.channel, names_slot ? redirect : std::nullopt);
  return absl::OkStatus();
}

}  // namespace oofgg::storage::redis
