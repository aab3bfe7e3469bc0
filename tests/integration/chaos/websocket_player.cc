#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "tests/integration/chaos/chaos_player.h"
#include "tests/support/websocket_peer.h"
#include "v1/api/common/global_service.pb.h"
#include "wire/websocket.h"

namespace oofgg::testing {
namespace {

using nlohmann::json;

enum class Form { kText, kBinary };

/// A browser. It asks for its own words too (`echo=1`), so that it hears every number.
class WebSocketPlayer final : public ChaosPlayer {
 public:
  template <class... Arguments>
  explicit WebSocketPlayer(Form form, Arguments&&... arguments)
      : ChaosPlayer(std::forward<Arguments>(arguments)...), form_(form) {}
  ~WebSocketPlayer() override { Leave(); }

  void Send(const std::string& word) override {
    const std::lock_guard lock(sending_);
    if (peer_ == nullptr) return;
    if (form_ == Form::kText) {
      peer_->SendText(R"({"type":"say","data":)" + DataOf(word) + "}");
    } else {
      GameEvent event;
      event.name = "say";
      event.data = DataOf(word);
      peer_->SendBinary(wire::EncodeWebSocketEvent(event));
    }
  }

  // It never says goodbye, as browsers do not whose page goes.
  void Leave() override {
    if (peer_ == nullptr) return;
    peer_->Cut();
    if (reading_frames_.joinable()) reading_frames_.join();
    const std::lock_guard lock(sending_);
    peer_.reset();
  }

 private:
  static constexpr int kText = 0x1;
  static constexpr int kBinary = 0x2;
  static constexpr int kClose = 0x8;
  static constexpr int kPing = 0x9;

  void Cut() override { Leave(); }

  void OpenAt(const InstanceAddress& address) override {
    auto peer = std::make_unique<WebSocketPeer>(address.websocket);
    std::string target = "/" + session_id_ + "?echo=1&token=" + tokens_.access_token;
    if (reading_.place() != 0) target += "&seq=" + std::to_string(reading_.place());
    const int status = peer->Upgrade(target);
    if (status != 101) {
      // 0: the instance has died; 503: it cannot let anybody in now.
      if (status != 0 && status != 503) reading_.OnFault("not let in: " + std::to_string(status));
      ended_ = true;
      return;
    }
    {
      const std::lock_guard lock(sending_);
      peer_ = std::move(peer);
    }
    reading_frames_ = std::thread([this] { ReadFrames(); });
  }

  void ReadFrames() {
    while (const auto frame = peer_->Next()) {
      if (frame->opcode == kText) OnText(json::parse(frame->payload));
      if (frame->opcode == kBinary) OnBinary(frame->payload);
      if (frame->opcode == kPing) {
        const std::lock_guard lock(sending_);
        peer_->SendFrame(0x8a, frame->payload);
      }
      if (frame->opcode == kClose) break;
    }
    ended_ = true;
  }

  void OnText(const json& message) {
    if (message.at("type") == "error") {
      return OnError(message.value("code", ""), message.value("reason", ""), message.value("error", ""));
    }
    const json data = message.value("data", json());
    OnEvent(message.at("seq"), message.at("type"), data.is_null() ? "" : data.dump());
  }

  void OnBinary(const std::string& bytes) {
    ::v1::api::common::WebSocketMessage message;
    if (!message.ParseFromString(bytes)) return reading_.OnFault("no message");
    if (message.has_response()) {
      const auto& error = message.response().error();
      return OnError(absl::StatusCodeToString(static_cast<StatusCode>(error.code())),
                     error.details().empty() ? "" : error.details(0), error.message());
    }
    const auto& event = message.game_event();
    OnEvent(event.sequence(), event.event_name(), event.data());
  }

  const Form form_;
  std::mutex sending_;  // Of `peer_`, and of what is sent on it.
  std::unique_ptr<WebSocketPeer> peer_;
  std::thread reading_frames_;
};

}  // namespace

std::unique_ptr<ChaosPlayer> MakeTextPlayer(ChaosWorld& world, SessionTokens tokens, std::string session_id,
                                            SessionLog& log) {
  return std::make_unique<WebSocketPlayer>(Form::kText, world, std::move(tokens), std::move(session_id), log);
}

std::unique_ptr<ChaosPlayer> MakeBinaryPlayer(ChaosWorld& world, SessionTokens tokens, std::string session_id,
                                              SessionLog& log) {
  return std::make_unique<WebSocketPlayer>(Form::kBinary, world, std::move(tokens), std::move(session_id),
                                           log);
}

}  // namespace oofgg::testing
