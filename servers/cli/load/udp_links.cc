#include "servers/cli/load/udp_links.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/presence_limits.h"

namespace oofgg::load {
namespace {

using presence::kMaxDatagramBytes;
constexpr std::size_t kBatch = 64;
constexpr int kSocketBuffer = 4 * 1024 * 1024;
constexpr Nanos kFirstPause = 250'000'000;
constexpr unsigned kMostDoublings = 4;
constexpr std::uint8_t kMostTries = 20;
constexpr Nanos kKeepStep = 1'000'000;
constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(in_pktinfo));

/// Room for the control message that says which of our addresses a datagram is from or for.
union Control {
  cmsghdr aligned;
  std::array<char, kControlBytes> bytes;
};

std::uint32_t OurAddress(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != IPPROTO_IP || part->cmsg_type != IP_PKTINFO) continue;
    in_pktinfo info{};
    std::memcpy(&info, CMSG_DATA(part), sizeof info);
    return ntohl(info.ipi_addr.s_addr);
  }
  return 0;
}

/// Grows over restarts, as the protocol wants.
std::uint64_t FirstRevision() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

}  // namespace

UdpLinks::UdpLinks(const LinkPlan& plan, int epoll, LinkEvents& events)
    : plan_(plan),
      epoll_(epoll),
      events_(events),
      players_(plan.local_count(plan.users)),
      buffer_(kBatch * kMaxDatagramBytes) {}

UdpLinks::~UdpLinks() {
  for (const int fd : sockets_) close(fd);
}

Status UdpLinks::Open(User user, std::uint32_t /*server*/) {
  const Local local = plan_.LocalOf(user);
  while (sockets_.size() <= local / plan_.sources.addresses) OOFGG_RETURN_IF_ERROR(OpenSocket());
  Player& player = players_[local];
  player.opened = true;
  player.began = NowNanos();
  player.revision = FirstRevision();
  Repeat(local, player.began);
  return {};
}

Status UdpLinks::OpenSocket() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return SocketTrouble(errno);
  const std::size_t index = sockets_.size();
  sockets_.push_back(fd);
  const int on = 1;
  setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof kSocketBuffer);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
  const sockaddr_in all = SocketAddress(INADDR_ANY, 0);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&all), sizeof all) != 0) return SocketTrouble(errno);
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  wanted.data.u64 = index;
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &wanted) == 0 ? Status() : SocketTrouble(errno);
}

void UdpLinks::Say(User user) {
  const Local local = plan_.LocalOf(user);
  Player& player = players_[local];
  if (player.lost) return;
  ++player.revision;
  player.tries = 0;
  Repeat(local, NowNanos());
}

/// Says it, and once more after a pause that doubles.
void UdpLinks::Repeat(Local local, Nanos now) {
  Player& player = players_[local];
  player.pending = true;
  SayNow(local);
  const unsigned doublings = std::min<unsigned>(player.tries++, kMostDoublings);
  again_.push({now + (kFirstPause << doublings), local, player.revision});
}

void UdpLinks::SayNow(Local local) {
  const Player& player = players_[local];
  const User user = plan_.UserOf(local);
  if (player.cookie[0] == '\0') {
    return Send(local, R"({"v":2,"pad":"0123456789","user_id":)" + std::to_string(plan_.IdOf(user)) + "}");
  }
  if (plan_.truth.shown(user) != Shown::kOffline) return SayList(local);
  const std::string revision = std::to_string(player.revision);
  Send(local, Head(local) + R"(,"user_id":)" + std::to_string(plan_.IdOf(user)) + R"(,"rev":)" + revision +
                  R"(,"ping":)" + revision + R"(,"online":false})");
}

/// In parts, if it does not fit.
void UdpLinks::SayList(Local local) {
  constexpr std::size_t kRoomForPart = 64;
  const User user = plan_.UserOf(local);
  std::string head = Head(local) + R"(,"user_id":)" + std::to_string(plan_.IdOf(user)) + R"(,"rev":)" +
                     std::to_string(players_[local].revision);
  AppendState(head, plan_.truth.Latest(user));
  const auto friends = plan_.graph.FriendsOf(user);
  const std::size_t longest_id = std::to_string(plan_.IdOf(plan_.users)).size() + 1;
  const std::size_t fitting = (kMaxDatagramBytes - head.size() - kRoomForPart) / longest_id;
  const std::size_t parts = std::max<std::size_t>(1, (friends.size() + fitting - 1) / fitting);
  for (std::size_t part = 0; part < parts; ++part) {
    std::string text = head;
    const std::size_t from = part * fitting;
    AppendFriends(text, plan_, friends.subspan(from, std::min(fitting, friends.size() - from)));
    if (parts > 1) {
      text += R"(,"part":)" + std::to_string(part) + R"(,"parts":)" + std::to_string(parts);
    }
    Send(local, text += '}');
  }
}

std::string UdpLinks::Head(Local local) const {
  const Player& player = players_[local];
  std::string head = R"({"v":2,"cookie":")";
  head.append(player.cookie.data(), player.cookie.size());
  return head += R"(","ack":)" + std::to_string(player.heard);
}

void UdpLinks::Acknowledge(Local local) { Send(local, Head(local) + "}"); }

