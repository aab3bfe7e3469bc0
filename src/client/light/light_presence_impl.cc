#include "client/light/light_presence_impl.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

#include "client/light/light_tcp_session.h"
#include "client/light/light_udp_session.h"

namespace oofgg {
namespace {

using internal::FriendBook;
using internal::LightSession;

constexpr std::size_t kReadBuffer = std::size_t{16} * 1024;
constexpr std::size_t kAttemptsPerPort = 4;  // Of UDP, lest something else is in the way of this port.

TimePoint Now() { return Clock::System().Now(); }

std::uint64_t WallMilliseconds() {
  const auto now = Clock::System().WallNow().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

bool IsWorthAskingAgain(const Status& status) {
  return status.code() == StatusCode::kUnavailable || status.code() == StatusCode::kDeadlineExceeded ||
         status.code() == StatusCode::kResourceExhausted;
}

/// For poll; rounded up, lest it be too early and asked again at once.
int MillisecondsUntil(TimePoint when) {
  using std::chrono::milliseconds;
  const auto wait = std::chrono::ceil<milliseconds>(when - Now());
  return static_cast<int>(std::clamp<milliseconds>(wait, milliseconds(0), milliseconds(60'000)).count());
}

}  // namespace

LightPresence::Impl::Impl(HostPort address, internal::LightWishes wishes, OnUpdate on_update,
                          LightPresenceOptions options)
    : address_(std::move(address)),
      options_(std::move(options)),
      on_update_(std::move(on_update)),
      tells_staleness_(options_.on_stale != nullptr),
      wishes_(std::move(wishes)),
      backoff_(RandomSource::System(), options_.reconnect),
      callbacks_(options_.callbacks != nullptr ? *options_.callbacks : own_thread_) {
  if (options_.heartbeat.count() == 0) {
    options_.heartbeat = std::chrono::seconds(options_.transport == LightPresenceTransport::kTcp ? 2 : 10);
  }
  book_.SetFriends(wishes_.friends);
}

void LightPresence::Impl::Start() {
  thread_ = std::thread([this] { Run(); });
}

void LightPresence::Impl::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_up_.Ring();
  thread_.join();
  if (!callbacks_.Close()) return;  // The callback that stops us keeps what it stands on; that goes with us.
  on_update_ = nullptr;
  options_.on_stale = nullptr;
}

template <typename Change>
void LightPresence::Impl::Wish(Change change, void (LightSession::*tell)(TimePoint)) {
  {
    std::lock_guard lock(mutex_);
    if (finished_ || wishes_.signs_off) return;
    change();
    if (session_ != nullptr && session_->phase() == Phase::kOpen) (*session_.*tell)(Now());
    PushEventsLocked();
  }
  wake_up_.Ring();
}

void LightPresence::Impl::SetFriends(std::vector<std::string> friends) {
  Wish(
      [&] {
        wishes_.friends = std::move(friends);
        book_.SetFriends(wishes_.friends);
      },
      &LightSession::OnFriends);
}

void LightPresence::Impl::SetStatus(PresenceStatus status) {
  Wish([&] { wishes_.status = std::move(status); }, &LightSession::OnStatus);
}

void LightPresence::Impl::SignOff() {
  Wish([&] { wishes_.signs_off = true; }, &LightSession::OnSignOff);
}

bool LightPresence::Impl::SendRaw(const std::string& object) {
  {
    std::lock_guard lock(mutex_);
    if (session_ == nullptr || !session_->SendRaw(object)) return false;
  }
  wake_up_.Ring();
  return true;
}

bool LightPresence::Impl::is_stopping() {
  std::lock_guard lock(mutex_);
  return stopping_ || (wishes_.signs_off && session_ == nullptr);  // Without a link the server needs no word.
}

void LightPresence::Impl::Run() {
  while (!is_stopping()) {
    if (!RunSession()) break;
    if (!WaitToTryAgain()) break;
  }
  std::lock_guard lock(mutex_);
  finished_ = true;
}

bool LightPresence::Impl::RunSession() {
  ++attempts_;
  StatusOr<std::string> token = options_.token ? options_.token() : std::string();
  if (!token.ok()) return IsWorthAskingAgain(token.status()) || FinishWith(token.status());
  if (!OpenLink().ok()) return true;
  BeginSession(*std::move(token));
  Serve();
  return EndSession();
}

Status LightPresence::Impl::OpenLink() {
  if (attempts_ % kAttemptsPerPort == 0) socket_.Close();
  unsent_.clear();
  if (options_.tls.enabled) {
    OOFGG_ASSIGN_OR_RETURN(tls_, internal::LightTls::Make(options_.tls, address_.host));
  }
  return socket_.Open(options_.transport, address_, attempts_ - 1);
}

void LightPresence::Impl::BeginSession(std::string token) {
  std::lock_guard lock(mutex_);
  const LightSession::Parts parts{.wishes = wishes_,
                                  .book = book_,
                                  .token = std::move(token),
                                  .first_revision = std::max(last_revision_ + 1, WallMilliseconds()),
                                  .heartbeat = options_.heartbeat,
                                  .seed = RandomSource::System().Next()};
  if (options_.transport == LightPresenceTransport::kTcp) {
    session_ = std::make_unique<internal::LightTcpSession>(parts);
  } else {
    session_ = std::make_unique<internal::LightUdpSession>(parts);
  }
  session_->Start(Now());
  PushEventsLocked();
}

void LightPresence::Impl::Serve() {
  for (;;) {
    if (!WriteAll() || is_stopping()) return;
    {
      std::lock_guard lock(mutex_);
      if (session_->phase() != Phase::kOpen) return;
    }
    WaitForWork();
    if (!ReadAll()) return;
    std::lock_guard lock(mutex_);
    session_->Advance(Now());
    PushEventsLocked();
  }
}

void LightPresence::Impl::WaitForWork() {
  TimePoint deadline;
  {
    std::lock_guard lock(mutex_);
    deadline = session_->NextDeadline();
  }
  const auto wanted = static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT);
  std::array<pollfd, 2> waited{{{wake_up_.fd(), POLLIN, 0}, {socket_.fd(), wanted, 0}}};
  poll(waited.data(), waited.size(), MillisecondsUntil(deadline));
  wake_up_.Clear();
}

bool LightPresence::Impl::ReadAll() {
  std::string buffer(kReadBuffer, '\0');
  for (;;) {
    const auto bytes = socket_.Receive(buffer);
    if (!bytes.has_value()) return false;
    if (bytes->empty()) return true;
    if (tls_ == nullptr) {
      if (!HearBytes(*bytes)) return true;
      continue;
    }
    std::string plain;
    const Status status = tls_->Receive(*bytes, plain);
    if (!plain.empty()) HearBytes(plain);
    if (!status.ok()) return false;
  }
}

bool LightPresence::Impl::HearBytes(std::string_view bytes) {
  if (options_.on_bytes) options_.on_bytes(false, bytes);
  std::lock_guard lock(mutex_);
  session_->OnBytes(Now(), bytes);
  PushEventsLocked();
  return session_->phase() == Phase::kOpen;
}

bool LightPresence::Impl::WriteAll() {
  std::vector<std::string> output;
  {
    std::lock_guard lock(mutex_);
    output = session_->TakeOutput();
  }
  for (const std::string& bytes : output) {
    if (options_.on_bytes) options_.on_bytes(true, bytes);
    if (options_.transport == LightPresenceTransport::kUdp) {
      if (!socket_.Send(bytes).has_value()) return false;
    } else if (tls_ == nullptr) {
      unsent_ += bytes;
    } else if (!tls_->Send(bytes).ok()) {
      return false;
    }
  }
  if (tls_ != nullptr) unsent_ += tls_->TakeOutput();
  if (unsent_.empty()) return true;
  const auto count = socket_.Send(unsent_);
  if (count.has_value()) unsent_.erase(0, *count);
  return count.has_value();
}

bool LightPresence::Impl::EndSession() {
  std::unique_lock lock(mutex_);
  const Phase phase = session_->phase();
  const Status refusal = session_->refusal();
  last_revision_ = session_->revision();
  if (session_->was_settled()) {
    attempts_ = 0;
    refused_ = false;
    backoff_.Reset();
  }
  session_.reset();
  book_.Forget();
  PushEventsLocked();
  if (phase == Phase::kSignedOff || wishes_.signs_off) return false;
  if (phase != Phase::kRefused || !std::exchange(refused_, true)) return true;
  lock.unlock();
  return FinishWith(refusal);
}

bool LightPresence::Impl::FinishWith(const Status& error) {
  std::lock_guard lock(mutex_);
  finished_ = true;
  callbacks_.Push(shared_from_this(), [this, error] { on_update_(error); });
  return false;
}

bool LightPresence::Impl::WaitToTryAgain() {
  const TimePoint when = DeadlineAfter(Now(), backoff_.Next());
  pollfd waited{wake_up_.fd(), POLLIN, 0};
  while (!is_stopping() && Now() < when) {
    poll(&waited, 1, MillisecondsUntil(when));
    wake_up_.Clear();
  }
  return !is_stopping();
}

void LightPresence::Impl::PushEventsLocked() {
  for (FriendBook::Event& event : book_.TakeEvents()) {
    if (event.user_id.empty() && !tells_staleness_) continue;
    callbacks_.Push(shared_from_this(), [this, event = std::move(event)] {
      if (!event.user_id.empty()) return Report(event.user_id);
      options_.on_stale(event.stale);
    });
  }
}

void LightPresence::Impl::Report(const std::string& user_id) {
  std::optional<PresenceUpdate> update;
  {
    std::lock_guard lock(mutex_);
    update = book_.TakeReport(user_id);
  }
  if (update.has_value()) on_update_(*std::move(update));
}

}  // namespace oofgg
