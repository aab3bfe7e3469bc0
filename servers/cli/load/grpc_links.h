#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"
#include "oofgg/thread_pool.h"
#include "servers/cli/load/links.h"

namespace oofgg::load {

/// An access token for a user, or why there is none.
using SignToken = std::function<StatusOr<std::string>(const std::string& user_id)>;

/// Players on the gRPC stream, each by an SDK client with a connection of its own. Costs far more than the
/// others at this end, so it is for a few thousand.
class GrpcLinks final : public Links {
 public:
  /// `transport`: where gRPC of the game is, and how it is spoken. `epoll` and `events` outlive it.
  GrpcLinks(const LinkPlan& plan, GrpcTransportOptions transport, SignToken sign, int epoll,
            LinkEvents& events);
  ~GrpcLinks() override;
  GrpcLinks(const GrpcLinks&) = delete;
  GrpcLinks& operator=(const GrpcLinks&) = delete;

  [[nodiscard]] Status Open(User user, std::uint32_t server) override;
  void Say(User user) override;
  void OnEvent(std::uint64_t tag, std::uint32_t events) override;
  [[nodiscard]] Nanos Advance(Nanos) override { return kNeverDue; }

 private:
  using Local = std::uint32_t;
  struct Peer {
    Nanos began = 0;
    std::unique_ptr<Client> client;
    PresenceWatch watch;
    std::uint32_t watches = 0;  ///< So far; what an earlier one says is not heard.
    bool online = false;        ///< As the server was told.
    bool ready = false;
    bool lost = false;
  };
  /// What a callback on one of the SDK's threads has for the worker's.
  struct News {
    Local local = 0;
    std::uint32_t watch = 0;
    Nanos at = 0;
    StatusOr<PresenceUpdate> update{PresenceUpdate()};
    bool is_fresh = false;      ///< Everybody's state has been told; no update.
    std::string unreachable{};  ///< Why there is no server; no update.
  };

  void StartWatch(Local local);
  void Put(News news);
  void Take(const News& news);
  void Lose(Local local, const std::string& why);

  const LinkPlan& plan_;
  const GrpcTransportOptions transport_;
  const SignToken sign_;
  LinkEvents& events_;
  const int arrived_fd_;
  std::mutex mutex_;
  std::vector<News> arrived_;
  ThreadPool threads_{2};  // Of all clients, before which they must go.
  std::vector<Peer> peers_;
};

}  // namespace oofgg::load
