#include "net/presence/session_shard.h"

#include "net/presence/farewells.h"
#include "net/presence/tcp_session.h"

namespace oofgg::net {
SessionShard::SessionShard(boost::asio::io_context& io, std::shared_ptr<PresenceTcpContext> context)
    : context_(std::move(context)), strand_(boost::asio::make_strand(io)) {}

void SessionShard::Wake(std::shared_ptr<TcpSession> session, WakeTurn turn) {
  const std::lock_guard lock(mutex_);
  if (!stopped_ && woken_.Push(std::move(session), turn)) PostPump();
}

void SessionShard::PostPump() {
  boost::asio::post(strand_, [self = shared_from_this()] { self->PumpWoken(); });
}

void SessionShard::PumpWoken() {
  std::vector<std::shared_ptr<TcpSession>> turn;
  {
    const std::lock_guard lock(mutex_);
    turn = woken_.TakeTurn();
    if (!woken_.empty()) PostPump();
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
  for (TcpSession* session : sessions)
    session->shared_from_this()->SayGoodbye(context_->hub.SendOn(Restarting()));
}

void SessionShard::Stop() {
  decltype(woken_) woken;  // They go when the lock is not held.
  decltype(handshakes_) handshakes;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    std::swap(woken, woken_);
    handshakes.swap(handshakes_);
  }
  timer_.Cancel();
  while (!sessions_.empty()) (*sessions_.begin())->shared_from_this()->Close();
}

}  // namespace oofgg::net
