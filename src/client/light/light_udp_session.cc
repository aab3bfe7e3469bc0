#include "client/light/light_udp_session.h"

#include <algorithm>

#include "base/presence_limits.h"

namespace oofgg::internal {
namespace {

using namespace std::chrono_literals;
using presence::kMaxDatagramBytes;
using presence::kMaxListParts;

constexpr auto kFirstPause = 250ms;
constexpr auto kLongestPause = 2s;
constexpr int kPatienceForAll = 10;  // Times that for one answer.
constexpr std::size_t kMaxCookie = 64;
constexpr std::string_view kBegunAnew = "the presence server has begun anew and knows nothing of us";

/// Whatever it acknowledges: what is said again must be cut as it was before.
bool FitsOneDatagram(nlohmann::json object) {
  object["ack"] = presence::kMostCounted;
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).size() <= kMaxDatagramBytes;
}

}  // namespace

LightUdpSession::LightUdpSession(Parts parts) : LightSession(std::move(parts)), random_(parts_.seed) {}

void LightUdpSession::Start(TimePoint now) {
  heard_at_ = waiting_since_ = now;
  SayAnew(now);
}

void LightUdpSession::OnFriends(TimePoint now) {
  list_in_force_ = settled_ = false;
  SayAnew(now);
}

void LightUdpSession::OnStatus(TimePoint now) {
  status_in_force_ = false;
  SayAnew(now);
}

void LightUdpSession::OnSignOff(TimePoint now) { SayAnew(now); }

bool LightUdpSession::SendRaw(const std::string& object) {
  if (cookie_.empty()) return false;
  Json parsed = Parse(object);
  if (parsed.is_object() && parsed.find("cookie") == parsed.end()) {
    parsed["cookie"] = cookie_;
    output_.push_back(TextOf(parsed));
  } else {
    output_.push_back(object);
  }
  return true;
}

void LightUdpSession::SayAnew(TimePoint now) {
  if (!is_waiting()) waiting_since_ = now;
  ++revision_;
  Await(now);
}

void LightUdpSession::Await(TimePoint now) {
  pause_ = kFirstPause;
  attempt_ = 0;
  repeat_at_ = now;
  Advance(now);
}

void LightUdpSession::Advance(TimePoint now) {
  if (!is_open() || now < NextDeadline()) return;
  if (!is_waiting()) {
    pinging_ = true;
    waiting_since_ = now;
    return Await(now);
  }
  if (now >= std::max(heard_at_, waiting_since_) + kPatience ||
      now >= waiting_since_ + kPatienceForAll * kPatience) {
    return GiveUp();
  }
  Say();
  ++attempt_;
  // With jitter, as many may have been cut off together.
  const auto half = static_cast<std::uint64_t>(pause_.count() / 2);
  repeat_at_ = now + pause_ - Duration(static_cast<Duration::rep>(random_.Below(half)));
  pause_ = std::min<Duration>(2 * pause_, kLongestPause);
}

TimePoint LightUdpSession::NextDeadline() const {
  if (!is_waiting()) return heard_at_ + parts_.heartbeat;
  return std::min(repeat_at_, std::max(heard_at_, waiting_since_) + kPatience);
}

std::vector<std::string> LightUdpSession::TakeOutput() {
  if (std::exchange(owes_ack_, false) && output_.empty()) output_.push_back(TextOf(Object()));
  return LightSession::TakeOutput();
}

LightSession::Json LightUdpSession::Object() const { return {{"v", 2}, {"cookie", cookie_}, {"ack", last_}}; }

void LightUdpSession::Say() {
  if (cookie_.empty()) {
    // As long as the answer, or there is none.
    output_.push_back(TextOf({{"v", 2}, {"pad", std::string(30, '-')}}));
  } else if (parts_.wishes.signs_off) {
    Json object = Object();
    AddIdentity(object);
    object.update({{"online", false}, {"rev", revision_}, {"ping", revision_}});
    output_.push_back(TextOf(object));
  } else if (!greeted_) {
    SayHello();
  } else if (!is_confirmed()) {
    SayWishes();
  } else {
    // With the name, lest a server that has forgotten us answers as if it had not.
    Json object = Object();
    object.update({{"user_id", parts_.wishes.user_id}, {"ping", true}});
    output_.push_back(TextOf(object));
  }
}

