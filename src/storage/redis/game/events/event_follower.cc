#include "storage/redis/game/events/event_follower.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "oofgg/log.h"
#include "storage/redis/game/events/event_keys.h"
#include "storage/redis/game/events/event_scripts.h"

namespace oofgg::storage {
namespace {

using std::chrono::milliseconds;

/// A stream that is opened waits so long for its log.
constexpr std::chrono::seconds kReadPatience{2};
constexpr milliseconds kReadAgainDelay{1'000};
/// More than this, come while reading, is read again instead of being kept.
constexpr std::size_t kEarlyBytes = std::size_t{1} << 20;

std::optional<std::uint64_t> NumberOf(std::string_view text) {
  std::uint64_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc() ? std::optional(number) : std::nullopt;
}

milliseconds AgeOf(std::string_view when, std::int64_t time) {
  const auto stamp = NumberOf(when);
  if (!stamp.has_value() || *stamp >= static_cast<std::uint64_t>(time)) return milliseconds(0);
  return milliseconds(time - static_cast<std::int64_t>(*stamp));
}

/// One entry as XRANGE has it.
struct Kept {
  std::uint64_t number = 0;
  std::uint64_t previous = 0;
  std::string_view bytes{};
  milliseconds age{};
};

// `time`: when the log was read, by the clock that entries are stamped by.
std::optional<Kept> ReadKept(const RedisReply& reply, std::int64_t time) {
  if (reply.elements.size() != 2) return std::nullopt;
  const auto number = NumberOf(reply.elements[0].text);
  if (!number.has_value() || *number == 0) return std::nullopt;
  Kept kept{.number = *number, .previous = *number - 1};
  const std::vector<RedisReply>& fields = reply.elements[1].elements;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields[i].text == "e") kept.bytes = fields[i + 1].text;
    if (fields[i].text == "w") kept.age = AgeOf(fields[i + 1].text, time);
    if (fields[i].text == "p") kept.previous = NumberOf(fields[i + 1].text).value_or(kept.previous);
  }
  return kept;
}

}  // namespace

void EventFollower::Start(RedisSubscriber& subscriber) {
  const std::weak_ptr<EventFollower> self = weak_from_this();
  auto subscription = subscriber.Subscribe(
      event_keys::Channel(session_id_),
      [self](std::string_view message) {
        if (const auto here = self.lock()) here->OnMessage(message);
      },
      [self](RedisChannelState state) {
        const auto here = self.lock();
        if (here != nullptr && state != RedisChannelState::kLost) here->Read();
      });
  {
    const std::lock_guard lock(mutex_);
    subscription_ = std::move(subscription);
  }
  Read();
}

void EventFollower::Stop() {
  RedisSubscription subscription;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    subscription = std::move(subscription_);
  }
}  // Waits for the callback that runs, with no lock held.

void EventFollower::Read(std::optional<std::uint64_t> run) {
  RedisScriptCall call{.keys = event_keys::Log(session_id_), .idempotent = true};
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    if (!run.has_value() && reading_) {
      again_ = true;
      return;
    }
    reading_ = true;
    call.arguments = {at_.has_value() ? std::to_string(*at_) : std::string(),
                      run.has_value() ? std::to_string(*run) : std::string(),
                      std::to_string(TimeToKeep(session_id_, false).count()),
                      std::to_string(AgeOf(link_->options.window))};
  }
  link_->client.SendScript(
      event_scripts::Read(), std::move(call), DeadlineAfter(link_->clock.Now(), kReadPatience),
      [self = shared_from_this()](const StatusOr<RedisReply>& reply) { self->OnRead(reply); });
}

void EventFollower::OnRead(const StatusOr<RedisReply>& reply) {
  if (!reply.ok()) return OnReadFailed(reply.status());
  if (reply->is_nil()) {
    return link_->AskNextRun(
        session_id_, [self = shared_from_this()](const StatusOr<std::uint64_t>& run) { self->OnRun(run); });
  }
  if (reply->elements.size() != 3) {
    return OnReadFailed(MakeStatus(StatusCode::kInternal, "what Redis holds of the session is malformed"));
  }
  const auto listener = listener_.lock();  // Goes, perhaps for good, when the lock is free again.
  bool is_whole = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || listener == nullptr) return;
    TakeKeptLocked(*listener, *reply);
    is_whole = TakeEarlyLocked(*listener);
    reading_ = false;
  }
  if (!is_whole) Read();
}

void EventFollower::OnRun(const StatusOr<std::uint64_t>& run) {
  if (run.ok()) return Read(*run);
  run.status().code() == StatusCode::kNotFound ? OnSessionGone(run.status()) : OnReadFailed(run.status());
}

