#include "storage/redis/game/events/event_sender.h"

#include <algorithm>
#include <chrono>

#include "game/session_access.h"
#include "oofgg/log.h"
#include "storage/redis/game/events/event_codec.h"
#include "storage/redis/game/events/event_keys.h"
#include "storage/redis/game/events/event_scripts.h"
#include "storage/redis/publish.h"

namespace oofgg::storage {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatchItems = 64;
constexpr std::size_t kBatchBytes = 64 * 1024;
/// What may wait of one session. The server's own may wait beyond that, up to so many.
constexpr std::size_t kWaitingItems = 1024;
constexpr std::size_t kWaitingBytes = std::size_t{1} << 20;
constexpr std::size_t kWaitingOfServer = 8192;

constexpr std::chrono::seconds kShortestTry{1};
constexpr milliseconds kRetryDelay{250};

constexpr std::chrono::hours kKeep{24};
constexpr std::chrono::minutes kKeepWhenOver{10};

Status NotTold(const Status& why) {
  return RetryLater(StatusCode::kUnavailable,
                    "an event was perhaps not told to the others (" + std::string(why.message()) +
                        "); open the stream again to see",
                    milliseconds(1'000));
}

}  // namespace

milliseconds TimeToKeep(const std::string& session_id, bool is_over) {
  if (session_id == game::kGlobalSessionId) return milliseconds(0);
  return is_over ? milliseconds(kKeepWhenOver) : milliseconds(kKeep);
}

Status EventSender::Append(const game::RelayEntry& entry, game::EventRelay::OnFailed on_failed) {
  Item item = ItemOf(entry);
  item.is_servers = on_failed == nullptr;
  item.on_failed = std::move(on_failed);
  {
    const std::lock_guard lock(mutex_);
    const bool is_full = waiting_.size() >= kWaitingItems || waiting_bytes_ >= kWaitingBytes;
    if (item.is_servers ? waiting_.size() >= kWaitingOfServer : is_full) {
      if (item.is_servers && waiting_.size() == kWaitingOfServer) TellLossLocked();
      return RetryLater(StatusCode::kUnavailable, "too many events of the session wait to be told",
                        milliseconds(1'000));
    }
    AddLocked(std::move(item), waiting_.end());
    if (!batch_.empty() || !TakeBatchLocked()) return {};
  }
  SendBatch(std::nullopt);
  return {};
}

void EventSender::AddLocked(Item item, const std::deque<Item>::const_iterator& place) {
  waiting_bytes_ += item.bytes.size();
  waiting_.insert(place, std::move(item));
  link_->NoteWaiting();
}

EventSender::Item EventSender::ItemOf(const game::RelayEntry& entry) const {
  Item item;
  item.bytes = event_codec::Encode(entry);
  item.size = game::SizeOf(entry.event);
  item.since = link_->clock.Now();
  item.known = entry.lost_last;
  item.is_servers = true;
  item.is_end = entry.effect == game::RelayEntry::Effect::kEnd;
  return item;
}

bool EventSender::IsIdle() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() && batch_.empty();
}

bool EventSender::TakeBatchLocked() {
  std::size_t bytes = 0;
  while (!waiting_.empty() && batch_.size() < kBatchItems && bytes < kBatchBytes) {
    bytes += waiting_.front().bytes.size();
    batch_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_bytes_ -= bytes;
  batch_number_ = link_->NextBatch();
  return !batch_.empty();
}

// Without the lock, as the answer may come inside. Nobody else touches the batch.
void EventSender::SendBatch(std::optional<std::uint64_t> run) {
  bool is_end = false;
  std::uint64_t known = 0;
  TimePoint since = kNever;
  for (const Item& item : batch_) {
    is_end = is_end || item.is_end;
    known = std::max(known, item.known);
    since = std::min(since, item.since);
  }
  const game::EventWindow& window = link_->options.window;
  RedisScriptCall call{.keys = event_keys::Log(session_id_), .idempotent = true};
  call.arguments = {std::string(PublishWord(link_->client.options().url)),
                    event_keys::Channel(session_id_),
                    std::to_string(link_->sender),
                    std::to_string(batch_number_),
                    run.has_value() ? std::to_string(*run) : std::string(),
                    std::to_string(known),
                    std::to_string(window.events),
                    std::to_string(window.bytes),
                    std::to_string(AgeOf(window)),
                    std::to_string(TimeToKeep(session_id_, is_end).count())};
  call.arguments.reserve(call.arguments.size() + 2 * batch_.size());
  for (const Item& item : batch_) {
    call.arguments.push_back(item.bytes);
    call.arguments.push_back(std::to_string(item.size));
  }
  const TimePoint soonest = DeadlineAfter(link_->clock.Now(), kShortestTry);
  const TimePoint deadline = std::max(soonest, DeadlineAfter(since, link_->options.player_patience));
  link_->client.SendScript(
      event_scripts::Append(), std::move(call), deadline,
      [self = shared_from_this()](const StatusOr<RedisReply>& reply) { self->OnReply(reply); });
}

void EventSender::OnReply(const StatusOr<RedisReply>& reply) {
  if (!reply.ok()) return Fail(reply.status());
  if (!reply->is_nil()) {
    NoteNumbers(*reply);
    return Finish();
  }
  link_->AskNextRun(session_id_,
                    [self = shared_from_this()](const StatusOr<std::uint64_t>& run) { self->OnRun(run); });
}

// Where the log goes on before what it has acknowledged, that is lost, and all are told.
void EventSender::NoteNumbers(const RedisReply& reply) {
  if (reply.elements.size() != 2) return;
  const auto last = static_cast<std::uint64_t>(reply.elements[0].integer);
  const auto previous = static_cast<std::uint64_t>(reply.elements[1].integer);
  const std::lock_guard lock(mutex_);
  if (previous < acknowledged_) {
    Item lost = ItemOf(
        {.effect = game::RelayEntry::Effect::kLost, .lost_first = previous + 1, .lost_last = acknowledged_});
    AddLocked(std::move(lost), waiting_.begin());
  }
  acknowledged_ = last;
}

void EventSender::OnRun(const StatusOr<std::uint64_t>& run) {
  if (run.ok()) return SendBatch(*run);
  if (run.status().code() != StatusCode::kNotFound) return Fail(run.status());
  // The session itself is gone, and nobody is there to be told.
  std::vector<game::EventRelay::OnFailed> senders;
  {
    const std::lock_guard lock(mutex_);
    for (Item& item : batch_) senders.push_back(std::exchange(item.on_failed, nullptr));
  }
  for (auto& on_failed : senders) {
    if (on_failed) on_failed(run.status());
  }
  Finish();
}

void EventSender::Finish() {
  {
    const std::lock_guard lock(mutex_);
    link_->NoteOver(batch_.size());
    batch_.clear();
    if (!TakeBatchLocked()) return;
  }
  SendBatch(std::nullopt);
}

void EventSender::Fail(const Status& why) {
  if (why.code() == StatusCode::kCancelled) {  // The relay ends.
    const std::lock_guard lock(mutex_);
    link_->NoteOver(batch_.size() + waiting_.size());
    batch_.clear();
    waiting_.clear();
    return;
  }
  const TimePoint now = link_->clock.Now();
  bool again = false;
  std::size_t of_server = 0;
  Items failed;
  {
    const std::lock_guard lock(mutex_);
    failed = TakeOverdueLocked(now);
    for (Item& item : batch_) {
      const Duration age = now - item.since;
      if (item.is_servers) {
        ++of_server;
        again = again || age < link_->options.server_patience;
      } else if (age < link_->options.player_patience) {
        again = true;
      } else if (item.on_failed) {
        failed.push_back({.bytes = {}, .on_failed = std::exchange(item.on_failed, nullptr)});
      }
    }
  }
  Tell(std::move(failed), why);
  if (!again && of_server > 0) {
    Log(LogLevel::kError, "game",
        "session " + session_id_ + ": " + std::to_string(of_server) +
            " events of the server were perhaps not told: " + why.ToString());
    const std::lock_guard lock(mutex_);
    TellLossLocked();
  }
  if (!again) return Finish();
  link_->Later(kRetryDelay, [self = shared_from_this()] { self->SendBatch(std::nullopt); });
}

// In the place of what is given up: who follows begins anew, as it may be a change or the end of a stream.
void EventSender::TellLossLocked() {
  AddLocked(ItemOf({.effect = game::RelayEntry::Effect::kLost}), waiting_.end());
}

// Players' events that have not been sent for too long.
EventSender::Items EventSender::TakeOverdueLocked(TimePoint now) {
  Items overdue;
  std::deque<Item> rest;
  for (Item& item : waiting_) {
    if (!item.is_servers && now - item.since >= link_->options.player_patience) {
      waiting_bytes_ -= item.bytes.size();
      overdue.push_back(std::move(item));
    } else {
      rest.push_back(std::move(item));
    }
  }
  waiting_.swap(rest);
  link_->NoteOver(overdue.size());
  return overdue;
}

void EventSender::Tell(Items failed, const Status& why) const {
  for (Item& item : failed) item.on_failed(NotTold(why));
}

}  // namespace oofgg::storage
