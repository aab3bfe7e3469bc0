#include "net/presence/presence_udp_listener.h"

#include <fcntl.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/presence/listen_address.h"
#include "net/presence/udp_players.h"
#include "net/presence/wake_queue.h"
#include "oofgg/log.h"

namespace oofgg::net {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Strand = asio::strand<asio::io_context::executor_type>;
using Socket = asio::basic_datagram_socket<asio::ip::udp, Strand>;

// Datagrams read before others on the strand have their turn.
constexpr int kDatagramsPerTurn = 256;

}  // namespace

/// The socket, the strand and the timer around UdpPlayers, which happens on the strand.
class PresenceUdpListener::Door final : public presence::PresenceHost,
                                        public std::enable_shared_from_this<Door> {
 public:
  Door(asio::io_context& io, Executor& timers, UdpPlayers::Parts parts, const PresenceUdpOptions& options)
      : timers_(timers),
        options_(options),
        strand_(asio::make_strand(io)),
        socket_(strand_),
        players_(WithSender(std::move(parts)), options) {}

  Status Open(std::string_view address) {
    players_.SetHost(weak_from_this());
    OOFGG_RETURN_IF_ERROR(BindTo(address, [this](const asio::ip::address& ip, std::uint16_t port) {
      return Bind({ip, port});
    }));
    port_ = socket_.local_endpoint().port();
    CheckBuffer();
    Post([](Door& door) { door.WaitReadable(); });
    return absl::OkStatus();
  }

  void Wake(presence::HostTag tag) override { Wake(tag, WakeTurn::kNext); }
  void WakeOneOfMany(presence::HostTag tag) override { Wake(tag, WakeTurn::kAfterOthers); }

  void Finish(presence::HostTag tag, Status status) override {
    Post([tag, status = std::move(status)](Door& door) { door.players_.OnFinish(tag, status); });
  }

  void EndSession(std::string session_id) {
    Post([session_id = std::move(session_id)](Door& door) { door.players_.EndLogin(session_id); });
  }

  void SendAway() {
    Post([](Door& door) { door.players_.SendLoginsAway(); });
  }

  void Drain(std::function<void()> on_drained) {
    Post([on_drained = std::move(on_drained)](Door& door) {
      door.players_.Drain([&door, on_drained] {
        door.CloseSocket();
        on_drained();
      });
    });
  }

  /// From outside the strand, when nothing runs it any more.
  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      woken_ = {};
    }
    timer_.Cancel();
    CloseSocket();
    players_.CloseAll();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const UdpPlayers& players() const { return players_; }

 private:
  /// Runs `function` on the strand, unless the door has stopped.
  template <typename Function>
  void Post(Function function) {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    asio::post(strand_, [self = shared_from_this(), function = std::move(function)] {
      function(*self);
      self->Arm();
    });
  }

  void Wake(presence::HostTag tag, WakeTurn turn) {
    const std::lock_guard lock(mutex_);
    if (!stopped_ && woken_.Push(tag, turn)) PostPump();
  }

  void PostPump() {
    asio::post(strand_, [self = shared_from_this()] { self->PumpWoken(); });
  }

  UdpPlayers::Parts WithSender(UdpPlayers::Parts parts) {
    parts.send = [this](const UdpPeer& peer, std::string_view text) {
      ErrorCode error;
      if (socket_.is_open()) socket_.send_to(asio::buffer(text), peer.endpoint(is_v6_), 0, error);
      return !error;
    };
    return parts;
  }

  ErrorCode Bind(const asio::ip::udp::endpoint& where) {
    ErrorCode error;
    socket_.close(error);
    socket_.open(where.protocol(), error);
    if (!error) fcntl(socket_.native_handle(), F_SETFD, FD_CLOEXEC);  // Not for programs that we start.
    if (!error && where.address() == asio::ip::address_v6::any()) {
      socket_.set_option(asio::ip::v6_only(false), error);
    }
    if (!error)
      socket_.set_option(asio::socket_base::receive_buffer_size(options_.receive_buffer_bytes), error);
    if (!error) socket_.non_blocking(true, error);
    if (!error) socket_.bind(where, error);
    is_v6_ = where.address().is_v6();
    return error;
  }

  /// Bursts that do not fit are lost, and players then wait until they have said it again.
  void CheckBuffer() {
    asio::socket_base::receive_buffer_size size;
    ErrorCode error;
    socket_.get_option(size, error);
    const int given = size.value() / 2;  // Linux counts what it needs itself.
    if (error || given >= options_.receive_buffer_bytes) return;
    Log(LogLevel::kDebug, "presence",
        "the kernel buffers " + std::to_string(given) + " bytes of datagrams instead of " +
            std::to_string(options_.receive_buffer_bytes) +
            "; raise net.core.rmem_max where many players come");
  }

  void WaitReadable() {
    if (!socket_.is_open()) return;
    socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
      if (error || !self->socket_.is_open()) return;
      self->Read();
      self->Arm();
      self->WaitReadable();
    });
  }

  void Read() {
    for (int turn = 0; turn < kDatagramsPerTurn && socket_.is_open(); ++turn) {
      asio::ip::udp::endpoint from;
      ErrorCode error;
      const std::size_t count = socket_.receive_from(asio::buffer(buffer_), from, 0, error);
      if (error) return;  // Nothing there, or an error of one peer's; the next wait tells.
      players_.OnDatagram(UdpPeer(from), {buffer_.data(), count});
    }
  }

  void PumpWoken() {
    std::vector<presence::HostTag> turn;
    {
      const std::lock_guard lock(mutex_);
      turn = woken_.TakeTurn();
      if (!woken_.empty()) PostPump();
    }
    for (const presence::HostTag tag : turn) players_.OnWake(tag);
    Arm();
  }

  /// What is due is done in a visit of its own, and then in others, with the rest of the strand in between.
  void Arm() {
    if (!players_.is_due()) return ArmTimer();
    if (std::exchange(advance_posted_, true)) return;
    Post([](Door& door) {
      door.advance_posted_ = false;
      door.players_.Advance();
    });
  }

  void ArmTimer() {
    const TimePoint deadline = players_.NextDeadline();
    if (deadline >= timer_at_) return;  // One that fires too early looks again.
    timer_at_ = deadline;
    timer_ = ScopedTimer(timers_, deadline, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self == nullptr) return;
      self->Post([](Door& door) { door.timer_at_ = kNever; });
    });
  }

  void CloseSocket() {
    ErrorCode ignored;
    if (socket_.is_open()) socket_.close(ignored);
  }

  Executor& timers_;
  const PresenceUdpOptions options_;
  const Strand strand_;
  Socket socket_;
  bool is_v6_ = false;
  std::uint16_t port_ = 0;
  std::array<char, 64 * 1024> buffer_{};
  UdpPlayers players_;
  TimePoint timer_at_ = kNever;
  ScopedTimer timer_;
  bool advance_posted_ = false;

  std::mutex mutex_;  // A leaf. Guards what follows, and posting against the end of the io_context.
  bool stopped_ = false;
  WakeQueue<presence::HostTag> woken_;  // While there is any, a visit for it is posted.
};