void EventFollower::OnSessionGone(const Status& why) {
  const auto listener = listener_.lock();
  const std::lock_guard lock(mutex_);
  if (stopped_ || listener == nullptr) return;
  stopped_ = true;
  listener->OnGone(why);
}

void EventFollower::OnReadFailed(const Status& why) {
  const auto listener = listener_.lock();
  {
    const std::lock_guard lock(mutex_);
    reading_ = again_ = false;
    early_.clear();
    early_bytes_ = 0;
    if (stopped_ || listener == nullptr) return;
    listener->OnUnavailable(
        RetryLater(StatusCode::kUnavailable,
                   "the session's events cannot be read now (" + std::string(why.message()) + "); open again",
                   kReadAgainDelay));
  }
  if (why.code() == StatusCode::kCancelled) return;  // The relay ends.
  link_->Later(kReadAgainDelay, [self = weak_from_this()] {
    if (const auto here = self.lock()) here->Read();
  });
}

// The log's last number, what it has kept behind `at_`, and the time.
void EventFollower::TakeKeptLocked(Listener& listener, const RedisReply& reply) {
  const auto last = static_cast<std::uint64_t>(reply.elements[0].integer);
  Entries entries;
  std::uint64_t base = last;
  for (const RedisReply& each : reply.elements[1].elements) {
    const auto entry = ReadKept(each, reply.elements[2].integer);
    if (!entry.has_value()) continue;
    base = std::min(base, entry->previous);  // That of the first.
    if (entry->previous + 1 != entry->number && at_.has_value()) NoteJumpLocked(entry->previous);
    AddLocked(entries, entry->number, entry->bytes, entry->age);
  }
  if (!at_.has_value()) {
    at_ = last;
    return listener.OnOpened(base, std::move(entries));
  }
  if (base > *at_) listener.OnLost(*at_ + 1, base);
  if (last < *at_) NoteJumpLocked(last);
  at_ = std::max(*at_, last);
  if (!entries.empty()) listener.OnEntries(std::move(entries));
}

// False: something is missing, and is to be read.
bool EventFollower::TakeEarlyLocked(Listener& listener) {
  bool is_whole = !std::exchange(again_, false);
  early_bytes_ = 0;
  for (const std::string& message : std::exchange(early_, {})) {
    const auto batch = event_codec::DecodeBatch(message);
    if (batch.has_value()) is_whole = TakeBatchLocked(listener, *batch) && is_whole;
  }
  return is_whole;
}

void EventFollower::OnMessage(std::string_view bytes) {
  const auto batch = event_codec::DecodeBatch(bytes);
  if (!batch.has_value()) {
    return Log(LogLevel::kWarning, "redis", "a malformed message on the channel of session " + session_id_);
  }
  const auto listener = listener_.lock();
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || listener == nullptr) return;
    if (reading_ && early_bytes_ + bytes.size() > kEarlyBytes) {
      again_ = true;
      return;
    }
    if (reading_) {
      early_bytes_ += bytes.size();
      early_.emplace_back(bytes);
      return;
    }
    if (TakeBatchLocked(*listener, *batch)) return;
  }
  Read();
}

// False: what is before it is missing.
bool EventFollower::TakeBatchLocked(Listener& listener, const event_codec::Batch& batch) {
  const std::uint64_t last = batch.first + batch.entries.size() - 1;
  if (!at_.has_value() || batch.previous > *at_) return false;
  if (last <= *at_) return true;
  if (batch.previous + 1 != batch.first) NoteJumpLocked(batch.previous);
  Entries entries;
  std::uint64_t number = batch.first;
  for (const std::string_view bytes : batch.entries) {
    if (number > *at_) AddLocked(entries, number, bytes, milliseconds(0));
    ++number;
  }
  at_ = last;
  listener.OnEntries(std::move(entries));
  return true;
}

// The log goes on behind `previous`: what was told here beyond that, it does not know, and nobody else may.
void EventFollower::NoteJumpLocked(std::uint64_t previous) {
  if (previous >= *at_ || reported_ == *at_) return;
  reported_ = *at_;
  link_->executor.Post([report = report_, first = previous + 1, last = *at_] { report(first, last); });
}

void EventFollower::AddLocked(Entries& entries, std::uint64_t number, std::string_view bytes,
                              milliseconds age) const {
  auto entry = event_codec::Decode(bytes);
  if (!entry.has_value()) {
    // Perhaps of a newer version. Its number is passed over.
    return Log(LogLevel::kWarning, "redis",
               "entry " + std::to_string(number) + " of session " + session_id_ + " is malformed");
  }
  entry->event.sequence = number;
  entry->age = age;
  entries.push_back(*std::move(entry));
}

}  // namespace oofgg::storage