void UdpLinks::Send(Local local, std::string_view text) {
  in_pktinfo info{};
  info.ipi_spec_dst = plan_.sources.At(local % plan_.sources.addresses).sin_addr;
  Control control{};
  iovec bytes{const_cast<char*>(text.data()), text.size()};  // sendmsg() does not write.
  sockaddr_in server = plan_.servers.front();
  msghdr message{};
  message.msg_name = &server;
  message.msg_namelen = sizeof server;
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  cmsghdr* const part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = IPPROTO_IP;
  part->cmsg_type = IP_PKTINFO;
  part->cmsg_len = CMSG_LEN(sizeof info);
  std::memcpy(CMSG_DATA(part), &info, sizeof info);
  // What the kernel does not take is lost as on any network, and said again.
  if (sendmsg(sockets_[local / plan_.sources.addresses], &message, MSG_NOSIGNAL) >= 0) return;
  if (errno == ECONNREFUSED) Lose(local, std::string(SocketTrouble(errno).message()));
}

void UdpLinks::OnEvent(std::uint64_t tag, std::uint32_t) { ReadBatch(tag); }

void UdpLinks::ReadBatch(std::size_t socket) {
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> pieces{};
  std::array<Control, kBatch> controls{};
  std::array<sockaddr_in, kBatch> senders{};
  for (std::size_t i = 0; i < kBatch; ++i) {
    pieces[i] = {buffer_.data() + i * kMaxDatagramBytes, kMaxDatagramBytes};
    msghdr& message = messages[i].msg_hdr;
    message.msg_name = &senders[i];
    message.msg_namelen = sizeof senders[i];
    message.msg_iov = &pieces[i];
    message.msg_iovlen = 1;
    message.msg_control = controls[i].bytes.data();
    message.msg_controllen = controls[i].bytes.size();
  }
  const int count = recvmmsg(sockets_[socket], messages.data(), kBatch, 0, nullptr);
  const Nanos now = NowNanos();
  for (std::size_t i = 0; static_cast<int>(i) < count; ++i) {
    const std::size_t place = OurAddress(messages[i].msg_hdr) - plan_.sources.first;
    const std::size_t local = socket * plan_.sources.addresses + place;
    // The socket hears all of the machine's addresses.
    const bool is_ours = place < plan_.sources.addresses && local < players_.size();
    if (!is_ours || senders[i].sin_port != plan_.servers.front().sin_port) continue;
    OnDatagram(static_cast<Local>(local), {buffer_.data() + i * kMaxDatagramBytes, messages[i].msg_len}, now);
  }
  for (const Local local : owing_) {
    players_[local].owes_ack = false;
    Acknowledge(local);
  }
  owing_.clear();
}

void UdpLinks::OnDatagram(Local local, std::string_view text, Nanos now) {
  const ServerLine line = ReadServerLine(text);
  Player& player = players_[local];
  if (player.lost) return;
  if (line.kind == ServerLine::Kind::kError) return Lose(local, std::string(line.text));
  if (line.kind == ServerLine::Kind::kPong) return Confirm(local, line.number);
  if (line.kind == ServerLine::Kind::kCookie) {
    if (line.text.size() != kCookieBytes) return Lose(local, "the server's cookie is not one of 16 bytes");
    std::copy(line.text.begin(), line.text.end(), player.cookie.begin());
    if (player.pending) SayNow(local);
    return;
  }
  if (line.sequence != 0) OnNumbered(local, line, now);
}

void UdpLinks::OnNumbered(Local local, const ServerLine& line, Nanos now) {
  Player& player = players_[local];
  if (!std::exchange(player.owes_ack, true)) owing_.push_back(local);
  const User user = plan_.UserOf(local);
  if (line.kind == ServerLine::Kind::kWelcome) {
    if (line.sequence <= player.heard) return;
    player.heard = line.sequence;
    return events_.OnBegin(user);
  }
  if (line.sequence != player.heard + 1) return;
  player.heard = line.sequence;
  if (line.kind == ServerLine::Kind::kRevision) return Confirm(local, line.number);
  events_.OnUpdate(user, line, now);
}

void UdpLinks::Confirm(Local local, std::uint64_t revision) {
  Player& player = players_[local];
  if (revision != player.revision) return;
  player.pending = false;
  if (!std::exchange(player.ready, true)) events_.OnReady(plan_.UserOf(local), player.began);
}

void UdpLinks::Lose(Local local, const std::string& why) {
  Player& player = players_[local];
  if (std::exchange(player.lost, true)) return;
  player.pending = false;
  events_.OnLost(plan_.UserOf(local), {.why = why});
}

Nanos UdpLinks::Advance(Nanos now) {
  while (!again_.empty() && again_.top().due <= now) {
    const Again again = again_.top();
    again_.pop();
    const Player& player = players_[again.local];
    if (!player.pending || player.revision != again.revision) continue;
    if (player.tries >= kMostTries) {
      Lose(again.local,
           "the server did not answer for more than a minute; see whether --server names its port");
      continue;
    }
    events_.OnResent();
    Repeat(again.local, now);
  }
  KeepAlive(now);
  const Nanos kept = std::max(keep_due_, now + kKeepStep);
  return again_.empty() ? kept : std::min(kept, again_.top().due);
}

/// Goes round, so that the load on the server is even.
void UdpLinks::KeepAlive(Nanos now) {
  if (players_.empty() || plan_.keep_alive == 0) return;
  const Nanos gap = std::max<Nanos>(1, plan_.keep_alive / players_.size());
  // Who has fallen far behind does not catch up in one go.
  constexpr Nanos kMostBehind = 100 * kKeepStep;
  if (keep_due_ + kMostBehind < now) keep_due_ = now;
  for (; keep_due_ <= now; keep_due_ += gap) {
    const Local local = next_kept_;
    next_kept_ = (next_kept_ + 1) % static_cast<Local>(players_.size());
    const Player& player = players_[local];
    const bool is_online = plan_.truth.shown(plan_.UserOf(local)) != Shown::kOffline;
    if (player.ready && !player.lost && is_online) Acknowledge(local);
  }
}

}  // namespace oofgg::load
