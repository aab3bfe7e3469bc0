#pragma once

#include <string>

#include "client/light/light_session.h"

namespace oofgg::internal {

/// A session over TCP, where nothing is lost without the link: revisions are pings.
class LightTcpSession final : public LightSession {
 public:
  using LightSession::LightSession;

  void Start(TimePoint now) override;
  void OnBytes(TimePoint now, std::string_view bytes) override;
  void OnFriends(TimePoint now) override;
  void OnStatus(TimePoint now) override;
  void OnSignOff(TimePoint now) override;
  bool SendRaw(const std::string& object) override;
  void Advance(TimePoint now) override;
  [[nodiscard]] TimePoint NextDeadline() const override;

 private:
  void OnLine(std::string_view line);
  void OnPong(std::uint64_t revision);
  void SayFriends(TimePoint now, Json object);
  /// With a ping that is the newest revision.
  void Say(TimePoint now, Json object);

  std::string unfinished_;       // Of a line.
  TimePoint asked_at_ = kNever;  // What nothing has answered yet.
  TimePoint heard_at_{};
  std::uint64_t fence_ = 0;  // The revision whose pong says that all of the newest list was told.
};

}  // namespace oofgg::internal
