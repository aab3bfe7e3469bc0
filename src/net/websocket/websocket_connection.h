#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/presence/connection_limiter.h"
#include "net/presence/session_stream.h"
#include "net/websocket/frame_reader.h"
#include "net/websocket/subscriptions.h"
#include "net/websocket/upgrade.h"
#include "net/websocket/websocket_context.h"
#include "oofgg/token_bucket.h"
#include "presence/lazy_string.h"

namespace oofgg::net {

/// One connection to the WebSocket port, from its first byte on.
///
/// Two sides share it. The socket's threads read, answer control frames and leave messages in the inbox; the
/// pump, which one thread at a time runs, hands these to the subscriptions, pulls what they have to tell and
/// writes it. It runs where the news is (PumpQueue), and what might wait for a store on the workers. Either
/// side takes the lock for the socket and what is beside it; the subscriptions are the pump's. Threads:
/// methods are safe from any thread. Lifetime: the book keeps it until its streams are closed.
class WebSocketConnection final : public SubscriptionOwner,
                                  public std::enable_shared_from_this<WebSocketConnection> {
 public:
  /// `counted_as` has been added to the limiter and is given back at the end; whom a proxy speaks for is
  /// counted in its stead once that is known.
  WebSocketConnection(std::shared_ptr<WebSocketContext> context, SessionStream::Socket socket,
                      const boost::asio::ip::address& peer, AddressKey counted_as);

  void Start();
  void OnNews() override { Schedule(); }
  /// PumpQueue only.
  void Pump();
  void OnDeadline();
  /// The login whose token opened it has been ended.
  void Revoke();
  /// Ends it without a closing handshake.
  void Drop();
  /// Ends it and its streams, now and here: when no thread runs the socket or a pump any more.
  void Abandon();

 private:
  enum class Stage : std::uint8_t {
    kHandshake,  ///< TLS.
    kHead,       ///< Before the WebSocket.
    kOpen,
    kLeaving,    ///< Only `out_` is still to be written.
    kLingering,  ///< The peer is to close.
    kClosed
  };
  enum PumpState : int { kIdle, kRunning, kWanted };

  // On the socket's side, under the lock.
  void WaitReadable();
  void Read();
  void Handshake();
  void TakeHead(std::string_view bytes);
  void Upgrade(std::string_view head);
  [[nodiscard]] UpgradeRefusal Admit(const UpgradeRequest& request, StatusOr<Caller>& caller);
  void Open(UpgradeRequest request, Caller caller);
  void TakeFrames(std::string_view bytes);
  void TakeFrame(ReceivedFrame frame);
  void Discard(std::size_t count);

  // On both sides, under the lock.
  void Send(std::string_view bytes);
  [[nodiscard]] std::string_view TryWrite(std::string_view bytes);
  void WaitToWrite(SessionStream::Socket::wait_type what);
  void OnWritable();
  void CloseWith(CloseCode code, std::string_view why);
  void LeaveWith(std::string_view bytes);
  void BeginLinger();
  void Close();
  void Release();
  void Await(std::chrono::milliseconds timeout);
  void UpdateDeadline();
  void Ping();

  // The pump.
  enum class Waiting : std::uint8_t { kNever, kAllowed };
  void Schedule();
  void Pump(Waiting waiting);
  [[nodiscard]] bool PumpOnce(Waiting waiting);
  void EndSubscriptions(std::unique_lock<std::mutex> lock);

  const std::shared_ptr<WebSocketContext> context_;
  const boost::asio::ip::address peer_;
  std::atomic<int> pump_{kIdle};
  std::unique_ptr<Subscriptions> subscriptions_;  // Made and taken under the lock, used by the pump.
  bool path_opened_ = false;                      // The pump's.

  std::mutex mutex_;  // Taken before the book's. Guards what follows.
  AddressKey counted_as_;
  SessionStream stream_;
  Stage stage_ = Stage::kHead;
  bool reading_ = false;   // The socket is waited for.
  bool paused_ = false;    // The inbox is full.
  bool blocked_ = false;   // The peer does not take our bytes; we take none of its either.
  bool was_open_ = false;  // Hence the pump closes it.
  bool released_ = false;
  bool peer_closed_ = false;     // By a close frame: nothing more comes.
  std::uint8_t unanswered_ = 0;  // Pings.
  std::uint32_t discarded_ = 0;
  TimePoint due_ = kNever;       // What the stage asks for: the next ping, or its end.
  TimePoint write_by_ = kNever;  // While blocked.
  presence::LazyString out_;
  std::string head_;
  std::string path_;
  std::uint64_t path_after_ = 0;
  FrameReader reader_;
  std::vector<ReceivedFrame> inbox_;
  std::size_t inbox_bytes_ = 0;
  TokenBucket messages_;
};

}  // namespace oofgg::net
