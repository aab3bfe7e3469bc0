#include "tests/integration/chaos/chaos_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "oofgg/grpc_transport.h"
#include "tests/support/password.h"

namespace oofgg::testing {

ChaosWorld::ChaosWorld(unsigned seed) : auth_(StartAuth(folder_)), random_(seed) {
  for (std::size_t i = 0; i < kInstances; ++i) {
    instances_[i].address.number = i;
    Start(instances_[i]);
  }
}

void ChaosWorld::Start(Instance& instance) {
  auto server = StartGame(instance.folder, *auth_,
                          {"--database", database_.url(), "--redis", redis_.url(), "--websocket-listen",
                           "127.0.0.1:0", "--disconnect-grace", "60s"});
  const std::lock_guard lock(mutex_);
  instance.server = std::move(server);
  instance.address.life = ++lives_;
  instance.address.grpc = instance.server->address("grpc");
  instance.address.websocket = instance.server->address("websocket");
  instance.live = true;
}

SessionTokens ChaosWorld::NewPlayer(const std::string& name) { return SignUp(name, *auth_)->tokens(); }

void ChaosWorld::KillOne() {
  Instance& instance = instances_[random_() % kInstances];
  {
    const std::lock_guard lock(mutex_);
    instance.live = false;
  }
  instance.server->Kill();
  StartAgain(instance);
}

// One that does not reach its database in time, on a machine that has much to do, ends with that.
void ChaosWorld::StartAgain(Instance& instance) {
  constexpr int kTries = 5;
  for (int tries = 1; tries < kTries; ++tries) {
    try {
      return Start(instance);
    } catch (const std::runtime_error& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
  }
  Start(instance);
}

void ChaosWorld::KillRedis() {
  redis_.Kill();
  redis_.Start();
}

InstanceAddress ChaosWorld::PickLive() {
  const std::lock_guard lock(mutex_);
  for (;;) {
    const Instance& instance = instances_[random_() % kInstances];
    if (instance.live) return instance.address;
  }
}

bool ChaosWorld::IsLive(const InstanceAddress& address) const {
  const std::lock_guard lock(mutex_);
  const Instance& instance = instances_[address.number];
  return instance.live && instance.address.life == address.life;
}

std::vector<InstanceAddress> ChaosWorld::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<InstanceAddress> all;
  for (const Instance& instance : instances_) all.push_back(instance.address);
  return all;
}

std::unique_ptr<Client> ChaosWorld::ClientAt(const InstanceAddress& address, const SessionTokens& tokens) {
  GrpcTransportOptions transport;
  transport.endpoints.auth = auth_->address("grpc");
  transport.endpoints.game = address.grpc;
  auto client = std::make_unique<Client>(MakeGrpcTransport(transport));
  client->SetTokens(tokens);
  return client;
}

}  // namespace oofgg::testing
