#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/presence/session_shard.h"
#include "net/presence/session_stream.h"
#include "presence/json_framer.h"
#include "presence/json_protocol.h"
#include "presence/lazy_string.h"
#include "presence/presence_hub.h"

namespace oofgg::net {

/// One TCP connection to the presence port. Lives as long as its socket is waited for or its user is online
/// through it. Every field is paid for by every idle player.
/// Threads: `Wake`, `WakeOneOfMany` and `Finish` are safe from any thread; the rest runs on the shard's
/// strand.
class TcpSession final : public presence::PresenceHost, public std::enable_shared_from_this<TcpSession> {
 public:
  using Socket = SessionStream::Socket;

  /// `address` has been counted by the limiter and is given back at the close.
  TcpSession(std::shared_ptr<SessionShard> shard, Socket socket, AddressKey address);

  void Start();

  void Wake(presence::HostTag) override;
  void WakeOneOfMany(presence::HostTag) override;
  void Finish(presence::HostTag, Status status) override;

  /// Writes what there is to write, as far as the peer takes it.
  void Pump();
  /// Goes on with the handshake.
  void Handshake();
  void OnDeadline();
  /// Sends the client to come back, and tells it `why` where its protocol can.
  void SayGoodbye(const Status& why);
  /// The login whose token it was opened with has been ended.
  void OnRevoked();
  void Close();

  TimePoint deadline = kNever;  ///< The shard's.

 private:
  /// What the peer has to do before `deadline`.
  enum class Awaiting : std::uint8_t { kNothing, kObject, kReading, kClose };

  /// Which form the connection has.
  enum class Form : std::uint8_t { kUnknown, kHandshake, kKnown };

  void WaitReadable();
  void OnReadable();
  void FindForm();
  void TakePlaintext();
  void BeginHandshake();
  void Consume(std::string_view bytes);
  void Discard(std::size_t count);

  Status Handle(std::string_view text);
  Status TakeShare(std::size_t listed);
  Status HandleWhileOnline(const presence::ClientObject& object);
  Status HandleWhileOffline(const presence::ClientObject& object);

  Status HoldFriends(std::size_t wanted);
  [[nodiscard]] bool is_connected() const { return connection_.generation != 0; }
  void SignOff();
  void EndConnection();

  void FillBatch();
  void FillPongs();
  void WaitToWrite(Socket::wait_type what);
  void StopAwaitingReading();
  void RefuseInput(const Status& status);
  void Refuse(const Status& status);
  void LeaveWith(std::string_view line);
  void BeginLinger();
  void Await(Awaiting what);

  const std::shared_ptr<SessionShard> shard_;
  SessionStream stream_;
  const AddressKey address_;
  presence::PresenceHub::ConnectionId connection_;       ///< None while nobody is online by it.
  std::optional<SessionShard::Logins::iterator> login_;  ///< While a token's user is online by it.
  presence::JsonFramer framer_;
  presence::LazyString out_;
  presence::LazyString pongs_;      ///< To pings alone: after all that was to be told when they came.
  std::uint32_t friends_held_ = 0;  ///< As counted by the limiter; of proven users none are.
  std::uint32_t discarded_ = 0;     ///< Bytes thrown away while lingering.
  presence::ProtocolVersion version_ = presence::ProtocolVersion::kV1;
  Awaiting awaiting_ = Awaiting::kNothing;
  Form form_ = Form::kKnown;
  bool integer_ids_ : 1 = false;
  bool greeted_ : 1 = false;  ///< The first object has come.
  bool reading_ : 1 = false;  ///< The socket is waited for, or its turn in a handshake.
  bool blocked_ : 1 = false;  ///< The peer does not take our bytes; we take none of its either.
  bool proven_ : 1 = false;   ///< The user of `connection_` brought a token.
  bool leaving_ : 1 = false;  ///< Only `out_` is still to be written.
};

}  // namespace oofgg::net
