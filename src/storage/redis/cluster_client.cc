#include "storage/redis/cluster_client.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/redis/cluster_nodes.h"
#include "storage/redis/command_parts.h"
#include "storage/redis/redirect.h"
#include "storage/redis/slot_watch.h"

namespace oofgg::storage::redis {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kAsking = "*1\r\n$6\r\nASKING\r\n";
constexpr int kMostRedirects = 16;
constexpr int kHastyRedirects = 4;  // After so many the nodes had better agree first.
constexpr Duration kBetweenTries = 20ms;
constexpr int kMostDoublings = 4;
constexpr Duration kBetweenLooks = 1s;  // For a new master while one has no link, if nothing waits for it.

Status ShuttingDown() { return MakeStatus(StatusCode::kCancelled, "the Redis client is shutting down"); }

/// Later and later, but not much: a failover takes seconds, and nobody waits beyond a deadline.
Duration PauseAfter(int times) { return kBetweenTries * (1 << std::clamp(times - 1, 0, kMostDoublings)); }

/// The first redirect in what came of a command. Of a transaction any one stands for all, as EXEC does
/// nothing after it.
std::optional<Redirect> FirstRedirect(const PendingCommand& command, const RedisReply& reply) {
  if (!command.is_batch) return ParseRedirect(reply);
  for (const RedisReply& element : reply.elements) {
    if (auto redirect = ParseRedirect(element)) return redirect;
  }
  return std::nullopt;
}

/// What a node without a link would say if it could.
RedisReply NotNow(std::size_t replies) {
  const RedisReply later{.kind = RedisReply::Kind::kError, .text = "TRYAGAIN the node has no link yet"};
  return {.kind = RedisReply::Kind::kArray, .elements = std::vector<RedisReply>(replies, later)};
}

class ClusterClient final : public ClientCore, public ClusterNodeOwner, public SlotWatchUser {
 public:
  explicit ClusterClient(RedisOptions options)
      : max_commands_(options.max_commands),
        max_bytes_(options.max_command_bytes),
        nodes_(*this, options),
        watch_(*this, std::move(options)) {}
  ~ClusterClient() override { ClusterClient::Shutdown(); }
  ClusterClient(const ClusterClient&) = delete;
  ClusterClient& operator=(const ClusterClient&) = delete;

  void Shutdown() override;
  void Send(PendingCommand command) override;
  Status WaitUntilUp(TimePoint deadline) override { return nodes_.WaitUntilUp(deadline); }
  std::uint64_t LinkNumber() const override { return nodes_.LinkNumber(); }
  bool OnItsThread() const override { return watch_.OnItsThread(); }
  bool is_cluster() const override { return true; }

  // On the nodes' threads.
  void OnNodeUp() override;
  void OnNodeDown(const Status& why) override;
  void OnHandedBack(PendingCommand command) override;
  void OnOutcome(PendingCommand command, StatusOr<RedisReply> outcome) override;

  // On the watch's thread, which is that of all callbacks.
  void OnSlots(const SlotRanges& slots) override;
  void OnNoSlots(const Status& why) override { nodes_.NoteNoTable(why); }
  TimePoint OnTime(TimePoint now) override;

 private:
  /// A command on its way to our thread: with what came of it, or to be sent again.
  struct Item {
    PendingCommand command;
    std::optional<StatusOr<RedisReply>> outcome;
    TimePoint not_before = TimePoint::min();
  };

  [[nodiscard]] bool Charge(PendingCommand& command);
  void Release(const PendingCommand& command);
  [[nodiscard]] Status TrySend(PendingCommand& command);
  void Route(PendingCommand command);
  void Post(Item item);
  void Park(PendingCommand command, Duration pause = Duration::zero());
  void Deliver(PendingCommand command, StatusOr<RedisReply> outcome);
  void Settle(PendingCommand command, StatusOr<RedisReply> outcome);
  void Follow(const Redirect& redirect, PendingCommand command);
  void SendPartAgain(const Redirect& redirect, PendingCommand whole, RedisReply so_far);
  void SendAsking(PendingCommand whole, const HostPort& to);
  void SendDetour(PendingCommand detour, const HostPort& to);
  void RejoinLost(PendingCommand whole, const Status& why);
  [[nodiscard]] TimePoint LookAfterParked(TimePoint now);

