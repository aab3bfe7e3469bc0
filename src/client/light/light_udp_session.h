#pragma once

#include <string>
#include <vector>

#include "client/light/light_session.h"
#include "oofgg/random.h"

namespace oofgg::internal {

/// A session over UDP, where datagrams are lost, doubled and overtake each other: what is not answered is
/// said again, and what comes is taken in the order of its `seq`.
class LightUdpSession final : public LightSession {
 public:
  explicit LightUdpSession(Parts parts);

  void Start(TimePoint now) override;
  void OnBytes(TimePoint now, std::string_view bytes) override;
  void OnFriends(TimePoint now) override;
  void OnStatus(TimePoint now) override;
  void OnSignOff(TimePoint now) override;
  bool SendRaw(const std::string& object) override;
  void Advance(TimePoint now) override;
  [[nodiscard]] TimePoint NextDeadline() const override;
  [[nodiscard]] std::vector<std::string> TakeOutput() override;

 private:
  void OnCookie(TimePoint now, std::string cookie);
  void OnWelcome(std::uint64_t sequence);
  void OnConfirmation(TimePoint now, std::uint64_t revision);

  [[nodiscard]] bool is_waiting() const { return cookie_.empty() || !is_confirmed() || pinging_; }
  void Await(TimePoint now);
  void SayAnew(TimePoint now);
  /// What is waited for to be answered.
  void Say();
  void SayHello();
  void SayWishes();
  void SayParts(Json object);
  [[nodiscard]] Json Object() const;

  SeededRandom random_;
  std::string cookie_;
  bool greeted_ = false;          // The hello is in force, and so the server knows who this is,
  bool status_in_force_ = false;  // what is shown,
  bool list_in_force_ = false;    // and who is watched.
  bool hello_has_list_ = false;
  bool pinging_ = false;
  bool owes_ack_ = false;
  std::uint64_t last_ = 0;  // The newest `seq` of those in order; 0: before the welcome.
  TimePoint heard_at_{};
  TimePoint waiting_since_{};
  TimePoint repeat_at_ = kNever;
  Duration pause_{};
  std::size_t attempt_ = 0;  // How often the same was said.
};

}  // namespace oofgg::internal
