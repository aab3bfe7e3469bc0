#include "benchmarks/events/websocket_players.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>

namespace oofgg {
namespace {

constexpr std::uint8_t kTextFrame = 0x81;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::size_t kShortest = 126;  // From here on the length takes two more bytes.

/// A text frame as a client sends it; the mask is none, which is a mask too.
std::string FrameOf(std::string_view text) {
  std::string frame(1, static_cast<char>(kTextFrame));
  if (text.size() < kShortest) {
    frame += static_cast<char>(kMasked | text.size());
  } else {
    frame += static_cast<char>(kMasked | kShortest);
    frame += static_cast<char>(text.size() >> 8);
    frame += static_cast<char>(text.size() & 0xFF);
  }
  return frame.append(4, '\0').append(text);
}

/// Takes a server's frame from the front of `bytes`; empty if it is not whole.
std::string_view TakeFrame(std::string_view& bytes) {
  if (bytes.size() < 2) return {};
  std::size_t head = 2;
  std::size_t length = static_cast<std::uint8_t>(bytes[1]);
  if (length == kShortest) {
    head = 4;
    if (bytes.size() < head) return {};
    length = static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[2])) << 8 |
             static_cast<std::uint8_t>(bytes[3]);
  }
  if (bytes.size() < head + length) return {};
  const std::string_view payload = bytes.substr(head, length);
  bytes.remove_prefix(head + length);
  return payload;
}

class WebSocketPlayer {
 public:
  WebSocketPlayer(std::size_t number, const std::string& address, const Seat& seat)
      : number_(number), fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + address.rfind(':') + 1)));
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    open_ = connect(fd_, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0 && Upgrade(address, seat);
  }
  ~WebSocketPlayer() { close(fd_); }
  WebSocketPlayer(const WebSocketPlayer&) = delete;
  WebSocketPlayer& operator=(const WebSocketPlayer&) = delete;

  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool open() const { return open_; }

  void Say(std::string_view text) const {
    const std::string frame = FrameOf(text);
    static_cast<void>(send(fd_, frame.data(), frame.size(), MSG_NOSIGNAL));
  }

  /// Reads what there is, and shows each message.
  template <typename Show>
  void Read(const Show& show) {
    std::array<char, 16 * 1024> buffer;
    const ssize_t count = recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count <= 0) return;
    in_.append(buffer.data(), static_cast<std::size_t>(count));
    std::string_view rest = in_;
    for (auto message = TakeFrame(rest); !message.empty(); message = TakeFrame(rest)) show(message);
    in_.erase(0, in_.size() - rest.size());
  }

 private:
  bool Upgrade(const std::string& address, const Seat& seat) {
    const std::string request =
        "GET /" + seat.session_id + "?echo=1&token=" + seat.token + " HTTP/1.1\r\nHost: " + address +
        "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    if (send(fd_, request.data(), request.size(), MSG_NOSIGNAL) < 0) return false;
    std::string answer;
    for (char byte = 0; answer.find("\r\n\r\n") == std::string::npos; answer += byte) {
      if (recv(fd_, &byte, 1, 0) != 1) return false;
    }
    return answer.starts_with("HTTP/1.1 101");
  }

  const std::size_t number_;
  int fd_;
  bool open_ = false;
  std::string in_;  // What is not a whole frame yet.
};

class WebSocketPlayers final : public EventPlayers {
 public:
  WebSocketPlayers(const std::string& address, const std::vector<Seat>& seats, OnEvent on_event)
      : on_event_(std::move(on_event)) {
    for (const Seat& seat : seats) {
      auto& player = players_.emplace_back(std::make_unique<WebSocketPlayer>(players_.size(), address, seat));
      all_open_ = all_open_ && player->open();
      epoll_event event{.events = EPOLLIN, .data = {.ptr = player.get()}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, player->fd(), &event);
      // Answered when the path's session is there.
      player->Say(R"({"type":"subscribe","instance_id":")" + seat.session_id + R"("})");
    }
    if (all_open_) reading_ = std::thread([this] { Read(); });
  }
  ~WebSocketPlayers() override {
    stopped_ = true;
    if (reading_.joinable()) reading_.join();
    close(epoll_);
  }

  bool WaitUntilOpen() {
    constexpr std::chrono::seconds kPatience{30};
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    while (all_open_ && answered_ < players_.size() && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return all_open_ && answered_ >= players_.size();
  }

  void Send(std::size_t player) override {
    players_[player]->Say(R"({"type":"move","data":)" + StampedData(player) + "}");
  }

 private:
  void Read() {
    std::array<epoll_event, 64> events;
    while (!stopped_) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), /*timeout=*/100);
      for (int i = 0; i < count; ++i) {
        auto* const player = static_cast<WebSocketPlayer*>(events[static_cast<std::size_t>(i)].data.ptr);
        player->Read([&](std::string_view message) { Show(*player, message); });
      }
    }
  }

  void Show(const WebSocketPlayer& player, std::string_view message) {
    if (const auto stamp = StampOf(message)) return on_event_(player.number(), *stamp);
    ++answered_;
  }

  const OnEvent on_event_;
  const int epoll_ = epoll_create1(0);
  bool all_open_ = true;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::size_t> answered_ = 0;
  std::vector<std::unique_ptr<WebSocketPlayer>> players_;
  std::thread reading_;  // Last: it uses everything above.
};

}  // namespace

std::unique_ptr<EventPlayers> OpenWebSocketPlayers(const std::string& address, const std::vector<Seat>& seats,
                                                   EventPlayers::OnEvent on_event) {
  auto players = std::make_unique<WebSocketPlayers>(address, seats, std::move(on_event));
  return players->WaitUntilOpen() ? std::move(players) : nullptr;
}

}  // namespace oofgg