  const std::size_t max_commands_;
  const std::size_t max_bytes_;
  std::atomic<std::size_t> commands_ = 0;
  std::atomic<std::size_t> bytes_ = 0;
  std::atomic<bool> retry_now_ = false;

  std::mutex mutex_;
  std::vector<Item> inbox_;  // Guarded by mutex_.
  bool closed_ = false;      // Guarded by mutex_.

  // Of the watch's thread.
  std::vector<Item> taken_;
  std::vector<Item> parked_;
  TimePoint next_try_ = kNever;
  TimePoint next_look_ = TimePoint::min();
  bool stopping_ = false;

  std::once_flag shut_down_;
  ClusterNodes nodes_;
  SlotWatch watch_;  // Last: its thread uses the others.
};

void ClusterClient::Shutdown() {
  std::call_once(shut_down_, [this] {
    watch_.Stop();
    stopping_ = true;
    nodes_.Cancel();
    std::vector<Item> rest;
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      rest.swap(inbox_);
    }
    for (Item& item : rest) {
      Settle(std::move(item.command), item.outcome ? *std::move(item.outcome) : ShuttingDown());
    }
    for (Item& item : std::exchange(parked_, {})) Deliver(std::move(item.command), ShuttingDown());
  });
}

bool ClusterClient::Charge(PendingCommand& command) {
  command.charged_commands = command.replies;
  command.charged_bytes = command.bytes.size();
  const std::size_t commands = commands_.fetch_add(command.charged_commands) + command.charged_commands;
  const std::size_t bytes = bytes_.fetch_add(command.charged_bytes) + command.charged_bytes;
  return commands <= max_commands_ && bytes <= max_bytes_;
}

void ClusterClient::Release(const PendingCommand& command) {
  commands_ -= command.charged_commands;
  bytes_ -= command.charged_bytes;
}

void ClusterClient::Send(PendingCommand command) {
  if (Charge(command)) return Route(std::move(command));
  Deliver(std::move(command), MakeStatus(StatusCode::kResourceExhausted, "too many commands wait for Redis"));
}

Status ClusterClient::TrySend(PendingCommand& command) {
  const ClusterNodes::NodePtr node = nodes_.MasterOf(command.slot);
  if (node != nullptr && node->is_up()) {
    Status sent = node->Send(command);
    // One that has just been let go takes nothing more.
    if (sent.code() != StatusCode::kCancelled) return sent;
  }
  const Status why = nodes_.Trouble();
  return MakeStatus(StatusCode::kUnavailable, "no link to Redis: " + std::string(why.message()));
}

void ClusterClient::Route(PendingCommand command) {
  Status sent = TrySend(command);
  if (sent.ok()) return;
  if (sent.code() == StatusCode::kUnavailable && (command.idempotent || command.patient)) {
    return Park(std::move(command));
  }
  Post({.command = std::move(command), .outcome = std::move(sent)});
}

void ClusterClient::Park(PendingCommand command, Duration pause) {
  const TimePoint not_before = pause == Duration::zero() ? TimePoint::min() : Clock::System().Now() + pause;
  Post({.command = std::move(command), .outcome = std::nullopt, .not_before = not_before});
}

/// To our thread; once that is no more, to nobody's.
void ClusterClient::Post(Item item) {
  {
    std::unique_lock lock(mutex_);
    if (closed_) {
      lock.unlock();
      return Deliver(std::move(item.command), ShuttingDown());
    }
    inbox_.push_back(std::move(item));
  }
  watch_.Wake();
}

void ClusterClient::OnNodeUp() {
  nodes_.NoteUp();
  retry_now_ = true;
  watch_.Wake();
}

void ClusterClient::OnNodeDown(const Status& why) {
  nodes_.NoteDown(why);
  watch_.Refresh();
}

