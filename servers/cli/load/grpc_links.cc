#include "servers/cli/load/grpc_links.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "oofgg/grpc_transport.h"
#include "oofgg/parse.h"

namespace oofgg::load {
namespace {

constexpr std::chrono::hours kTokenLifetime{23};

PresenceStatus StatusOf(const Change& change) {
  PresenceStatus status;
  status.state = change.shown == Shown::kAway ? PresenceState::kAway : PresenceState::kOnline;
  if (change.number > 1) status.text = std::to_string(change.number);
  return status;
}

Shown ShownOf(PresenceState state) {
  if (state == PresenceState::kOffline) return Shown::kOffline;
  return state == PresenceState::kAway ? Shown::kAway : Shown::kOnline;
}

ServerLine LineOf(const PresenceUpdate& update) {
  ServerLine line;
  line.kind = ServerLine::Kind::kUpdate;
  line.shown = ShownOf(update.state);
  line.user_id = ParseInteger<std::uint64_t>(update.user_id).value_or(0);
  line.change = ParseInteger<std::uint32_t>(update.text).value_or(1);
  return line;
}

}  // namespace

GrpcLinks::GrpcLinks(const LinkPlan& plan, GrpcTransportOptions transport, SignToken sign, int epoll,
                     LinkEvents& events)
    : plan_(plan),
      transport_(std::move(transport)),
      sign_(std::move(sign)),
      events_(events),
      arrived_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      peers_(plan.local_count(plan.users)) {
  epoll_event wanted{};
  wanted.events = EPOLLIN;
  epoll_ctl(epoll, EPOLL_CTL_ADD, arrived_fd_, &wanted);
}

GrpcLinks::~GrpcLinks() {
  peers_.clear();
  close(arrived_fd_);
}

Status GrpcLinks::Open(User user, std::uint32_t /*server*/) {
  const Local local = plan_.LocalOf(user);
  const std::string id = std::to_string(plan_.IdOf(user));
  Peer& peer = peers_[local];
  peer.began = NowNanos();
  OOFGG_ASSIGN_OR_RETURN(std::string token, sign_(id));
  ClientOptions options;
  options.callbacks = &threads_;
  options.executor = &threads_;
  peer.client = std::make_unique<Client>(MakeGrpcTransport(transport_), std::move(options));
  peer.client->SetTokens({.user_id = id,
                          .access_token = std::move(token),
                          .expires_at = Clock::System().WallNow() + kTokenLifetime});
  StartWatch(local);
  return {};
}

void GrpcLinks::StartWatch(Local local) {
  const User user = plan_.UserOf(local);
  Peer& peer = peers_[local];
  peer.online = true;
  const std::uint32_t watch = ++peer.watches;
  std::vector<std::string> friends;
  for (const User friend_ : plan_.graph.FriendsOf(user))
    friends.push_back(std::to_string(plan_.IdOf(friend_)));
  events_.OnBegin(user);
  peer.watch = peer.client->presence().Watch(
      std::move(friends),
      [=, this](const StatusOr<PresenceUpdate>& update) {
        Put({.local = local, .watch = watch, .at = NowNanos(), .update = update});
      },
      {.status = StatusOf(plan_.truth.Latest(user)),
       .on_stale =
           [=, this](bool stale) {
             if (!stale) Put({.local = local, .watch = watch, .at = NowNanos(), .is_fresh = true});
           },
       .on_trouble =
           [=, this](const Status& why) {
             if (ReasonOf(why) != kUnreachable) return;  // Else it passes.
             Put({.local = local,
                  .watch = watch,
                  .at = NowNanos(),
                  .unreachable = std::string(why.message())});
           }});
}

void GrpcLinks::Say(User user) {
  const Local local = plan_.LocalOf(user);
  Peer& peer = peers_[local];
  if (peer.lost) return;
  const Change latest = plan_.truth.Latest(user);
  if (latest.shown != Shown::kOffline) {
    return peer.online ? peer.watch.SetStatus(StatusOf(latest)) : StartWatch(local);
  }
  if (std::exchange(peer.online, false)) peer.watch.SignOff();
}

void GrpcLinks::Put(News news) {
  const std::lock_guard lock(mutex_);
  if (arrived_.empty()) eventfd_write(arrived_fd_, 1);
  arrived_.push_back(std::move(news));
}

void GrpcLinks::OnEvent(std::uint64_t, std::uint32_t) {
  std::vector<News> arrived;
  {
    const std::lock_guard lock(mutex_);
    eventfd_t count = 0;
    eventfd_read(arrived_fd_, &count);
    arrived.swap(arrived_);
  }
  for (const News& news : arrived) Take(news);
}

void GrpcLinks::Take(const News& news) {
  Peer& peer = peers_[news.local];
  if (peer.lost || news.watch != peer.watches) return;
  const User user = plan_.UserOf(news.local);
  if (!news.update.ok()) {
    // The end of a watch that signed off is no error of anybody's.
    if (peer.online) Lose(news.local, std::string(news.update.status().message()));
    return;
  }
  if (!news.unreachable.empty()) {
    if (!peer.ready) Lose(news.local, news.unreachable);
    return;
  }
  if (!news.is_fresh) {
    if (peer.online) events_.OnUpdate(user, LineOf(*news.update), news.at);
  } else if (!std::exchange(peer.ready, true)) {
    events_.OnReady(user, peer.began);
  }
}

void GrpcLinks::Lose(Local local, const std::string& why) {
  peers_[local].lost = true;
  events_.OnLost(plan_.UserOf(local), {.why = why});
}

}  // namespace oofgg::load
