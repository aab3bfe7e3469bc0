#include "client/registration_loop.h"

#include <algorithm>
#include <utility>

#include "client/unary.h"

namespace oofgg::internal {

namespace methods = wire::methods;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kShortestPeriod{100};

}  // namespace

RegistrationLoop::RegistrationLoop(std::shared_ptr<ClientCore> core, ServerRegistrationOptions options,
                                   GameServerLease lease)
    : core_(std::move(core)),
      options_(std::move(options)),
      lease_(std::move(lease)),
      serial_(core_->callbacks()) {}

void RegistrationLoop::Stop() {
  serial_.Close();
  call_.Cancel();
}

GameServerLease RegistrationLoop::lease() const {
  const std::lock_guard lock(mutex_);
  return lease_;
}

milliseconds RegistrationLoop::Period() const { return (std::max)(lease().lease / 3, kShortestPeriod); }

template <typename Body>
auto RegistrationLoop::Bring(Body body) {
  return [weak = weak_from_this(), body](StatusOr<GameServerLease> lease) {
    const auto loop = weak.lock();
    if (loop == nullptr) return;
    loop->serial_.Post([weak, body, lease = std::move(lease)] {
      if (const auto self = weak.lock()) body(*self, lease);
    });
  };
}

void RegistrationLoop::ReportLater() {
  timer_ = {serial_, DeadlineAfter(core_->clock().Now(), Period()), [weak = weak_from_this()] {
              if (const auto loop = weak.lock()) loop->Report();
            }};
}

void RegistrationLoop::Report() {
  ReportGameServerRequest report = options_.report ? options_.report() : ReportGameServerRequest();
  report.server_id = lease().server_id;
  call_ = CallBack<methods::ReportGameServer>(
      core_, report,
      Bring([](RegistrationLoop& loop, const StatusOr<GameServerLease>& lease) { loop.OnReported(lease); }),
      {.timeout = Period()});
}

void RegistrationLoop::OnReported(const StatusOr<GameServerLease>& lease) {
  // The maker was set up anew, or did not hear of us for too long.
  if (lease.status().code() == StatusCode::kNotFound) return Register();
  OnAnswer(lease);
}

void RegistrationLoop::Register() {
  call_ = CallBack<methods::RegisterGameServer>(
      core_, options_.server,
      Bring([](RegistrationLoop& loop, const StatusOr<GameServerLease>& lease) { loop.OnAnswer(lease); }),
      {.timeout = Period()});
}

void RegistrationLoop::OnAnswer(const StatusOr<GameServerLease>& lease) {
  if (!lease.ok()) {
    if (options_.on_trouble) options_.on_trouble(lease.status());
    return ReportLater();
  }
  bool new_keys = false;
  {
    const std::lock_guard lock(mutex_);
    new_keys = lease_.maker_keys != lease->maker_keys;
    lease_ = *lease;
  }
  if (new_keys && options_.on_keys) options_.on_keys(lease->maker_keys);
  ReportLater();
}

bool RegistrationLoop::MayStillSignOff() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(signed_off_, true);
}

Status RegistrationLoop::SignOff(const std::string& reason) {
  if (!MayStillSignOff()) return {};
  return Block<methods::DeregisterGameServer>(core_, {.server_id = lease().server_id, .reason = reason},
                                              CallOptions())
      .status();
}

void RegistrationLoop::SignOffUnheard() {
  if (!MayStillSignOff()) return;
  CallBack<methods::DeregisterGameServer>(
      core_, {.server_id = lease().server_id, .reason = ""},
      [](const StatusOr<DeregisterGameServerResponse>&) {}, CallOptions())
      .Detach();
}

}  // namespace oofgg::internal
