#include <utility>

#include "oofgg/client.h"
#include "tests/integration/chaos/chaos_player.h"
#include "tests/support/tcp_link.h"

namespace oofgg::testing {
namespace {

class GrpcPlayer final : public ChaosPlayer {
 public:
  using ChaosPlayer::ChaosPlayer;
  ~GrpcPlayer() override { Leave(); }

  void Send(const std::string& word) override {
    GameEvent event;
    event.name = "say";
    event.data = DataOf(word);
    // There is no stream, it has just ended, or has no link: the event is lost, as such events may be.
    static_cast<void>(stream_.Send(std::move(event)));
  }

  void Leave() override {
    stream_ = EventStream();
    client_.reset();  // Waits for a callback under way.
    link_.reset();
  }

 private:
  void Cut() override {
    if (link_ != nullptr) link_->Cut();
    Leave();
  }

  void OpenAt(const InstanceAddress& address) override {
    link_ = std::make_unique<TcpLink>(address.grpc);
    InstanceAddress over_link = address;
    over_link.grpc = link_->address();
    client_ = world_.ClientAt(over_link, tokens_);
    stream_ = client_->games().StreamEvents(
        {.session_id = session_id_, .game_id = {}, .after_sequence = reading_.place()},
        [this](const StatusOr<GameEvent>& event) { OnNext(event); });
  }

  void OnNext(const StatusOr<GameEvent>& event) {
    if (event.ok()) return OnEvent(event->sequence, event->name, event->data);
    const Status& why = event.status();
    OnError(absl::StatusCodeToString(why.code()), ReasonOf(why), std::string(why.message()));
    ended_ = true;
  }

  std::unique_ptr<TcpLink> link_;
  std::unique_ptr<Client> client_;
  EventStream stream_;
};

}  // namespace

std::unique_ptr<ChaosPlayer> MakeGrpcPlayer(ChaosWorld& world, SessionTokens tokens, std::string session_id,
                                            SessionLog& log) {
  return std::make_unique<GrpcPlayer>(world, std::move(tokens), std::move(session_id), log);
}

}  // namespace oofgg::testing
