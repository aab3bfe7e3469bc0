#include "client/light/light_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>
#include <vector>

namespace oofgg::internal {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

StatusOr<Addresses> Resolve(const HostPort& address, int type) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = type;
  hints.ai_flags = AI_NUMERICSERV;
  const std::string host = address.host.empty() ? "localhost" : address.host;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(address.port).c_str(), &hints, &list);
  if (error != 0) {
    return MakeStatus(StatusCode::kUnavailable,
                      std::string("the name has no address: ") + gai_strerror(error));
  }
  return Addresses(list);
}

const addrinfo& Choose(const addrinfo& first, std::size_t attempt) {
  std::vector<const addrinfo*> all;
  for (const addrinfo* each = &first; each != nullptr; each = each->ai_next) all.push_back(each);
  return *all[attempt % all.size()];
}

bool IsWouldBlock(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOTCONN ||
         error == EINPROGRESS;
}

}  // namespace

Status LightSocket::Open(LightPresenceTransport transport, const HostPort& address, std::size_t attempt) {
  is_stream_ = transport == LightPresenceTransport::kTcp;
  const int type = is_stream_ ? SOCK_STREAM : SOCK_DGRAM;
  OOFGG_ASSIGN_OR_RETURN(const Addresses addresses, Resolve(address, type));
  const addrinfo& chosen = Choose(*addresses, attempt);
  if (is_stream_ || family_ != chosen.ai_family) Close();
  if (fd_ < 0) fd_ = socket(chosen.ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  family_ = chosen.ai_family;
  if (fd_ < 0 || (connect(fd_, chosen.ai_addr, chosen.ai_addrlen) != 0 && errno != EINPROGRESS)) {
    return MakeStatus(StatusCode::kUnavailable, std::string("cannot be reached: ") + std::strerror(errno));
  }
  const int on = 1;
  if (is_stream_) setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return absl::OkStatus();
}

void LightSocket::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

std::optional<std::size_t> LightSocket::Send(std::string_view bytes) {
  const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (is_stream_ && !IsWouldBlock(errno)) return Lose(std::strerror(errno));
  return 0;  // A datagram is said again if it mattered.
}

std::optional<std::string_view> LightSocket::Receive(std::string& buffer) {
  const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
  if (count > 0) return std::string_view(buffer.data(), static_cast<std::size_t>(count));
  if (count == 0 && is_stream_) return Lose("the other side closed it");
  if (count < 0 && !IsWouldBlock(errno)) return Lose(std::strerror(errno));
  return std::string_view();
}

std::nullopt_t LightSocket::Lose(const std::string& why) {
  why_lost_ = MakeStatus(StatusCode::kUnavailable, "the link was lost: " + why);
  return std::nullopt;
}

}  // namespace oofgg::internal
