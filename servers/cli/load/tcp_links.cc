#include "servers/cli/load/tcp_links.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "servers/cli/load/server_line.h"

namespace oofgg::load {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} * 1024;

void Set(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof value); }

}  // namespace

TcpLinks::TcpLinks(const LinkPlan& plan, const TlsClient* tls, int epoll, LinkEvents& events)
    : plan_(plan),
      tls_(tls),
      epoll_(epoll),
      events_(events),
      links_(plan.local_count(plan.users)),
      buffer_(kBufferBytes) {}

TcpLinks::~TcpLinks() {
  for (const Link& link : links_) {
    if (link.fd < 0) continue;
    // Without this each would hold its port for a minute, and the next run would find none.
    const linger at_once{1, 0};
    setsockopt(link.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(link.fd);
  }
}

Status TcpLinks::Open(User user, std::uint32_t server) {
  const Local local = plan_.LocalOf(user);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return SocketTrouble(errno);
  if (Status status = Connect(local, fd, server); !status.ok()) {
    close(fd);
    return status;
  }
  Link& link = links_[local];
  link = Link();
  link.fd = fd;
  if (tls_ != nullptr) link.tls = tls_->Wrap(fd);
  link.began = NowNanos();
  SignOn(local);
  return {};
}

Status TcpLinks::Connect(Local local, int fd, std::uint32_t server) const {
  Set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  // The port is chosen with the peer known, so that each address has its own 28,000.
  Set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  const sockaddr_in source = plan_.sources.AddressOf(plan_.UserOf(local));
  if (bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) return SocketTrouble(errno);
  const sockaddr_in& target = plan_.servers[server];
  if (connect(fd, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0 && errno != EINPROGRESS)
    return SocketTrouble(errno);
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.u64 = local;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &wanted) == 0 ? Status() : SocketTrouble(errno);
}

void TcpLinks::Say(User user) {
  const Local local = plan_.LocalOf(user);
  Link& link = links_[local];
  const Change latest = plan_.truth.Latest(user);
  if (link.fd < 0 || (!link.online && latest.shown == Shown::kOffline)) return;
  if (!link.online) return SignOn(local);
  text_ = R"({"v":2)";
  if (latest.shown == Shown::kOffline) {
    link.online = false;
    text_ += R"(,"online":false)";
  } else {
    AppendState(text_, latest);
  }
  Write(local, text_ += "}\n");
}

void TcpLinks::SignOn(Local local) {
  const User user = plan_.UserOf(local);
  Link& link = links_[local];
  link.online = true;
  ++link.pings;
  text_ = R"({"v":2,"ping":1,"user_id":)" + std::to_string(plan_.IdOf(user));
  AppendState(text_, plan_.truth.Latest(user));
  AppendFriends(text_, plan_, plan_.graph.FriendsOf(user));
  Write(local, text_ += "}\n");
}

void TcpLinks::Write(Local local, std::string_view bytes) {
  if (const auto waiting = unsent_.find(local); waiting != unsent_.end()) {
    waiting->second += bytes;
    return;
  }
  const Link& link = links_[local];
  const Transfer sent = SendSome(link.fd, link.tls.get(), bytes);
  if (sent.state == Transfer::State::kEnded) return Lose(local, {.why = sent.why});
  if (sent.bytes == bytes.size()) return;
  unsent_[local] = bytes.substr(sent.bytes);
  // A handshake that waits for the server goes on when there is something to read.
  const bool waits_to_read = sent.state == Transfer::State::kWaitsToRead;
  WaitFor(local, waits_to_read ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

void TcpLinks::WriteOn(Local local) {
  const auto waiting = unsent_.find(local);
  if (waiting == unsent_.end()) return WaitFor(local, EPOLLIN);
  const std::string bytes = std::move(waiting->second);
  unsent_.erase(waiting);
  Write(local, bytes);
  if (links_[local].fd >= 0 && !unsent_.contains(local)) WaitFor(local, EPOLLIN);
}

void TcpLinks::WaitFor(Local local, std::uint32_t events) const {
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.u64 = local;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, links_[local].fd, &wanted);
}

void TcpLinks::OnEvent(std::uint64_t tag, std::uint32_t events) {
  const auto local = static_cast<Local>(tag);
  if (links_[local].fd < 0) return;
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) Read(local);
  if (links_[local].fd >= 0 && (events & EPOLLOUT) != 0) WriteOn(local);
}

void TcpLinks::Read(Local local) {
  const Link& link = links_[local];
  const Transfer received = ReceiveSome(link.fd, link.tls.get(), buffer_);
  if (received.state == Transfer::State::kEnded) return Lose(local, {.why = received.why});
  if (received.bytes > 0) Take(local, {buffer_.data(), received.bytes}, NowNanos());
  const bool shakes_hands = link.fd >= 0 && link.tls != nullptr && unsent_.contains(local);
  if (shakes_hands) WriteOn(local);
}

void TcpLinks::Take(Local local, std::string_view bytes, Nanos now) {
  std::string joined;
  if (const auto begun = partial_.find(local); begun != partial_.end()) {
    joined = std::move(begun->second);
    partial_.erase(begun);
    joined += bytes;
    bytes = joined;
  }
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    OnLine(local, bytes.substr(0, end), now);
    if (links_[local].fd < 0) return;
    bytes.remove_prefix(end + 1);
  }
  if (!bytes.empty()) partial_[local] = bytes;
}

void TcpLinks::OnLine(Local local, std::string_view text, Nanos now) {
  const ServerLine line = ReadServerLine(text);
  const User user = plan_.UserOf(local);
  Link& link = links_[local];
  switch (line.kind) {
    case ServerLine::Kind::kUpdate:
      if (link.pings == 0 && link.online) events_.OnUpdate(user, line, now);
      return;
    case ServerLine::Kind::kPong:
      if (--link.pings > 0) return;
      events_.OnBegin(user);
      if (!std::exchange(link.ready, true)) events_.OnReady(user, link.began);
      return;
    case ServerLine::Kind::kError:
      return Lose(local, {.why = std::string(line.text), .go_to = std::string(line.go_to)});
    case ServerLine::Kind::kRedirect:
      return Lose(local, {.why = "the server sends its users elsewhere", .go_to = std::string(line.go_to)});
    default:
      return;
  }
}

void TcpLinks::Lose(Local local, const Loss& loss) {
  Link& link = links_[local];
  link.tls.reset();
  close(link.fd);
  link.fd = -1;
  unsent_.erase(local);
  partial_.erase(local);
  events_.OnLost(plan_.UserOf(local), loss);
}

}  // namespace oofgg::load
