#include "benchmarks/events/grpc_players.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/client_callback.h>

#include <atomic>
#include <deque>
#include <latch>
#include <mutex>
#include <utility>

#include "v1/api/common/game_service.grpc.pb.h"

namespace oofgg {
namespace {

namespace pb = ::v1::api::game;
using ::v1::api::common::GameService;

constexpr const char* kReady = "ready";

class GrpcPlayer final : public grpc::ClientBidiReactor<pb::GameEvent, pb::GameEvent> {
 public:
  GrpcPlayer(std::size_t number, const std::string& address, Seat seat, EventPlayers::OnEvent on_event)
      : number_(number), seat_(std::move(seat)), on_event_(std::move(on_event)) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // A connection of its own.
    stub_ = GameService::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    context_.AddMetadata("authorization", "Bearer " + seat_.token);
    stub_->async()->StreamEvents(&context_, this);
    StartRead(&read_);
    StartCall();
    Send(kReady, {});
  }

  void Send(const char* name, std::string data) {
    pb::GameEvent event;
    event.set_session_id(seat_.session_id);
    event.set_event_name(name);
    if (!data.empty()) event.set_data(std::move(data));
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(event));
    if (waiting_.size() == 1) StartWrite(&waiting_.front());
  }

  /// Until its first event is back, or the stream has failed.
  bool WaitUntilOpen() {
    opened_.wait();
    return !failed_;
  }

  void Close() {
    context_.TryCancel();
    done_.wait();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (const auto stamp = StampOf(read_.data())) {
      on_event_(number_, *stamp);
    } else if (!std::exchange(is_open_, true)) {
      opened_.count_down();
    }
    StartRead(&read_);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    waiting_.pop_front();
    if (ok && !waiting_.empty()) StartWrite(&waiting_.front());
  }

  void OnDone(const grpc::Status&) override {
    if (!std::exchange(is_open_, true)) {
      failed_ = true;
      opened_.count_down();
    }
    done_.count_down();
  }

 private:
  const std::size_t number_;
  const Seat seat_;
  const EventPlayers::OnEvent on_event_;
  std::unique_ptr<GameService::Stub> stub_;
  grpc::ClientContext context_;
  pb::GameEvent read_;
  bool is_open_ = false;
  std::atomic<bool> failed_ = false;
  std::latch opened_{1};
  std::latch done_{1};
  std::mutex mutex_;
  std::deque<pb::GameEvent> waiting_;  // The first is being written.
};

class GrpcPlayers final : public EventPlayers {
 public:
  GrpcPlayers(const std::string& address, const std::vector<Seat>& seats, const OnEvent& on_event) {
    for (const Seat& seat : seats) {
      players_.push_back(std::make_unique<GrpcPlayer>(players_.size(), address, seat, on_event));
    }
  }
  ~GrpcPlayers() override {
    for (const auto& player : players_) player->Close();
  }

  bool WaitUntilOpen() {
    bool all = true;
    for (const auto& player : players_) all = player->WaitUntilOpen() && all;
    return all;
  }
  void Send(std::size_t player) override { players_[player]->Send("move", StampedData(player)); }

 private:
  std::vector<std::unique_ptr<GrpcPlayer>> players_;
};

}  // namespace

std::unique_ptr<EventPlayers> OpenGrpcPlayers(const std::string& address, const std::vector<Seat>& seats,
                                              EventPlayers::OnEvent on_event) {
  auto players = std::make_unique<GrpcPlayers>(address, seats, on_event);
  return players->WaitUntilOpen() ? std::move(players) : nullptr;
}

}  // namespace oofgg
