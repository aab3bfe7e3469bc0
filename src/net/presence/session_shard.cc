#include "net/presence/session_shard.h"

#include <algorithm>
#include <iterator>

#include "net/presence/farewells.h"
#include "net/presence/tcp_session.h"

namespace oofgg::net {
namespace {

// Sessions pumped in one visit to the strand, so that they do not hold up what else is to be done there;
// fewer of a celebrity's followers, for whom everybody waits.
constexpr std::size_t kPumpsPerTurn = 64;
constexpr std::size_t kLatePumpsPerTurn = 4;

/// Moves the first `most` sessions.
template <typename Sessions>
void MoveSome(Sessions& from, std::size_t most, Sessions& to) {
  const auto end = from.begin() + static_cast<std::ptrdiff_t>(std::min(from.size(), most));
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(end));
  from.erase(from.begin(), end);
}

}  // namespace

SessionShard::SessionShard(boost::asio::io_context& io, std::shared_ptr<PresenceTcpContext> context)
    : context_(std::move(context)), strand_(boost::asio::make_strand(io)) {}

void SessionShard::Wake(std::shared_ptr<TcpSession> session, Turn turn) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  const bool first = woken_.empty() && woken_after_others_.empty();
  (turn == Turn::kNext ? woken_ : woken_after_others_).push_back(std::move(session));
  if (first) PostPump();
}

void SessionShard::PostPump() {
  boost::asio::post(strand_, [self = shared_from_this()] { self->PumpWoken(); });
}

void SessionShard::PumpWoken() {
  Sessions turn;
  {
    const std::lock_guard lock(mutex_);
    MoveSome(woken_, kPumpsPerTurn, turn);
    MoveSome(woken_after_others_, kLatePumpsPerTurn, turn);
    if (!woken_.empty() || !woken_after_others_.empty()) PostPump();
  }
  for (const auto& session : turn) session->Pump();
}

void SessionShard::QueueHandshake(std::shared_ptr<TcpSession> session) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  handshakes_.push_back(std::move(session));
  if (handshakes_.size() == 1) PostHandshake();
}

void SessionShard::PostHandshake() {
  boost::asio::post(strand_, [self = shared_from_this()] { self->RunHandshake(); });
}

void SessionShard::RunHandshake() {
  std::shared_ptr<TcpSession> session;
  {
    const std::lock_guard lock(mutex_);
    if (handshakes_.empty()) return;  // Stopped.
    session = std::move(handshakes_.front());
    handshakes_.pop_front();
    if (!handshakes_.empty()) PostHandshake();
  }
  session->Handshake();
}

void SessionShard::Remove(TcpSession& session) {
  SetDeadline(session, kNever);
  sessions_.erase(&session);
}

void SessionShard::SetDeadline(TcpSession& session, TimePoint when) {
  const TimePoint before = std::exchange(session.deadline, when);
  if (before != kNever) deadlines_.erase({before, &session});
  if (when == kNever) return;
  deadlines_.insert({when, &session});
  ArmTimer();
}

void SessionShard::ArmTimer() {
  if (deadlines_.empty() || deadlines_.begin()->first >= timer_at_) return;  // Too early a timer looks again.
  timer_at_ = deadlines_.begin()->first;
  timer_ = ScopedTimer(context_->timers, timer_at_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Post([self] { self->Expire(); });
  });
}

void SessionShard::Expire() {
  timer_at_ = kNever;
  const TimePoint now = context_->clock.Now();
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const std::shared_ptr<TcpSession> session = deadlines_.begin()->second->shared_from_this();
    SetDeadline(*session, kNever);
    session->OnDeadline();
  }
  ArmTimer();
}

void SessionShard::EndLogin(std::string_view login) {
  std::vector<std::shared_ptr<TcpSession>> sessions;  // Each removes itself.
  const auto [first, last] = logins_.equal_range(login);
  for (auto it = first; it != last; ++it) sessions.push_back(it->second->shared_from_this());
  for (const auto& session : sessions) session->OnRevoked();
}

void SessionShard::SendLoginsAway() {
  std::vector<std::shared_ptr<TcpSession>> sessions;  // Each removes itself.
  for (const auto& [login, session] : logins_) sessions.push_back(session->shared_from_this());
  for (const auto& session : sessions) session->SayGoodbye(ToBeRecognised());
}

void SessionShard::Drain() {
  const std::vector<TcpSession*> sessions(sessions_.begin(), sessions_.end());
  for (TcpSession* session : sessions) session->shared_from_this()->SayGoodbye(Restarting());
}

void SessionShard::Stop() {
  Sessions dropped[3];
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped[0].swap(woken_);
    dropped[1].swap(woken_after_others_);
    dropped[2].swap(handshakes_);
  }
  timer_.Cancel();
  while (!sessions_.empty()) (*sessions_.begin())->shared_from_this()->Close();
}

}  // namespace oofgg::net
