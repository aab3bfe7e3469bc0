#include "tests/support/websocket_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace oofgg::testing {

std::string MaskedFrame(unsigned char first, std::string_view payload) {
  constexpr unsigned char kMask[] = {0x1f, 0x2e, 0x3d, 0x4c};
  std::string frame(1, static_cast<char>(first));
  const auto length = [&frame](std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
      frame += static_cast<char>(value >> shift & 0xff);
  };
  if (payload.size() < 126) {
    length(0x80 | payload.size(), 1);
  } else if (payload.size() <= 0xffff) {
    length(0x80 | 126, 1);
    length(payload.size(), 2);
  } else {
    length(0x80 | 127, 1);
    length(payload.size(), 8);
  }
  for (const unsigned char byte : kMask) frame += static_cast<char>(byte);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    frame += static_cast<char>(static_cast<unsigned char>(payload[i]) ^ kMask[i % 4]);
  }
  return frame;
}

WebSocketPeer::WebSocketPeer(const std::string& address, const Options& options)
    : options_(options), fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{kPatience.count(), 0};
  const int yes = 1;
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (options.receive_buffer > 0) {
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer);
  }
  const std::size_t colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1)));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) end_ = "<refused>";
}

WebSocketPeer::~WebSocketPeer() { close(fd_); }

bool WebSocketPeer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void WebSocketPeer::Cut() const {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  shutdown(fd_, SHUT_RD);  // Wakes who reads, and says nothing to the other side.
}

int WebSocketPeer::Upgrade(const std::string& target, const std::string& more_headers) {
  Send("GET " + target +
       " HTTP/1.1\r\nHost: here\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
       "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
       more_headers + "\r\n");
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!ReadMore()) return 0;
  }
  answer_ = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
  return std::atoi(answer_.c_str() + answer_.find(' '));
}

void WebSocketPeer::SendFrame(unsigned char first, std::string_view payload) {
  Send(MaskedFrame(first, payload));
}

void WebSocketPeer::SendClose(int code) {
  std::string payload;
  if (code != 0) payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  SendFrame(0x88, payload);
}

bool WebSocketPeer::ReadMore() {
  char buffer[16 * 1024];
  const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
  if (count > 0) {
    received_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }
  if (count < 0) end_ = errno == EAGAIN ? "<silence>" : "<reset>";
  return false;
}

bool WebSocketPeer::ReadAtLeast(std::size_t bytes) {
  while (received_.size() < bytes) {
    if (!ReadMore()) return false;
  }
  return true;
}

std::optional<WebSocketPeer::Frame> WebSocketPeer::Next() {
  if (!ReadAtLeast(2)) return std::nullopt;
  const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(received_[i]); };
  std::size_t length = byte(1);
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (!ReadAtLeast(2 + extended)) return std::nullopt;
  if (extended > 0) length = 0;
  for (std::size_t i = 0; i < extended; ++i) length = length << 8 | byte(2 + i);
  if (!ReadAtLeast(2 + extended + length)) return std::nullopt;
  Frame frame{byte(0) & 0x0f, received_.substr(2 + extended, length)};
  received_.erase(0, 2 + extended + length);
  return frame;
}

std::string WebSocketPeer::Message() {
  while (auto frame = Next()) {
    if (frame->opcode == 0x9) {
      if (options_.answers_pings) SendFrame(0x8a, frame->payload);
    } else if (frame->opcode == 0x8) {
      if (frame->payload.size() < 2) return "<close>";
      const int code =
          static_cast<unsigned char>(frame->payload[0]) * 256 + static_cast<unsigned char>(frame->payload[1]);
      return "<close " + std::to_string(code) + ">";
    } else if (frame->opcode != 0xa) {
      return std::move(frame->payload);
    }
  }
  return end_;
}

std::string WebSocketPeer::MessageWith(std::string_view part) {
  while (true) {
    std::string message = Message();
    if (message.starts_with('<') || message.find(part) != std::string::npos) return message;
  }
}

bool WebSocketPeer::IsSilent() const {
  char byte;
  return received_.empty() && recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) < 0 && errno == EAGAIN;
}

std::string WebSocketPeer::ReadToEnd() {
  while (ReadMore()) {
  }
  return received_;
}

}  // namespace oofgg::testing