void ClusterClient::OnHandedBack(PendingCommand command) {
  if (!command.is_detour) return Park(std::move(command));
  const std::size_t replies = command.replies;
  Post({.command = std::move(command), .outcome = NotNow(replies)});
}

void ClusterClient::OnOutcome(PendingCommand command, StatusOr<RedisReply> outcome) {
  Post({.command = std::move(command), .outcome = std::move(outcome)});
}

void ClusterClient::OnSlots(const SlotRanges& slots) {
  nodes_.Apply(slots);
  retry_now_ = true;
}

TimePoint ClusterClient::OnTime(TimePoint now) {
  {
    const std::lock_guard lock(mutex_);
    taken_.swap(inbox_);
  }
  for (Item& item : taken_) {
    if (item.outcome) {
      Settle(std::move(item.command), *std::move(item.outcome));
    } else {
      parked_.push_back(std::move(item));
      next_try_ = std::min(next_try_, now + kBetweenTries);
    }
  }
  taken_.clear();
  if (retry_now_.exchange(false) || now >= next_try_) next_try_ = LookAfterParked(now);
  TimePoint next = std::min(next_try_, nodes_.LetGo(now));
  if (nodes_.IsIncomplete()) {
    if (now >= next_look_) {
      watch_.Refresh();
      next_look_ = now + kBetweenLooks;
    }
    next = std::min(next, next_look_);
  }
  return next;
}

/// Sends what can be sent now. Who waits for a link waits for a new table as well.
TimePoint ClusterClient::LookAfterParked(TimePoint now) {
  TimePoint next = kNever;
  bool lacks_link = false;
  for (Item& item : std::exchange(parked_, {})) {
    PendingCommand& command = item.command;
    if (command.deadline <= now) {
      Deliver(std::move(command), MakeStatus(StatusCode::kDeadlineExceeded,
                                             "Redis could not be asked in time, nothing was sent"));
      continue;
    }
    if (item.not_before <= now) {
      if (TrySend(command).ok()) continue;
      lacks_link = true;
    }
    next = std::min({next, command.deadline, now + kBetweenTries});
    parked_.push_back(std::move(item));
  }
  if (lacks_link) watch_.Refresh();
  return next;
}

void ClusterClient::Deliver(PendingCommand command, StatusOr<RedisReply> outcome) {
  Release(command);
  if (outcome.ok() && outcome->is_error() && !command.takes_errors) outcome = StatusOfError(*outcome);
  command.on_reply(std::move(outcome));
}

void ClusterClient::Settle(PendingCommand command, StatusOr<RedisReply> outcome) {
  if (!outcome.ok() || command.is_detour) return Deliver(std::move(command), std::move(outcome));
  const std::optional<Redirect> redirect = FirstRedirect(command, *outcome);
  if (!redirect) return Deliver(std::move(command), std::move(outcome));
  if (stopping_) return Deliver(std::move(command), ShuttingDown());
  if (redirect->kind == Redirect::Kind::kMoved) {
    nodes_.Move(redirect->slot, redirect->to);
    command.slot = redirect->slot;
  }
  if (redirect->kind != Redirect::Kind::kAsk) watch_.Refresh();
  int& times = redirect->kind == Redirect::Kind::kLater ? command.refusals : command.redirects;
  ++times;
  if (command.redirects > kMostRedirects) {
    return Deliver(std::move(command), MakeStatus(StatusCode::kUnavailable,
                                                  "the nodes of the Redis Cluster do not agree on who serves "
                                                  "a slot; nothing was done"));
  }
  if (command.is_batch && !command.is_transaction) {
    return SendPartAgain(*redirect, std::move(command), *std::move(outcome));
  }
  Follow(*redirect, std::move(command));
}