StatusOr<std::unique_ptr<PresenceUdpListener>> PresenceUdpListener::Listen(
    asio::io_context& io, std::string_view address, presence::PresenceHub& hub, const Clock& clock,
    Executor& timers, RandomSource& random, PresenceAuthenticator authenticate,
    const PresenceUdpOptions& options) {
  auto door = std::make_shared<Door>(
      io, timers,
      UdpPlayers::Parts{
          .hub = hub, .clock = clock, .random = random, .authenticate = std::move(authenticate), .send = {}},
      options);
  OOFGG_RETURN_IF_ERROR(door->Open(address));
  return std::unique_ptr<PresenceUdpListener>(new PresenceUdpListener(std::move(door)));
}

PresenceUdpListener::PresenceUdpListener(std::shared_ptr<Door> door) : door_(std::move(door)) {}
PresenceUdpListener::~PresenceUdpListener() { door_->Stop(); }
std::uint16_t PresenceUdpListener::port() const { return door_->port(); }
std::size_t PresenceUdpListener::players() const { return door_->players().players(); }
PresenceUdpCounts PresenceUdpListener::counts() const { return door_->players().counts(); }
void PresenceUdpListener::EndSession(std::string_view session_id) {
  door_->EndSession(std::string(session_id));
}
void PresenceUdpListener::SendAway() { door_->SendAway(); }
void PresenceUdpListener::Drain(std::function<void()> on_drained) { door_->Drain(std::move(on_drained)); }

}  // namespace oofgg::net
