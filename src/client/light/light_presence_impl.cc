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

constexpr std::size_t kMostRedirects = 3;

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
      link_(options_.transport, options_.tls,
            options_.on_bytes ? [this](std::string_view bytes) { options_.on_bytes(true, bytes); }
                              : std::function<void(std::string_view)>()),
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
  options_.on_trouble = nullptr;
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

/// Without a link, over TCP the server needs no word.
bool LightPresence::Impl::is_stopping() {
  std::lock_guard lock(mutex_);
  const bool needs_word = options_.transport == LightPresenceTransport::kUdp;
  return stopping_ || (wishes_.signs_off && session_ == nullptr && !needs_word);
}

bool LightPresence::Impl::is_signing_off() {
  std::lock_guard lock(mutex_);
  return wishes_.signs_off;
}

void LightPresence::Impl::Run() {
  for (bool is_last = false; !is_last && !is_stopping();) {
    is_last = is_signing_off();
    const Status trouble = RunSession();
    if (trouble.ok()) break;
    ReportTrouble(trouble);
    if (!FollowsRedirect()) WaitToTryAgain();
  }
  std::lock_guard lock(mutex_);
  finished_ = true;
}

/// A few times in a row: instances that send us in circles have to be given time.
bool LightPresence::Impl::FollowsRedirect() {
  redirect_ = std::exchange(next_redirect_, std::nullopt);
  if (!redirect_.has_value()) return false;
  return ++redirects_ <= kMostRedirects;
}

Status LightPresence::Impl::RunSession() {
  const std::size_t attempt = attempts_++;
  StatusOr<std::string> token = options_.token ? options_.token() : std::string();
  if (!token.ok()) return IsWorthAskingAgain(token.status()) ? token.status() : FinishWith(token.status());
  if (const Status opened = link_.Open(target(), attempt); !opened.ok()) {
    return Annotate(opened, FormatHostPort(target()));
  }
  BeginSession(*std::move(token));
  return EndSession(Serve());
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

Status LightPresence::Impl::Serve() {
  for (;;) {
    OOFGG_RETURN_IF_ERROR(WriteAll());
    if (is_stopping()) return absl::OkStatus();
    {
      std::lock_guard lock(mutex_);
      if (session_->phase() != Phase::kOpen) return absl::OkStatus();
    }
    WaitForWork();
    OOFGG_RETURN_IF_ERROR(link_.Receive([this](std::string_view bytes) { HearBytes(bytes); }));
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
  const auto wanted = static_cast<short>(link_.has_unsent() ? POLLIN | POLLOUT : POLLIN);
  std::array<pollfd, 2> waited{{{wake_up_.fd(), POLLIN, 0}, {link_.fd(), wanted, 0}}};
  poll(waited.data(), waited.size(), MillisecondsUntil(deadline));
  wake_up_.Clear();
}

void LightPresence::Impl::HearBytes(std::string_view bytes) {
  if (options_.on_bytes) options_.on_bytes(false, bytes);
  std::lock_guard lock(mutex_);
  session_->OnBytes(Now(), bytes);
  PushEventsLocked();
}

Status LightPresence::Impl::WriteAll() {
  std::vector<std::string> output;
  {
    std::lock_guard lock(mutex_);
    output = session_->TakeOutput();
  }
  return link_.Send(std::move(output));
}

Status LightPresence::Impl::EndSession(const Status& link) {
  std::unique_lock lock(mutex_);
  const Phase phase = session_->phase();
  const Status why = phase == Phase::kOpen ? link : session_->why();
  last_revision_ = session_->revision();
  next_redirect_ = session_->redirect();
  if (session_->was_settled()) {
    redirects_ = 0;
    attempts_ = 0;
    refused_ = false;
    backoff_.Reset();
  }
  session_.reset();
  book_.Forget();
  PushEventsLocked();
  if (phase != Phase::kRefused || !std::exchange(refused_, true))
    return Annotate(why, FormatHostPort(target()));
  lock.unlock();
  return FinishWith(why);
}

Status LightPresence::Impl::FinishWith(const Status& error) {
  std::lock_guard lock(mutex_);
  finished_ = true;
  callbacks_.Push(shared_from_this(), [this, error] { on_update_(error); });
  return absl::OkStatus();
}

void LightPresence::Impl::WaitToTryAgain() {
  const TimePoint when = DeadlineAfter(Now(), backoff_.Next());
  pollfd waited{wake_up_.fd(), POLLIN, 0};
  while (!is_stopping() && !is_signing_off() && Now() < when) {
    poll(&waited, 1, MillisecondsUntil(when));
    wake_up_.Clear();
  }
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

void LightPresence::Impl::ReportTrouble(const Status& why) {
  if (!options_.on_trouble) return;
  callbacks_.Push(shared_from_this(), [this, why] { options_.on_trouble(why); });
}

}  // namespace oofgg
