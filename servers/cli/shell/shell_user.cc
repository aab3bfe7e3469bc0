#include "servers/cli/shell/shell_user.h"

#include <utility>

namespace oofgg::cli {
namespace {

class LightUser final : public ShellUser {
 public:
  explicit LightUser(std::unique_ptr<LightPresence> presence) : presence_(std::move(presence)) {}

  Status SetFriends(const std::vector<std::string>& list) override { return presence_->SetFriends(list); }
  Status SetStatus(const PresenceStatus& status) override { return presence_->SetStatus(status); }
  void SignOff() override { presence_->SignOff(); }
  Status Send(const std::string& bytes) override {
    if (presence_->SendRaw(bytes)) return {};
    return MakeStatus(StatusCode::kUnavailable, "there is no link now; try again when there is");
  }

 private:
  std::unique_ptr<LightPresence> presence_;
};

class GrpcUser final : public ShellUser {
 public:
  GrpcUser(std::unique_ptr<Client> client, PresenceWatch watch)
      : client_(std::move(client)), watch_(std::move(watch)) {}

  Status SetFriends(const std::vector<std::string>& list) override {
    watch_.SetFriends(list);
    return {};
  }
  Status SetStatus(const PresenceStatus& status) override {
    watch_.SetStatus(status);
    return {};
  }
  void SignOff() override { watch_.SignOff(); }
  Status Send(const std::string& /*bytes*/) override {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "raw objects go over tcp and udp; this user is on grpc");
  }

 private:
  std::unique_ptr<Client> client_;
  PresenceWatch watch_;
};

}  // namespace

StatusOr<std::unique_ptr<ShellUser>> ConnectLight(const UserPlace& place, const std::string& address,
                                                  const std::string& user,
                                                  const std::vector<std::string>& friends,
                                                  LightPresenceOptions options) {
  options.callbacks = &place.executor;
  UserEvents& events = place.events;
  options.on_stale = [&events, user](bool stale) { events.OnStale(user, stale); };
  options.on_trouble = [&events, user](const Status& why) { events.OnTrouble(user, why); };
  options.on_bytes = [&events, user](bool sent, std::string_view bytes) {
    events.OnBytes(user, sent, bytes);
  };
  const bool is_udp = options.transport == LightPresenceTransport::kUdp;
  OOFGG_ASSIGN_OR_RETURN(auto presence, LightPresence::Connect(
                                            address, user, friends,
                                            [&events, user](const StatusOr<PresenceUpdate>& update) {
                                              events.OnUpdate(user, update);
                                            },
                                            std::move(options)));
  std::unique_ptr<ShellUser> made = std::make_unique<LightUser>(std::move(presence));
  made->door = is_udp ? "udp" : "tcp";
  made->friends = friends;
  return made;
}

std::unique_ptr<ShellUser> ConnectGrpc(const UserPlace& place, std::unique_ptr<Client> client,
                                       const std::string& user, const std::vector<std::string>& friends) {
  UserEvents& events = place.events;
  PresenceWatch watch = client->presence().Watch(
      friends, [&events, user](const StatusOr<PresenceUpdate>& update) { events.OnUpdate(user, update); },
      {.status = {},
       .on_stale = [&events, user](bool stale) { events.OnStale(user, stale); },
       .on_trouble = [&events, user](const Status& why) { events.OnTrouble(user, why); }});
  std::unique_ptr<ShellUser> made = std::make_unique<GrpcUser>(std::move(client), std::move(watch));
  made->door = "grpc";
  made->friends = friends;
  return made;
}

}  // namespace oofgg::cli
