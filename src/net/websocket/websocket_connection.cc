#include "net/websocket/websocket_connection.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <shared_mutex>
#include <utility>

#include "base/forwarded_for.h"

namespace oofgg::net {
namespace {

using Outcome = SecureResult::Outcome;
using Socket = SessionStream::Socket;

constexpr std::size_t kReadBytes = 16 * 1024;  // One record of TLS.
constexpr int kReadsInATurn = 4;
constexpr std::size_t kBatchBytes = 32 * 1024;
constexpr std::size_t kMostInInbox = 64 * 1024;
constexpr int kPumpsInATurn = 4;
constexpr std::uint8_t kMostUnanswered = 2;
// A peer that sends on after its fault is read for a while, so that it finds the reason and not a reset.
constexpr std::uint32_t kMostDiscardedBytes = 1024 * 1024;
constexpr std::string_view kEndOfHead = "\r\n\r\n";

std::size_t CostOf(const ReceivedFrame& message) { return sizeof message + message.payload.size(); }

AddressKey AddressOf(const std::string& text) {
  boost::system::error_code no_address;
  return KeyOf(boost::asio::ip::make_address(text, no_address));
}

}  // namespace

WebSocketConnection::WebSocketConnection(std::shared_ptr<WebSocketContext> context, Socket socket,
                                         const boost::asio::ip::address& peer, AddressKey counted_as)
    : context_(std::move(context)),
      peer_(peer),
      counted_as_(counted_as),
      stream_(std::move(socket)),
      messages_(context_->clock, context_->options.messages) {}

void WebSocketConnection::Start() {
  const std::lock_guard lock(mutex_);
  context_->book->Add(shared_from_this());
  if (context_->draining) return Close();
  Await(context_->options.handshake_timeout);
  if (context_->options.secure) {
    if (!context_->handshakes.TryBegin(KeyOf(peer_))) {
      context_->Count(&WebSocketCounts::over_rate);
      return Close();
    }
    if (!stream_.Secure(context_->options.secure)) return Close();
    stage_ = Stage::kHandshake;
  }
  Read();  // Under load the request is there already.
}

void WebSocketConnection::WaitReadable() {
  if (std::exchange(reading_, true)) return;
  stream_.Wait(Socket::wait_read, [self = shared_from_this()](const SessionStream::Error& error) {
    const PumpQueue::Turn turn(
        *self->context_->pumps);  // What was said is with its hearers before this ends.
    const std::lock_guard lock(self->mutex_);
    self->reading_ = false;
    if (self->stage_ == Stage::kClosed) return;
    if (error) return self->Close();
    if (!self->blocked_ && !self->paused_) self->Read();
  });
}

void WebSocketConnection::Read() {
  static thread_local std::array<char, kReadBytes> buffer;
  for (int turn = 0; turn < kReadsInATurn && stage_ != Stage::kClosed; ++turn) {
    if (stage_ == Stage::kHandshake) return Handshake();
    const SecureResult read = stream_.Read(buffer);
    if (read.outcome == Outcome::kWantRead) break;
    if (read.outcome == Outcome::kWantWrite) return WaitToWrite(Socket::wait_write);
    if (read.outcome != Outcome::kDone) return Close();
    const std::string_view bytes(buffer.data(), read.bytes);
    unanswered_ = 0;
    if (stage_ == Stage::kHead) {
      TakeHead(bytes);
    } else if (stage_ == Stage::kOpen) {
      TakeFrames(bytes);
    } else {
      Discard(bytes.size());
    }
    if (blocked_ || paused_) return;
    // Of TLS a read gives one record, and only one that finds nothing frees its memory.
    if (!stream_.is_secure() && bytes.size() < buffer.size()) break;
  }
  if (stage_ != Stage::kClosed) WaitReadable();
}

void WebSocketConnection::Handshake() {
  switch (stream_.Handshake().outcome) {
    case Outcome::kDone:
      stage_ = Stage::kHead;
      return Read();
    case Outcome::kWantRead:
      return WaitReadable();
    case Outcome::kWantWrite:
      return WaitToWrite(Socket::wait_write);
    case Outcome::kEnd:
    case Outcome::kFailed:
      context_->Count(&WebSocketCounts::broken);
      stream_.Abandon();  // TLS has told the peer why.
      return LeaveWith({});
  }
}

void WebSocketConnection::TakeHead(std::string_view bytes) {
  head_ += bytes;
  const std::size_t end = head_.find(kEndOfHead);
  const std::size_t most = context_->options.max_head_bytes;
  if (end == std::string::npos && head_.size() <= most) return;
  // One that is too long is read too, as what it is told comes from there.
  const std::string head = std::exchange(head_, {});
  const std::size_t size = end == std::string::npos ? head.size() : end + kEndOfHead.size();
  Upgrade(std::string_view(head).substr(0, size));
  if (stage_ == Stage::kOpen && size < head.size()) TakeFrames(std::string_view(head).substr(size));
}

void WebSocketConnection::Upgrade(std::string_view head) {
  UpgradeRequest request;
  StatusOr<Caller> caller = MakeStatus(StatusCode::kUnauthenticated, "no token");
  UpgradeRefusal refusal;
  if (head.size() > context_->options.max_head_bytes) {
    refusal = {431, "Request Header Fields Too Large"};
  } else {
    refusal = ReadUpgrade(head, context_->options.max_head_bytes, request);
  }
  if (refusal.status == 0) refusal = Admit(request, caller);
  if (stage_ == Stage::kClosed) return;
  if (refusal.status == 0) return Open(std::move(request), *std::move(caller));
  context_->Count(refusal.status == 401   ? &WebSocketCounts::unauthorized
                  : refusal.status == 429 ? &WebSocketCounts::over_rate
                                          : &WebSocketCounts::other_refusals);
  LeaveWith(RefusalAnswer(refusal));
}

UpgradeRefusal WebSocketConnection::Admit(const UpgradeRequest& request, StatusOr<Caller>& caller) {
  const WebSocketOptions& options = context_->options;
  const AddressKey from = AddressOf(ForwardedFor(options.proxies, peer_.to_string(), request.forwarded_for));
  const bool is_spared = options.spares_this_machine && IsLoopback(from);
  const std::string_view key(reinterpret_cast<const char*>(&from), sizeof from);
  if (!is_spared && !context_->upgrades.TryTake(key).granted) {
    return {429, "too many connections were begun from your address; wait a moment"};
  }
  if (from != KeyOf(peer_)) {
    if (!context_->limiter.Move(counted_as_, from).ok()) {
      return {429, "too many connections from your address; close some"};
    }
    counted_as_ = from;
  }
  if (UpgradeRefusal refusal = CheckOrigin(options.origins, request.origin); refusal.status != 0) {
    return refusal;
  }
  UpgradeRefusal unauthorized{401, "the token is missing, or not valid any more"};
  if (request.token.empty()) return unauthorized;
  const std::uint64_t generation = context_->generation;
  caller = context_->authenticate(request.token);
  if (!caller.ok()) return unauthorized;
  context_->book->AddLogin(*this, caller->session_id);
  // Its login may have been ended before it was in the book. The second look is a cheap one.
  if (!context_->authenticate(request.token).ok()) return unauthorized;
  if (context_->draining || generation != context_->generation) Close();
  return {};
}

void WebSocketConnection::Open(UpgradeRequest request, Caller caller) {
  context_->Count(&WebSocketCounts::opened);
  stage_ = Stage::kOpen;
  was_open_ = true;
  path_ = std::move(request.session_id);
  path_after_ = request.after;
  subscriptions_ = std::make_unique<Subscriptions>(
      context_->open, std::move(caller),
      Subscriptions::Options{.max_sessions = context_->options.max_sessions, .echo = request.echo},
      weak_from_this());
  Await(context_->options.ping_interval);
  Send(UpgradeAnswer(request.key));
  if (!path_.empty()) Schedule();
}

void WebSocketConnection::TakeFrames(std::string_view bytes) {
  ReceivedFrame frame;
  while (stage_ == Stage::kOpen) {
    const auto outcome = reader_.Next(bytes, context_->options.max_message_bytes, frame);
    if (outcome == FrameReader::Outcome::kMore) break;
    if (outcome == FrameReader::Outcome::kBroken) {
      context_->Count(&WebSocketCounts::broken);
      return CloseWith(reader_.broken(), "");
    }
    if (!messages_.TryTake().granted) {
      context_->Count(&WebSocketCounts::broken);
      return CloseWith(CloseCode::kPolicyViolation, "too many messages at once");
    }
    TakeFrame(std::move(frame));
  }
  if (inbox_.empty() || stage_ != Stage::kOpen) return;
  paused_ = inbox_bytes_ >= kMostInInbox;
  Schedule();
}

void WebSocketConnection::TakeFrame(ReceivedFrame frame) {
  std::string answer;
  switch (frame.opcode) {
    case Opcode::kPing:
      AppendFrame(answer, Opcode::kPong, frame.payload);
      return Send(answer);
    case Opcode::kClose:
      peer_closed_ = true;
      return CloseWith(frame.code, "");
    case Opcode::kText:
    case Opcode::kBinary:
      inbox_bytes_ += CostOf(frame);
      inbox_.push_back(std::move(frame));
      return;
    case Opcode::kPong:
    case Opcode::kContinuation:
      return;
  }
}

void WebSocketConnection::Discard(std::size_t count) {
  discarded_ += static_cast<std::uint32_t>(count);
  if (discarded_ > kMostDiscardedBytes) Close();
}

void WebSocketConnection::Send(std::string_view bytes) {
  if (stage_ == Stage::kClosed || bytes.empty()) return;
  const std::string_view rest = blocked_ ? bytes : TryWrite(bytes);
  if (stage_ != Stage::kClosed && !rest.empty()) out_.Get() += rest;
}

/// What the peer does not take now.
std::string_view WebSocketConnection::TryWrite(std::string_view bytes) {
  while (!bytes.empty()) {
    const SecureResult written = stream_.Write(bytes);
    if (written.outcome == Outcome::kDone) {
      bytes.remove_prefix(written.bytes);
    } else if (written.outcome == Outcome::kWantWrite || written.outcome == Outcome::kWantRead) {
      WaitToWrite(written.outcome == Outcome::kWantRead ? Socket::wait_read : Socket::wait_write);
      break;
    } else {
      Close();
      return {};
    }
  }
  return bytes;
}

/// However often the peer takes a little, what waits has one deadline.
void WebSocketConnection::WaitToWrite(Socket::wait_type what) {
  blocked_ = true;
  if (write_by_ == kNever) {
    write_by_ = DeadlineAfter(context_->clock.Now(), context_->options.write_timeout);
    UpdateDeadline();
  }
  stream_.Wait(what, [self = shared_from_this()](const SessionStream::Error& error) {
    const std::lock_guard lock(self->mutex_);
    if (self->stage_ == Stage::kClosed) return;
    if (error) return self->Close();
    self->OnWritable();
  });
}

void WebSocketConnection::OnWritable() {
  blocked_ = false;
  const std::string_view rest = TryWrite(out_.view());
  if (stage_ == Stage::kClosed) return;
  if (blocked_) {
    out_.Get().erase(0, out_.view().size() - rest.size());
    return;
  }
  out_.Free();
  write_by_ = kNever;
  UpdateDeadline();
  if (stage_ == Stage::kLeaving) BeginLinger();
  if (stage_ != Stage::kClosed && !reading_ && !paused_) Read();
  if (stage_ == Stage::kOpen) Schedule();
}

/// The same whether the peer asked for it or not: what it says from now on is not heard.
void WebSocketConnection::CloseWith(CloseCode code, std::string_view why) {
  std::string frame;
  AppendClose(frame, code, why);
  LeaveWith(frame);
}

void WebSocketConnection::LeaveWith(std::string_view bytes) {
  if (stage_ >= Stage::kLeaving) return;
  stage_ = Stage::kLeaving;
  inbox_.clear();
  paused_ = false;
  Await(context_->options.write_timeout);
  if (was_open_) Schedule();
  Send(bytes);
  if (stage_ == Stage::kLeaving && !blocked_) BeginLinger();
}

void WebSocketConnection::BeginLinger() {
  if (peer_closed_ || !stream_.EndWriting()) return Close();
  stage_ = Stage::kLingering;
  Await(context_->options.close_timeout);
  WaitReadable();
}

void WebSocketConnection::Close() {
  if (stage_ == Stage::kClosed) return;
  stage_ = Stage::kClosed;
  stream_.Close();
  out_.Free();
  inbox_.clear();
  context_->book->SetDeadline(*this, kNever);
  was_open_ ? Schedule() : Release();
}

void WebSocketConnection::Release() {
  if (std::exchange(released_, true)) return;
  context_->book->Remove(*this);
  context_->limiter.Remove(counted_as_);
}

void WebSocketConnection::Await(std::chrono::milliseconds timeout) {
  due_ = DeadlineAfter(context_->clock.Now(), timeout);
  UpdateDeadline();
}

void WebSocketConnection::UpdateDeadline() {
  context_->book->SetDeadline(*this, (std::min)(due_, write_by_));
}

void WebSocketConnection::OnDeadline() {
  const std::lock_guard lock(mutex_);
  if (stage_ == Stage::kClosed) return;
  const TimePoint now = context_->clock.Now();
  if (write_by_ <= now) {
    context_->Count(&WebSocketCounts::not_reading);
    return Close();
  }
  if (due_ > now) return UpdateDeadline();
  if (stage_ == Stage::kOpen) return Ping();
  if (stage_ < Stage::kOpen) context_->Count(&WebSocketCounts::timeouts);
  Close();
}

void WebSocketConnection::Ping() {
  if (unanswered_ >= kMostUnanswered) {
    context_->Count(&WebSocketCounts::unanswered);
    return Close();
  }
  ++unanswered_;
  Await(context_->options.ping_interval);
  std::string ping;
  AppendFrame(ping, Opcode::kPing, {});
  Send(ping);
}

void WebSocketConnection::Revoke() {
  const std::lock_guard lock(mutex_);
  stage_ == Stage::kOpen ? CloseWith(CloseCode::kRevoked, "the login has been ended") : Close();
}

void WebSocketConnection::Drop() {
  const std::lock_guard lock(mutex_);
  Close();
}

void WebSocketConnection::Schedule() {
  if (pump_.exchange(kWanted) == kIdle) context_->pumps->Add(shared_from_this());
}

void WebSocketConnection::Pump() { Pump(Waiting::kNever); }

void WebSocketConnection::Pump(Waiting waiting) {
  const std::shared_lock gate(context_->gate);
  if (context_->stopped) return;
  for (int turn = 0; turn < kPumpsInATurn; ++turn) {
    pump_ = kRunning;
    if (!PumpOnce(waiting)) {
      return context_->workers.Post([self = shared_from_this()] { self->Pump(Waiting::kAllowed); });
    }
    int running = kRunning;
    if (pump_.compare_exchange_strong(running, kIdle)) return;
  }
  context_->pumps->Add(shared_from_this());  // Others want a turn as well.
}

/// Whether all was done that there was to do, without waiting for anything unless that is allowed.
bool WebSocketConnection::PumpOnce(Waiting waiting) {
  static thread_local std::string batch;
  std::vector<ReceivedFrame> inbox;
  std::unique_lock lock(mutex_);
  const bool may_wait = waiting == Waiting::kAllowed;
  if (!may_wait && (stage_ != Stage::kOpen || !path_opened_ || !subscriptions_->IsAtHand())) return false;
  if (stage_ != Stage::kOpen) {
    EndSubscriptions(std::move(lock));
    return true;
  }
  inbox.swap(inbox_);
  inbox_bytes_ = 0;
  const bool may_pull = !blocked_;
  lock.unlock();

  batch.clear();
  if (!std::exchange(path_opened_, true) && !path_.empty()) {
    subscriptions_->OpenPath(path_, path_after_, batch);
  }
  auto message = inbox.begin();
  while (message != inbox.end() && subscriptions_->Take(*message, may_wait, batch)) ++message;
  const bool more = may_pull && subscriptions_->Pull(batch, kBatchBytes);
  const auto& verdict = subscriptions_->verdict();

  lock.lock();
  if (stage_ != Stage::kOpen) return true;  // Whoever changed it wants the pump again.
  Send(batch);
  if (verdict.has_value()) {
    verdict->code == CloseCode::kNone ? LeaveWith({}) : CloseWith(verdict->code, verdict->why);
    return true;
  }
  const bool is_done = message == inbox.end();
  for (auto rest = message; rest != inbox.end(); ++rest) inbox_bytes_ += CostOf(*rest);
  inbox_.insert(inbox_.begin(), std::move_iterator(message), std::move_iterator(inbox.end()));
  if (more && !blocked_) pump_ = kWanted;
  if (is_done && std::exchange(paused_, false) && !blocked_) WaitReadable();
  return is_done;
}

void WebSocketConnection::EndSubscriptions(std::unique_lock<std::mutex> lock) {
  const std::unique_ptr<Subscriptions> ended = std::move(subscriptions_);
  lock.unlock();
  if (ended != nullptr) ended->Close();
  lock.lock();
  if (stage_ == Stage::kClosed) Release();
}

void WebSocketConnection::Abandon() {
  pump_ = kWanted;  // Nobody will post it again.
  std::unique_lock lock(mutex_);
  stage_ = Stage::kClosed;
  stream_.Close();
  EndSubscriptions(std::move(lock));
}

}  // namespace oofgg::net
