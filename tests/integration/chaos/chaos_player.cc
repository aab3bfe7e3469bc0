#include "tests/integration/chaos/chaos_player.h"

#include <utility>

#include "oofgg/client.h"

namespace oofgg::testing {
namespace {

class GrpcPlayer final : public ChaosPlayer {
 public:
  using ChaosPlayer::ChaosPlayer;
  ~GrpcPlayer() override { Leave(); }

  void Send(const std::string& text) override {
    GameEvent event;
    event.name = "say";
    event.data = text;
    // A stream that has just ended, or has no link: the event is lost, as such events may be.
    static_cast<void>(stream_.Send(std::move(event)));
  }

  void Leave() override {
    stream_ = EventStream();
    client_.reset();  // Waits for a callback under way.
  }

 private:
  void OpenAt(const InstanceAddress& address) override {
    Leave();
    client_ = world_.ClientAt(address, tokens_);
    ended_ = false;
    stream_ = client_->games().StreamEvents(
        {.session_id = session_id_, .game_id = {}, .after_sequence = reading_.place()},
        [this](const StatusOr<GameEvent>& event) { OnEvent(event); });
  }

  void OnEvent(const StatusOr<GameEvent>& event) {
    if (event.ok()) return reading_.OnEvent(event->sequence, event->name + " " + event->data);
    if (event.status().code() == StatusCode::kOutOfRange) {
      reading_.OnGap();
    } else {
      reading_.OnFault("the stream ended: " + event.status().ToString());
    }
    ended_ = true;
  }

  std::unique_ptr<Client> client_;
  EventStream stream_;
};

}  // namespace

void ChaosPlayer::Move() {
  where_ = world_.PickLive();
  OpenAt(where_);
}

void ChaosPlayer::Tend() {
  if (ended_ || !world_.IsLive(where_)) Move();
}

std::unique_ptr<ChaosPlayer> MakeGrpcPlayer(ChaosWorld& world, SessionTokens tokens, std::string session_id,
                                            SessionLog& log) {
  return std::make_unique<GrpcPlayer>(world, std::move(tokens), std::move(session_id), log);
}

}  // namespace oofgg::testing
