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
  void Advance(TimePoint now) override;
  [[nodiscard]] TimePoint NextDeadline() const override;

 private:
  void OnLine(TimePoint now, std::string_view line);
  void OnPong(TimePoint now, std::uint64_t revision);
  void AddFriends(Json& object);
  /// With a ping that is the newest revision.
  void Say(TimePoint now, Json object);

  std::string unfinished_;       // Of a line.
  TimePoint asked_at_ = kNever;  // What nothing has answered yet.
  TimePoint heard_at_{};
  std::uint64_t list_ = 0;   // The revision of the newest list.
  std::uint64_t fence_ = 0;  // That which tells when the book knows all of it; 0: the list is not in force.
};

}  // namespace oofgg::internal