/// All of the command has been refused, none of it carried out.
void ClusterClient::Follow(const Redirect& redirect, PendingCommand command) {
  command.patient = true;
  if (redirect.kind == Redirect::Kind::kAsk) return SendAsking(std::move(command), redirect.to);
  const int times =
      redirect.kind == Redirect::Kind::kLater ? command.refusals : command.redirects - kHastyRedirects;
  if (times <= 0) return Route(std::move(command));
  Park(std::move(command), PauseAfter(times));
}

/// Of a batch some commands may have been carried out before the slot moved: those are not sent again. What
/// comes of the others is put in their places, which may be redirects again.
void ClusterClient::SendPartAgain(const Redirect& redirect, PendingCommand whole, RedisReply so_far) {
  const bool asking = redirect.kind == Redirect::Kind::kAsk;
  const std::vector<std::string_view> commands = SplitCommands(whole.bytes);
  std::vector<std::size_t> which;
  PendingCommand part;
  for (std::size_t i = 0; i < so_far.elements.size() && i < commands.size(); ++i) {
    if (ParseRedirect(so_far.elements[i]) != redirect) continue;
    if (asking) part.bytes += kAsking;
    part.bytes += commands[i];
    which.push_back(i);
  }
  if (!asking && which.size() == commands.size()) return Follow(redirect, std::move(whole));
  const std::size_t step = asking ? 2 : 1;
  part.replies = which.size() * step;
  part.is_batch = true;
  part.takes_errors = true;
  part.is_detour = asking;
  part.idempotent = whole.idempotent && !asking;
  part.patient = true;
  part.deadline = whole.deadline;
  part.slot = whole.slot;
  part.redirects = whole.redirects;
  part.refusals = whole.refusals;
  part.on_reply = [this, asking, step, which = std::move(which), whole = std::move(whole),
                   so_far = std::move(so_far)](StatusOr<RedisReply> got) mutable {
    if (!got.ok() && asking) return RejoinLost(std::move(whole), got.status());
    if (!got.ok()) {
      return Deliver(std::move(whole), Annotate(got.status(), "a batch of which the rest was carried out"));
    }
    for (std::size_t i = 0; i < which.size() && i * step + step - 1 < got->elements.size(); ++i) {
      so_far.elements[which[i]] = std::move(got->elements[i * step + step - 1]);
    }
    Settle(std::move(whole), std::move(so_far));
  };
  if (asking) return SendDetour(std::move(part), redirect.to);
  Follow(redirect, std::move(part));
}

/// One command, or a transaction, on whose first command ASKING has effect until EXEC.
void ClusterClient::SendAsking(PendingCommand whole, const HostPort& to) {
  PendingCommand detour;
  detour.bytes = kAsking;
  detour.bytes += whole.bytes;
  detour.replies = whole.replies + 1;
  detour.is_batch = true;
  detour.takes_errors = true;
  detour.is_detour = true;
  detour.patient = true;
  detour.deadline = whole.deadline;
  detour.on_reply = [this, whole = std::move(whole)](StatusOr<RedisReply> got) mutable {
    if (!got.ok()) return RejoinLost(std::move(whole), got.status());
    got->elements.erase(got->elements.begin());  // What ASKING said.
    RedisReply reply = whole.is_batch ? *std::move(got) : std::move(got->elements.front());
    Settle(std::move(whole), std::move(reply));
  };
  SendDetour(std::move(detour), to);
}

void ClusterClient::SendDetour(PendingCommand detour, const HostPort& to) {
  const ClusterNodes::NodePtr node = nodes_.NodeAt(to, Clock::System().Now());
  if (node != nullptr && node->is_up() && node->Send(detour).ok()) return;
  const std::size_t replies = detour.replies;
  Deliver(std::move(detour), NotNow(replies));
}

void ClusterClient::RejoinLost(PendingCommand whole, const Status& why) {
  if (why.code() != StatusCode::kUnavailable || !whole.idempotent) return Deliver(std::move(whole), why);
  Park(std::move(whole));
}

}  // namespace

std::unique_ptr<ClientCore> MakeClusterClient(RedisOptions options) {
  return std::make_unique<ClusterClient>(std::move(options));
}

}  // namespace oofgg::storage::redis
