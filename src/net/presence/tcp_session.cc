#include "net/presence/tcp_session.h"

#include <array>
#include <utility>

#include "base/session_revoked.h"
#include "net/presence/farewells.h"

namespace oofgg::net {
namespace {

using presence::ClientObject;
using presence::ProtocolVersion;
using Outcome = SecureResult::Outcome;

constexpr std::size_t kWriteBatch = 16 * 1024;
constexpr int kReadsPerTurn = 4;
// A peer that sends on after its fault is read for a while, so that it finds the reason and not a reset.
constexpr std::uint32_t kMostDiscarded = 1024 * 1024;

}  // namespace

TcpSession::TcpSession(std::shared_ptr<SessionShard> shard, Socket socket, AddressKey address)
    : shard_(std::move(shard)), stream_(std::move(socket)), address_(address) {}

void TcpSession::Start() {
  shard_->Add(*this);
  if (shard_->context().options.tls != PresenceTls::kOff) form_ = Form::kUnknown;
  if (shard_->context().draining) {
    SayGoodbye(Restarting());
  } else {
    Await(Awaiting::kObject);
  }
  if (stream_.is_open()) OnReadable();  // Under load the hello is there already.
}

void TcpSession::Wake(presence::HostTag) { shard_->Wake(shared_from_this(), WakeTurn::kNext); }

void TcpSession::WakeOneOfMany(presence::HostTag) {
  shard_->Wake(shared_from_this(), WakeTurn::kAfterOthers);
}

void TcpSession::Finish(presence::HostTag, Status status) {
  shard_->Post([self = shared_from_this(), status = std::move(status)] { self->RefuseInput(status); });
}

void TcpSession::WaitReadable() {
  reading_ = true;
  stream_.Wait(Socket::wait_read, [self = shared_from_this()](const SessionStream::Error& error) {
    self->reading_ = false;
    if (!self->stream_.is_open()) return;
    if (error) return self->Close();
    if (!self->blocked_) self->OnReadable();
  });
}

void TcpSession::OnReadable() {
  if (form_ == Form::kUnknown) return FindForm();
  if (form_ == Form::kHandshake) {
    reading_ = true;
    return shard_->QueueHandshake(shared_from_this());
  }
  auto& buffer = shard_->read_buffer();
  for (int turn = 0; turn < kReadsPerTurn && stream_.is_open(); ++turn) {
    const SecureResult read = stream_.Read(buffer);
    if (read.outcome == Outcome::kWantRead) break;
    if (read.outcome == Outcome::kWantWrite) return WaitToWrite(Socket::wait_write);
    if (read.outcome != Outcome::kDone) return Close();
    if (leaving_) {
      Discard(read.bytes);
    } else {
      Consume({buffer.data(), read.bytes});
    }
    if (blocked_) return;
    // Of TLS a read gives one record, and only one that finds nothing frees its memory.
    if (!stream_.is_secure() && read.bytes < buffer.size()) break;
  }
  if (stream_.is_open()) WaitReadable();
}

/// By the first byte, which stays where it is.
void TcpSession::FindForm() {
  std::array<char, 1> first{};
  const SecureResult peek = stream_.Peek(first);
  if (peek.outcome == Outcome::kWantRead) return WaitReadable();
  if (peek.outcome != Outcome::kDone) return Close();
  if (first[0] == SessionStream::kTlsByte) {
    BeginHandshake();
  } else {
    TakePlaintext();
  }
  if (stream_.is_open()) OnReadable();
}

void TcpSession::TakePlaintext() {
  form_ = Form::kKnown;
  if (shard_->context().options.tls != PresenceTls::kRequired) return;
  shard_->context().tally.Count(&PresenceTcpCounts::plaintext_refused);
  Refuse(MakeStatus(StatusCode::kFailedPrecondition, "this port takes TLS only; connect with TLS"));
}

void TcpSession::BeginHandshake() {
  PresenceTcpContext& context = shard_->context();
  if (!context.handshakes.TryBegin(address_)) {
    context.tally.Count(&PresenceTcpCounts::handshakes_over_rate);
    return Close();
  }
  if (!stream_.Secure(context.options.secure)) return Close();
  form_ = Form::kHandshake;
}

void TcpSession::Handshake() {
  reading_ = false;
  if (!stream_.is_open()) return;
  PresenceTcpTally& tally = shard_->context().tally;
  switch (stream_.Handshake().outcome) {
    case Outcome::kDone:
      tally.Count(&PresenceTcpCounts::handshakes);
      form_ = Form::kKnown;
      return OnReadable();
    case Outcome::kWantRead:
      return WaitReadable();
    case Outcome::kWantWrite:
      return WaitToWrite(Socket::wait_write);
    case Outcome::kEnd:
    case Outcome::kFailed:
      tally.Count(&PresenceTcpCounts::handshakes_failed);
      // TLS has told the peer why.
      stream_.Abandon();
      LeaveWith({});
      if (stream_.is_open()) WaitReadable();
  }
}

void TcpSession::Discard(std::size_t count) {
  discarded_ += static_cast<std::uint32_t>(count);
  if (discarded_ > kMostDiscarded) Close();
}

void TcpSession::Consume(std::string_view bytes) {
  PresenceTcpTally& tally = shard_->context().tally;
  const presence::JsonFramer::Limits limits{.max_bytes = shard_->context().options.max_object_bytes};
  for (bool any = false;; any = true) {
    const auto object = framer_.Next(bytes, limits);
    if (!object.ok()) {
      const bool too_long = object.status().code() == StatusCode::kOutOfRange;
      tally.Count(too_long ? &PresenceTcpCounts::over_size : &PresenceTcpCounts::malformed);
      return Refuse(object.status());
    }
    if (!object->has_value()) {
      if (any) Await(Awaiting::kNothing);
      if (framer_.unfinished() && awaiting_ == Awaiting::kNothing) Await(Awaiting::kObject);
      return Pump();
    }
    if (const Status status = Handle(**object); !status.ok()) return RefuseInput(status);
  }
}

Status TcpSession::Handle(std::string_view text) {
  OOFGG_ASSIGN_OR_RETURN(const ClientObject object, presence::ParseClientObject(text, version_));
  OOFGG_RETURN_IF_ERROR(TakeShare(object.friends.has_value() ? object.friends->size() : 0));
  version_ = object.version;
  integer_ids_ = integer_ids_ || object.integer_ids;
  if (is_connected()) {
    OOFGG_RETURN_IF_ERROR(HandleWhileOnline(object));
  } else if (!greeted_ || !object.is_only_ping()) {
    OOFGG_RETURN_IF_ERROR(HandleWhileOffline(object));
  }
  if (object.ping.has_value()) {
    presence::AppendPong(object.is_only_ping() ? pongs_.Get() : out_.Get(), *object.ping);
  }
  return absl::OkStatus();
}

Status TcpSession::TakeShare(std::size_t listed) {
  PresenceTcpContext& context = shard_->context();
  if (context.objects.TryTake(address_, listed)) return absl::OkStatus();
  context.tally.Count(&PresenceTcpCounts::over_rate);
  return MakeStatus(StatusCode::kResourceExhausted,
                    "too many objects from your address at once; come back more slowly");
}

Status TcpSession::HandleWhileOnline(const ClientObject& object) {
  presence::PresenceHub& hub = shard_->context().hub;
  if (object.user_id.has_value()) hub.RequireUser(connection_, *object.user_id);
  if (object.online == false) {
    SignOff();
    EndConnection();
    return absl::OkStatus();
  }
  if (object.status.has_value()) hub.SetStatus(connection_, *object.status);
  if (object.friends.has_value()) {
    OOFGG_RETURN_IF_ERROR(HoldFriends(object.friends->size()));
    hub.SetFriends(connection_, *object.friends);
  }
  return absl::OkStatus();
}

Status TcpSession::HandleWhileOffline(const ClientObject& object) {
  if (!object.user_id.has_value()) return InvalidField("user_id", "is missing; a connection begins with it");
  PresenceTcpContext& context = shard_->context();
  OOFGG_ASSIGN_OR_RETURN(auto caller,
                         CheckToken(context.authenticate, context.options.require_token, object));
  const bool proven = caller.has_value();
  greeted_ = true;
  presence::PresenceHub& hub = context.hub;
  const bool signs_off = object.online == false;
  if (version_ == ProtocolVersion::kV2 && !signs_off) OOFGG_RETURN_IF_ERROR(hub.CheckLoad());
  if (signs_off && !hub.IsOnline(*object.user_id)) return absl::OkStatus();

  PresenceTable::ConnectionOptions options;
  options.proven = proven;
  options.announces_to_friends = version_ == ProtocolVersion::kV1;
  options.hears_strangers = true;
  options.hears_status = version_ == ProtocolVersion::kV2;
  options.status = object.status;
  if (version_ == ProtocolVersion::kV2) options.grace = hub.grace();
  const std::vector<std::string> friends = object.friends.value_or(std::vector<std::string>());
  proven_ = proven;
  OOFGG_RETURN_IF_ERROR(HoldFriends(friends.size()));
  connection_ = hub.Open(*object.user_id, options, friends, shared_from_this(), 0);
  if (proven) login_ = shard_->AddLogin(std::move(caller->session_id), *this);
  if (signs_off) {
    SignOff();
    EndConnection();
  }
  return absl::OkStatus();
}

/// Who has shown no token shares what an address may watch with the others there.
Status TcpSession::HoldFriends(std::size_t wanted) {
  if (proven_) return absl::OkStatus();
  OOFGG_RETURN_IF_ERROR(shard_->context().limiter.SetFriends(address_, friends_held_, wanted));
  friends_held_ = static_cast<std::uint32_t>(wanted);
  return absl::OkStatus();
}

void TcpSession::Pump() {
  if (!stream_.is_open() || blocked_) return;
  for (;;) {
    FillBatch();
    if (out_.empty()) break;
    const SecureResult written = stream_.Write(out_.view());
    if (written.outcome == Outcome::kWantWrite) return WaitToWrite(Socket::wait_write);
    if (written.outcome == Outcome::kWantRead) return WaitToWrite(Socket::wait_read);
    if (written.outcome != Outcome::kDone) return Close();
    out_.Get().erase(0, written.bytes);
    if (out_.empty()) StopAwaitingReading();
  }
  out_.Free();
  if (leaving_ && awaiting_ != Awaiting::kClose) BeginLinger();
}

void TcpSession::SignOff() {
  if (is_connected()) shard_->context().hub.SignOff(std::exchange(connection_, {}));
}

void TcpSession::EndConnection() {
  if (is_connected()) shard_->context().hub.Close(std::exchange(connection_, {}));
  if (const auto login = std::exchange(login_, std::nullopt)) shard_->RemoveLogin(*login);
  HoldFriends(0).IgnoreError();  // Nobody is refused fewer.
}

void TcpSession::FillBatch() {
  if (leaving_ || shard_->context().draining) return;
  presence::PresenceHub& hub = shard_->context().hub;
  while (out_.view().size() < kWriteBatch) {
    const auto update = is_connected() ? hub.NextUpdate(connection_) : std::nullopt;
    if (!update.has_value()) return FillPongs();
    presence::AppendUpdate(out_.Get(), *update, version_, integer_ids_);
  }
}

/// A ping alone asks whether all has been told.
void TcpSession::FillPongs() {
  if (pongs_.empty() || (is_connected() && !shard_->context().hub.IsCaughtUp(connection_))) return;
  out_.Get() += pongs_.view();
  pongs_.Free();
}

/// `what` is for reading where TLS has to hear the rest of something before it may write.
/// However often the peer takes a little, what waits has one deadline, and a handshake that of the first
/// object.
void TcpSession::WaitToWrite(Socket::wait_type what) {
  blocked_ = true;
  if (form_ != Form::kHandshake && awaiting_ != Awaiting::kReading) Await(Awaiting::kReading);
  stream_.Wait(what, [self = shared_from_this()](const SessionStream::Error& error) {
    if (!self->stream_.is_open()) return;
    if (error) return self->Close();
    self->blocked_ = false;
    self->Pump();
    if (!self->stream_.is_open() || self->blocked_) return;
    self->StopAwaitingReading();
    if (!self->reading_) self->OnReadable();
  });
}

void TcpSession::StopAwaitingReading() {
  if (awaiting_ != Awaiting::kReading) return;
  const bool in_object = !greeted_ || framer_.unfinished();
  Await(in_object ? Awaiting::kObject : Awaiting::kNothing);
}

void TcpSession::RefuseInput(const Status& status) {
  const bool is_malformed = status.code() == StatusCode::kInvalidArgument;
  if (is_malformed && !leaving_) shard_->context().tally.Count(&PresenceTcpCounts::malformed);
  Refuse(status);
}

void TcpSession::Refuse(const Status& status) {
  std::string line;
  presence::AppendRefusal(line, status);
  LeaveWith(line);
}

void TcpSession::SayGoodbye(const Status& why) {
  std::string line;
  if (version_ == ProtocolVersion::kV2) presence::AppendRefusal(line, why);
  LeaveWith(line);
}

void TcpSession::OnRevoked() {
  SignOff();  // No grace for who has been thrown out.
  Refuse(SessionRevoked());
}

void TcpSession::LeaveWith(std::string_view line) {
  if (leaving_ || !stream_.is_open()) return;
  if (stream_.is_secure() && form_ == Form::kHandshake) return Close();  // There is no way to say it yet.
  form_ = Form::kKnown;
  leaving_ = true;
  EndConnection();
  framer_ = presence::JsonFramer();
  out_.Get() += line;
  Pump();
}

void TcpSession::BeginLinger() {
  if (!stream_.EndWriting()) return Close();
  Await(Awaiting::kClose);
}

void TcpSession::Await(Awaiting what) {
  awaiting_ = what;
  const PresenceTcpOptions& options = shard_->context().options;
  const TimePoint now = shard_->context().clock.Now();
  switch (what) {
    case Awaiting::kNothing:
      return shard_->SetDeadline(*this, kNever);
    case Awaiting::kObject:
      return shard_->SetDeadline(*this, DeadlineAfter(now, options.object_timeout));
    case Awaiting::kReading:
      return shard_->SetDeadline(*this, DeadlineAfter(now, options.write_timeout));
    case Awaiting::kClose:
      return shard_->SetDeadline(*this, DeadlineAfter(now, options.linger));
  }
}

void TcpSession::OnDeadline() {
  PresenceTcpTally& tally = shard_->context().tally;
  if (awaiting_ == Awaiting::kReading) tally.Count(&PresenceTcpCounts::write_timeouts);
  if (awaiting_ != Awaiting::kObject) return Close();
  tally.Count(&PresenceTcpCounts::object_timeouts);
  const auto seconds = std::chrono::duration<double>(shard_->context().options.object_timeout).count();
  Refuse(MakeStatus(StatusCode::kDeadlineExceeded,
                    "no whole object within " + std::to_string(static_cast<int>(seconds)) + " s"));
}

void TcpSession::Close() {
  if (!stream_.is_open()) return;
  const auto keep_alive = shared_from_this();
  shard_->Remove(*this);
  stream_.Close();
  out_.Free();
  pongs_.Free();
  EndConnection();
  shard_->context().limiter.Remove(address_);
}

}  // namespace oofgg::net
