#include "client/light/light_tcp_session.h"

namespace oofgg::internal {
namespace {

constexpr std::size_t kMaxLine = std::size_t{64} * 1024;
constexpr std::string_view kOtherProtocol =
    "it does not speak as a presence server does; name its presence port";

}  // namespace

void LightTcpSession::Start(TimePoint now) {
  heard_at_ = now;
  if (parts_.wishes.signs_off) return SignedOff();
  Json object = {{"v", 2}};
  AddIdentity(object);
  AddStatus(object);
  SayFriends(now, std::move(object));
}

void LightTcpSession::OnFriends(TimePoint now) { SayFriends(now, Json::object()); }

void LightTcpSession::OnStatus(TimePoint now) {
  Json object = Json::object();
  AddStatus(object);
  Say(now, std::move(object));
}

void LightTcpSession::OnSignOff(TimePoint now) { Say(now, {{"online", false}}); }

bool LightTcpSession::SendRaw(const std::string& object) {
  output_.push_back(object + '\n');
  return true;
}

/// The pong of a ping with something else comes when that is in force, that of a ping alone, the fence, when
/// all has been told.
void LightTcpSession::SayFriends(TimePoint now, Json object) {
  object["friends"] = parts_.wishes.friends;
  Say(now, std::move(object));
  lists_[revision_] = parts_.wishes.friends;
  settled_ = false;
  Say(now, Json::object());
  fence_ = revision_;
}

void LightTcpSession::Say(TimePoint now, Json object) {
  object["ping"] = ++revision_;
  output_.push_back(TextOf(object) + '\n');
  if (asked_at_ == kNever) asked_at_ = now;
}

void LightTcpSession::OnBytes(TimePoint now, std::string_view bytes) {
  heard_at_ = now;
  asked_at_ = kNever;
  while (is_open() && !bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    unfinished_ += bytes.substr(0, end);
    if (unfinished_.size() > kMaxLine) return Lose(kOtherProtocol);
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    OnLine(std::exchange(unfinished_, {}));
  }
}

void LightTcpSession::OnLine(std::string_view line) {
  const Json object = Parse(line);
  if (!object.is_object()) return Lose(kOtherProtocol);
  if (HearEnd(object)) return;
  if (const auto revision = CountIn(object, "pong")) return OnPong(*revision);
  HearUpdate(object);
}

void LightTcpSession::OnPong(std::uint64_t revision) {
  Confirm(revision);
  if (parts_.wishes.signs_off) {
    if (is_confirmed()) SignedOff();
  } else if (revision >= fence_ && !settled_) {
    Settle();
  }
}

void LightTcpSession::Advance(TimePoint now) {
  if (now < NextDeadline()) return;
  if (asked_at_ == kNever) return Say(now, Json::object());
  GiveUp();
}

TimePoint LightTcpSession::NextDeadline() const {
  return asked_at_ == kNever ? heard_at_ + parts_.heartbeat : asked_at_ + kPatience;
}

}  // namespace oofgg::internal
