#include "servers/cli/shell/raw_link.h"

#include <poll.h>

namespace oofgg::cli {
namespace {

constexpr std::size_t kReadBuffer = std::size_t{64} * 1024;
constexpr int kPatienceMs = 3'000;

}  // namespace

StatusOr<std::unique_ptr<RawLink>> RawLink::Open(EventLoop& loop, LightPresenceTransport transport,
                                                 const std::string& address, OnBytes on_bytes) {
  OOFGG_ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(address));
  auto link = std::unique_ptr<RawLink>(new RawLink(loop, std::move(on_bytes)));
  OOFGG_RETURN_IF_ERROR(link->socket_.Open(transport, parsed, 0));
  RawLink* const made = link.get();
  loop.Watch(link->socket_.fd(), [made] { made->Read(); });
  return link;
}

Status RawLink::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd waited{socket_.fd(), POLLOUT, 0};
    const bool takes_some = poll(&waited, 1, kPatienceMs) > 0;
    const auto count = takes_some ? socket_.Send(bytes) : std::nullopt;
    if (!count.has_value()) return MakeStatus(StatusCode::kUnavailable, "the other side does not take it");
    bytes.remove_prefix(*count);
    if (*count == 0) break;  // A datagram that the network did not take.
  }
  return {};
}

void RawLink::Read() {
  std::string buffer(kReadBuffer, '\0');
  const auto bytes = socket_.Receive(buffer);
  if (bytes.has_value() && bytes->empty()) return;
  if (!bytes.has_value()) loop_.Forget(socket_.fd());
  on_bytes_(bytes);
}

}  // namespace oofgg::cli