/// With the list, if it fits beside the token.
void LightUdpSession::SayHello() {
  Json object = Object();
  AddIdentity(object);
  AddStatus(object);
  object["rev"] = revision_;
  object["friends"] = parts_.wishes.friends;
  hello_has_list_ = FitsOneDatagram(object);
  if (!hello_has_list_) object["friends"] = Json::array();
  if (!hello_has_list_ && !FitsOneDatagram(object)) {
    return Refuse(InvalidField("token", "is too long for a datagram; use TCP"));
  }
  lists_[revision_] = hello_has_list_ ? parts_.wishes.friends : std::vector<std::string>();
  output_.push_back(TextOf(object));
}

/// What is not in force. If that is nothing, the revision is a fence.
void LightUdpSession::SayWishes() {
  Json object = Object();
  object["rev"] = revision_;
  if (!status_in_force_) AddStatus(object);
  if (list_in_force_) return output_.push_back(TextOf(object));
  lists_[revision_] = parts_.wishes.friends;
  object["friends"] = parts_.wishes.friends;
  if (FitsOneDatagram(object)) return output_.push_back(TextOf(object));
  SayParts(std::move(object));
}

void LightUdpSession::SayParts(Json object) {
  object.update({{"part", kMaxListParts}, {"parts", kMaxListParts}, {"friends", Json::array()}});
  const std::size_t frame = TextOf(object).size();
  std::vector<Json> lists;
  std::size_t bytes = kMaxDatagramBytes;
  for (const std::string& user_id : parts_.wishes.friends) {
    Json id = user_id;
    const std::size_t more = TextOf(id).size() + 1;
    if (bytes + more > kMaxDatagramBytes) {
      lists.push_back(Json::array());
      bytes = frame;
    }
    bytes += more;
    lists.back().push_back(std::move(id));
  }
  if (lists.size() > kMaxListParts) {
    return Refuse(InvalidField("friends", "have ids too long for a list of this length over UDP; use TCP"));
  }
  object["parts"] = lists.size();
  // From another one each time: what a full queue drops is the end.
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const std::size_t part = (i + attempt_ * lists.size() / 3) % lists.size();
    object["part"] = part;
    object["friends"] = std::move(lists[part]);
    output_.push_back(TextOf(object));
  }
}

void LightUdpSession::OnBytes(TimePoint now, std::string_view bytes) {
  const Json object = Parse(bytes);
  if (!is_open() || !object.is_object()) return;
  heard_at_ = now;
  pinging_ = false;
  if (const auto cookie = object.find("cookie"); cookie != object.end() && cookie->is_string()) {
    return OnCookie(now, cookie->get<std::string>());
  }
  if (cookie_.empty() || HearEnd(object)) return;
  if (parts_.wishes.signs_off && CountIn(object, "pong") == revision_) return SignedOff();
  const auto sequence = CountIn(object, "seq");
  if (!sequence.has_value()) return;
  if (object.find("welcome") != object.end()) OnWelcome(*sequence);
  if (last_ == 0 || !is_open()) return;
  owes_ack_ = true;
  if (*sequence != last_ + 1) return;
  last_ = *sequence;
  if (const auto revision = CountIn(object, "rev")) return OnConfirmation(now, *revision);
  HearUpdate(object);
}

void LightUdpSession::OnCookie(TimePoint now, std::string cookie) {
  if (cookie == cookie_ || cookie.empty() || cookie.size() > kMaxCookie) return;
  if (greeted_) return Lose(kBegunAnew);
  cookie_ = std::move(cookie);
  Await(now);
}

/// Before the hello is in force it may come twice: of an earlier session at this port, then of ours.
void LightUdpSession::OnWelcome(std::uint64_t sequence) {
  if (sequence <= last_) return;
  if (greeted_) return Lose(kBegunAnew);
  last_ = sequence;
  parts_.book.Forget();
}

/// Of a fence: the server has told all.
void LightUdpSession::OnConfirmation(TimePoint now, std::uint64_t revision) {
  Confirm(revision);
  if (revision != revision_ || parts_.wishes.signs_off) return;
  if (list_in_force_ && !settled_) Settle();
  list_in_force_ = greeted_ || hello_has_list_;
  status_in_force_ = greeted_ = true;
  if (!settled_) SayAnew(now);
}

}  // namespace oofgg::internal
