#include "client/light/light_tcp_session.h"

namespace oofgg::internal {
namespace {

constexpr std::size_t kMaxLine = std::size_t{64} * 1024;

}  // namespace

void LightTcpSession::Start(TimePoint now) {
  heard_at_ = now;
  if (parts_.wishes.signs_off) return End(Phase::kSignedOff);
  Json object = {{"v", 2}};
  AddIdentity(object);
  AddStatus(object);
  AddFriends(object);
  Say(now, std::move(object));
}

void LightTcpSession::OnFriends(TimePoint now) {
  Json object = Json::object();
  AddFriends(object);
  Say(now, std::move(object));
}

void LightTcpSession::OnStatus(TimePoint now) {
  Json object = Json::object();
  AddStatus(object);
  Say(now, std::move(object));
}

void LightTcpSession::OnSignOff(TimePoint now) { Say(now, {{"online", false}}); }

void LightTcpSession::AddFriends(Json& object) {
  object["friends"] = parts_.wishes.friends;
  list_ = revision_ + 1;
  lists_[list_] = parts_.wishes.friends;
  fence_ = 0;
  settled_ = false;
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
    if (unfinished_.size() > kMaxLine) return End(Phase::kLost);
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    OnLine(now, std::exchange(unfinished_, {}));
  }
}

void LightTcpSession::OnLine(TimePoint now, std::string_view line) {
  const Json object = Parse(line);
  if (!object.is_object()) return End(Phase::kLost);
  if (HearError(object)) return;
  if (const auto revision = CountIn(object, "pong")) return OnPong(now, *revision);
  HearUpdate(object);
}

/// The server answers a ping before it tells what the object with it brought about, and reads no further
/// before it has told all of that: so it is the answer to the next ping, sent after this one, that comes
/// after all.
void LightTcpSession::OnPong(TimePoint now, std::uint64_t revision) {
  Confirm(revision);
  if (parts_.wishes.signs_off) {
    if (is_confirmed()) End(Phase::kSignedOff);
  } else if (fence_ == 0) {
    if (revision < list_) return;
    Say(now, Json::object());
    fence_ = revision_;
  } else if (revision >= fence_ && !settled_) {
    Settle();
  }
}

void LightTcpSession::Advance(TimePoint now) {
  if (now < NextDeadline()) return;
  if (asked_at_ == kNever) return Say(now, Json::object());
  End(parts_.wishes.signs_off ? Phase::kSignedOff : Phase::kLost);
}

TimePoint LightTcpSession::NextDeadline() const {
  return asked_at_ == kNever ? heard_at_ + parts_.heartbeat : asked_at_ + kPatience;
}

}  // namespace oofgg::internal
