#include "servers/cli/shell/raw_link.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace oofgg::cli {
namespace {

constexpr std::size_t kReadBuffer = std::size_t{64} * 1024;
constexpr int kPatienceMs = 3'000;

}  // namespace

StatusOr<std::unique_ptr<RawLink>> RawLink::Open(EventLoop& loop, LightPresenceTransport transport,
                                                 const std::string& address, OnBytes on_bytes) {
  OOFGG_ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(address));
  auto link = std::unique_ptr<RawLink>(new RawLink(loop, std::move(on_bytes)));
  Status opened = link->socket_.Open(transport, parsed, 0);
  if (opened.ok()) opened = link->AwaitConnection();
  if (!opened.ok()) return MakeStatus(opened.code(), address + ": " + std::string(opened.message()));
  RawLink* const made = link.get();
  loop.Watch(link->socket_.fd(), [made] { made->Read(); });
  return link;
}

Status RawLink::AwaitConnection() {
  pollfd waited{socket_.fd(), POLLOUT, 0};
  int error = ETIMEDOUT;
  socklen_t length = sizeof error;
  if (poll(&waited, 1, kPatienceMs) > 0) getsockopt(waited.fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error == 0) return {};
  return MakeStatus(StatusCode::kUnavailable, std::string("cannot be reached: ") + std::strerror(error));
}

Status RawLink::Send(std::string_view bytes) {
  OOFGG_RETURN_IF_ERROR(socket_.why_lost());
  while (!bytes.empty()) {
    pollfd waited{socket_.fd(), POLLOUT, 0};
    if (poll(&waited, 1, kPatienceMs) <= 0) {
      return MakeStatus(StatusCode::kUnavailable, "the other side does not take it");
    }
    const auto count = socket_.Send(bytes);
    if (!count.has_value()) return socket_.why_lost();
    bytes.remove_prefix(*count);
    if (*count == 0) break;  // A datagram that the network did not take.
  }
  return {};
}

void RawLink::Read() {
  std::string buffer(kReadBuffer, '\0');
  const auto bytes = socket_.Receive(buffer);
  if (bytes.has_value() && bytes->empty()) return;
  if (bytes.has_value()) return on_bytes_(*bytes);
  loop_.Forget(socket_.fd());
  on_bytes_(socket_.why_lost());
}

}  // namespace oofgg::cli
